/*
 * One request through three real processes: Express, Fastify and node:http, Redis and PostgreSQL,
 * node:http, fetch and undici between them. Whatever way its modules are written and whoever traces
 * them, it is one tree.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { freePort } from "../../examples/checkout-504/stage/ports.ts";
import type { SeenSpan } from "./messages.ts";
import { type App, type AppOptions, startApp, treeLines } from "./run-apps.ts";
import { startStores, type Stores } from "./stores.ts";

let stores: Stores;
before(async () => {
  stores = await startStores();
});
after(() => stores[Symbol.asyncDispose]());

const TREE = [
  "server POST /shops/:shop/orders/:order",
  "  client GET",
  "    server GET /stock/:item",
  "      client get",
  "      client pg.query:SELECT shop",
  "      client POST",
  "        server POST",
  "          client GET",
];

async function requestThrough(front: string, options: AppOptions = {}): Promise<SeenSpan[]> {
  const { databaseUrl, redisUrl } = stores;
  assert.ok(redisUrl !== undefined, "this test needs redis-server");
  const closedUrl = `http://127.0.0.1:${await freePort()}/`;
  const start = (file: string, env: Readonly<Record<string, string>>): App =>
    startApp(file, { ...options, env });
  await using back = start("back.ts", { CLOSED_URL: closedUrl });
  const middleEnv = { BACK_URL: await back.url(), DATABASE_URL: databaseUrl, REDIS_URL: redisUrl };
  await using middle = start("middle.ts", middleEnv);
  await using first = start(front, { MIDDLE_URL: await middle.url() });
  const response = await fetch(`${await first.url()}/shops/acme/orders/1001`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ count: 2 }),
  });
  assert.equal(response.status, 200, await response.clone().text());
  const body: unknown = await response.json();
  assert.deepEqual(body, {
    sent: { count: 2 },
    stock: { rows: [{ n: 1 }, { n: 2 }, { n: 3 }], price: "7 EUR" },
  });
  for (const app of [first, middle, back]) await app.stop();
  const spans = [first, middle, back].flatMap((app) => app.spans);
  const root = spans.find(({ name }) => name.startsWith("POST /shops"));
  assert.deepEqual(
    [first, middle, back].flatMap((app) => app.findings),
    [],
  );
  return spans.filter(({ traceId }) => traceId === root?.traceId);
}

test("ES modules with our own HTTP, and the unmodified packages for pg and ioredis", async () => {
  const spans = await requestThrough("front.ts");
  assert.deepEqual(treeLines(spans), TREE);
  assert.equal(new Set(spans.map(({ process }) => process)).size, 3);
});

test("CommonJS makes the same tree", async () => {
  assert.deepEqual(treeLines(await requestThrough("front.cjs")), TREE);
});

test("the unmodified official packages for http, undici, express and fastify, too", async () => {
  const official = ["http", "fetch", "express", "fastify"];
  const spans = await requestThrough("front.ts", { settings: { official } });
  // Fastify's package has spans of its own below that of the request.
  const shape = treeLines(spans).filter((line) => !/internal/u.test(line));
  assert.deepEqual(
    shape.map((line) => line.trim()).toSorted(),
    TREE.map((line) => line.trim()).toSorted(),
  );
  assert.equal(spans.filter(({ parentSpanId }) => parentSpanId === "").length, 1);
  const ids = new Set(spans.map(({ spanId }) => spanId));
  assert.ok(spans.every(({ parentSpanId }) => parentSpanId === "" || ids.has(parentSpanId)));
});

test("each client span says from which port it went, and the server's span says the same", async () => {
  const spans = await requestThrough("front.ts");
  const byId = new Map(spans.map((span) => [span.spanId, span]));
  const servers = spans.filter(({ kind, parentSpanId }) => kind === 1 && parentSpanId !== "");
  assert.equal(servers.length, 2);
  for (const server of servers) {
    const client = byId.get(server.parentSpanId);
    const port = client?.attributes["network.local.port"];
    assert.equal(typeof port, "number");
    assert.equal(server.attributes["network.peer.port"], port);
  }
  for (const name of ["get", "pg.query:SELECT shop"]) {
    const call = spans.find((span) => span.name === name);
    assert.equal(typeof call?.attributes["network.local.port"], "number", name);
  }
});

test("a secret in a query is not recorded, a literal in a statement neither", async () => {
  const spans = await requestThrough("front.ts");
  assert.ok(!JSON.stringify(spans).includes("secret"));
  const query = spans.find(({ name }) => name === "pg.query:SELECT shop");
  assert.equal(
    query?.attributes["db.query.text"],
    "SELECT n FROM generate_series(?, ?) n WHERE ? <> $1",
  );
  assert.equal(query.attributes["db.response.returned_rows"], 3);
});

test("a request that finds nobody is a failed span that says why", async () => {
  const spans = await requestThrough("front.ts");
  const failed = spans.find(({ statusCode }) => statusCode === 2);
  assert.equal(failed?.name, "GET");
  assert.equal(failed.attributes["error.type"], "ECONNREFUSED");
  assert.deepEqual(failed.eventNames, ["exception"]);
});
