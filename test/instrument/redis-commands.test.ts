/* The spans of ioredis, made by us and by the official package. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { SeenSpan } from "./messages.ts";
import { type App, startApp } from "./run-apps.ts";
import { startStores, type Stores } from "./stores.ts";

let stores: Stores;
before(async () => {
  stores = await startStores();
});
after(() => stores[Symbol.asyncDispose]());

async function run(settings: Readonly<Record<string, unknown>> = {}): Promise<App> {
  assert.ok(stores.redisUrl !== undefined, "this test needs redis-server");
  await using app = startApp("redis-commands.ts", {
    settings,
    env: { REDIS_URL: stores.redisUrl },
  });
  return await app.ended();
}

function commandsBelow({ spans }: App, name: string): readonly SeenSpan[] {
  const work = spans.find((span) => span.name === name);
  return spans.filter(({ parentSpanId }) => parentSpanId === work?.spanId);
}

function textsBelow(app: App, name: string): unknown[] {
  return commandsBelow(app, name).map(({ attributes }) => attributes["db.query.text"]);
}

test("a command says what it is about, and never what it stores", async () => {
  const app = await run();
  assert.deepEqual(textsBelow(app, "read"), ["mget cart:1 cart:2"]);
  assert.deepEqual(textsBelow(app, "write"), ["set cart:1 [3 other arguments]"]);
  assert.deepEqual(textsBelow(app, "field"), ["hset order:1 card [1 other arguments]"]);
  assert.deepEqual(textsBelow(app, "unknown"), ["ACL [2 other arguments]"]);
  assert.ok(!JSON.stringify(app.spans).includes("secret"), JSON.stringify(app.spans));
  for (const { attributes, kind } of commandsBelow(app, "write")) {
    assert.equal(kind, 2);
    assert.equal(attributes["db.system.name"], "redis");
    assert.equal(typeof attributes["server.port"], "number");
    assert.equal(typeof attributes["network.local.port"], "number");
  }
});

test("a failed command is a failed span; one that waits for its connection has one span", async () => {
  const app = await run();
  const [failed] = commandsBelow(app, "failed");
  assert.equal(failed?.statusCode, 2);
  assert.equal(failed.attributes["error.type"], "ReplyError");
  assert.deepEqual(failed.eventNames, ["exception"]);
  assert.deepEqual(textsBelow(app, "waits"), ["get cart:1"]);
  assert.equal(app.spans.filter(({ parentSpanId }) => parentSpanId === "").length, 8);
  assert.deepEqual(app.findings, []);
});

test("what is sent together says so, with the official package and without", async () => {
  const ours = await run();
  const theirs = await run({ official: ["ioredis"] });
  for (const name of ["write", "field", "failed", "pipeline", "transaction"]) {
    const [own, official] = [commandsBelow(ours, name), commandsBelow(theirs, name)];
    assert.ok(own.length > 0, name);
    assert.deepEqual(own.map(named), official.map(named), name);
  }
  assert.deepEqual(
    commandsBelow(ours, "pipeline").map(({ attributes }) => attributes["db.operation.name"]),
    ["PIPELINE get", "PIPELINE get"],
  );
});

function named({ name, statusCode, eventNames, attributes }: SeenSpan): unknown {
  const { "error.type": _type, ...others } = attributes;
  const texts = [attributes["db.query.text"], attributes["db.operation.name"]];
  return { name, statusCode, eventNames, keys: Object.keys(others).toSorted(), texts };
}
