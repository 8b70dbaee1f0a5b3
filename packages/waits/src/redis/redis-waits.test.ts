import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Redis } from "ioredis";
import type { Endpoint } from "../sockets/endpoint.ts";
import {
  findProgram,
  freePort,
  startTestProgram,
  type TestProgram,
  until,
} from "../base/test-program.ts";
import { explainRedis, type RedisCommand } from "./redis-waits.ts";
import { slowCommandDuring } from "./slowlog.ts";

const skip =
  (findProgram("redis-server") === undefined && "redis-server is not installed") ||
  (findProgram("redis-cli") === undefined && "redis-cli is not installed") ||
  (findProgram("ss") === undefined && "ss is not installed");

let server: TestProgram;
let port: number;
const clients: Redis[] = [];

before(async () => {
  if (skip !== false) return;
  port = await freePort();
  server = startTestProgram({
    command: findProgram("redis-server") ?? "",
    args: [
      "--port",
      String(port),
      "--bind",
      "127.0.0.1",
      "--save",
      "",
      "--busy-reply-threshold",
      "600000",
    ],
  });
  await until("Redis to start", () => server.output().includes("eady to accept"));
});
after(async () => {
  for (const client of clients) client.disconnect();
  await server?.[Symbol.asyncDispose]();
});

async function connect(name: string): Promise<Redis> {
  const client = new Redis({ host: "127.0.0.1", port, connectionName: name, lazyConnect: true });
  client.on("error", () => {});
  await client.connect();
  await client.ping();
  clients.push(client);
  return client;
}

function ends(client: Redis): { local: Endpoint; remote: Endpoint } {
  const { localPort = 0 } = client.stream as { localPort?: number };
  return {
    local: { address: "127.0.0.1", port: localPort },
    remote: { address: "127.0.0.1", port },
  };
}

const commandOf =
  (client: Redis): RedisCommand =>
  async ([name = "", ...rest]) =>
    await client.call(name, ...rest);

/** A client without instrumentation that keeps Redis busy until it is told to stop. */
function startScript(): TestProgram {
  const script = "while redis.call('TIME')[1] < ARGV[1] do end return 1";
  return startTestProgram({
    command: findProgram("redis-cli") ?? "",
    args: ["-p", String(port), "eval", script, "0", String(Math.ceil(Date.now() / 1000) + 3)],
  });
}

test(
  "of all clients the one whose script runs is named, not the idle and not the blocked",
  { skip },
  async () => {
    const app = await connect("inventory");
    const watch = await connect("spoor-watch");
    const idle = await connect("idle");
    await idle.ping();
    const blocked = await connect("queue");
    blocked.blpop("nothing", 0).catch(() => "disconnected");
    await until("the other to block", async () =>
      String(await watch.call("CLIENT", "LIST")).includes("cmd=blpop"),
    );
    const fromUnixNano = BigInt(Date.now()) * 1_000_000n;
    await using script = startScript();
    const { get, report } = await until("Redis to stall", async () => {
      const waiting = app.get("stock:SKU-7");
      const current = await explainRedis({ ...ends(app), command: commandOf(watch) });
      if (current.kind === "redis.stall") return { get: waiting, report: current };
      await waiting;
      return false;
    });
    const [root] = report.holders;
    assert.equal(root?.process?.pid, script.pid, JSON.stringify(report.evidence));
    assert.equal(root.process.command, "redis-cli -p");
    assert.match(report.evidence.map(({ fact }) => fact).join(), /bytes of ours lie unread/u);
    // The one in BLPOP has a command read and unanswered too, if the clock told them apart.
    assert.equal(report.mayHaveMore, report.certainty === "probable");
    await get;
    const slow = await slowCommandDuring(commandOf(watch), {
      fromUnixNano,
      toUnixNano: BigInt(Date.now()) * 1_000_000n,
    });
    assert.equal(slow?.command, "eval");
    assert.equal(slow.client, `127.0.0.1:${root.session?.port}`);
    blocked.disconnect();
  },
);

test("a script beyond its threshold is known by BUSY", { skip }, async () => {
  const app = await connect("inventory");
  const watch = await connect("spoor-watch");
  await watch.call("CONFIG", "SET", "busy-reply-threshold", "10");
  await using script = startScript();
  const report = await until("BUSY", async () => {
    const current = await explainRedis({ ...ends(app), command: commandOf(watch) });
    return current.kind === "redis.stall" && current.remedies.length > 1 && current;
  });
  assert.match(report.evidence.map(({ fact }) => fact).join(), /answers BUSY/u);
  assert.equal(report.remedies[0]?.text, "redis-cli SCRIPT KILL");
  assert.equal(report.holders[0]?.process?.pid, script.pid);
  await watch.call("SCRIPT", "KILL");
  // The script ends a little after the answer.
  await until("Redis to listen again", () =>
    watch.call("CONFIG", "SET", "busy-reply-threshold", "600000").then(
      () => true,
      () => false,
    ),
  );
});

test(
  "our own client that waits in BLPOP blocks what is sent behind it, and nobody else is accused",
  { skip },
  async () => {
    const app = await connect("inventory");
    const watch = await connect("spoor-watch");
    app.blpop("queue:none", 0).catch(() => "disconnected");
    const behind = app.get("stock:SKU-7").catch(() => "disconnected");
    const report = await until("the client to block", async () => {
      const current = await explainRedis({ ...ends(app), command: commandOf(watch) });
      return current.kind === "redis.blocked" && current;
    });
    assert.deepEqual(report.holders, []);
    assert.equal(report.resource?.lockType, "blpop");
    app.disconnect();
    await behind;
  },
);

test("a Redis that answers accuses nobody", { skip }, async () => {
  const app = await connect("inventory");
  const watch = await connect("spoor-watch");
  const report = await explainRedis({ ...ends(app), command: commandOf(watch) });
  assert.equal(report.kind, "unknown");
  assert.deepEqual(report.holders, []);
  assert.match(report.gaps.join(), /answered already/u);
});
