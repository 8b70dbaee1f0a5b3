/*
 * `spoor up --clickhouse` against ClickHouse servers that are not its own: they go away and come
 * back while spans arrive, and several servers write into one cluster.
 */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { type EngineServers, startEngineServers, TEST_CLUSTER } from "@spoor/store/test-servers";
import type { TraceAnswer } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { removeDataPath, type SpoorProcess, startSpoor } from "../spoor-process.ts";

const CLI_PATH = fileURLToPath(new URL("../../packages/cli/bin/spoor.js", import.meta.url));
const POLL_MS = 50;
/** The database that the user of the test servers may fill. */
const DATABASE = "traces";
/** As it stands in the address, where a colon and a slash are written in hex. */
const PASSWORD = /pass:word|pass%3Aword/u;

/** Spans of each trace that is sent. */
const TRACE_SPANS = 5;

/** Sends one trace after another until `isOver`; returns the ids that were acknowledged. */
async function sendUntil(spoor: SpoorProcess, isOver: () => boolean): Promise<string[]> {
  const acknowledged: string[] = [];
  while (!isOver()) {
    const { traceId } = exampleSpan();
    const spans = Array.from({ length: TRACE_SPANS }, () => exampleSpan({ traceId }));
    const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: encodeTracesProtobuf(spans) as Uint8Array<ArrayBuffer>,
    });
    await response.arrayBuffer();
    if (response.status === 200) acknowledged.push(traceId);
  }
  return acknowledged;
}

/** Waits until the trace is there, which is the claim: a trace that was lost never is. */
async function assertStoredOnce(spoor: SpoorProcess, traceIds: readonly string[]): Promise<void> {
  for (const traceId of traceIds) {
    let response = await fetch(`${spoor.url}/api/v1/traces/${traceId}`);
    while (response.status !== 200) {
      await response.arrayBuffer();
      await pause(POLL_MS);
      response = await fetch(`${spoor.url}/api/v1/traces/${traceId}`);
    }
    // The server under test is the one that defines this answer.
    const answer = (await response.json()) as TraceAnswer;
    assert.equal(answer.trace.spans.length, TRACE_SPANS, `${traceId} is stored once`);
  }
}

describe("a server with a ClickHouse of its operator", () => {
  let servers: EngineServers;
  let dataPath: string;
  before(async () => {
    servers = await startEngineServers(1);
    dataPath = await mkdtemp(join(tmpdir(), "spoor-own-"));
  });
  after(async () => {
    await servers[Symbol.asyncDispose]();
    await removeDataPath(dataPath);
  });

  function start(): Promise<SpoorProcess> {
    return startSpoor({
      dataPath,
      flags: ["--clickhouse-database", DATABASE],
      environment: { SPOOR_CLICKHOUSE_URL: servers.nodes[0]?.url ?? "" },
    });
  }

  test("loses and doubles nothing while ClickHouse is killed and started again", async () => {
    const spoor = await start();
    try {
      const { store } = await spoor.status();
      assert.equal(store.driver, "clickhouse");
      assert.match(store.path, /^http:\/\/127\.0\.0\.1:\d+\/traces$/u);
      let isOver = false;
      const sending = [0, 1].map(() => sendUntil(spoor, () => isOver));
      await spoor.waitForSpans(50);
      await servers.nodes[0]?.kill();
      // Senders notice nothing: what they send goes into the spool.
      while ((await spoor.status()).store.ready) await pause(POLL_MS);
      const { received } = await spoor.status();
      await spoor.waitForSpans(received.spans + 100);
      await servers.nodes[0]?.restart();
      await spoor.waitForSpans(received.spans + 200);
      isOver = true;
      const acknowledged = (await Promise.all(sending)).flat();
      assert.ok(acknowledged.length >= 50);
      await assertStoredOnce(spoor, acknowledged);
      assert.match(spoor.stderr(), /ClickHouse at http:\/\/127\.0\.0\.1:\d+ is lost/u);
      assert.match(spoor.stderr(), /answers again/u);
      assert.doesNotMatch(spoor.stderr() + spoor.stdout(), PASSWORD);
      const [traceId = ""] = acknowledged;
      const shown = await promisify(execFile)(process.execPath, [
        CLI_PATH,
        "show",
        traceId,
        "--url",
        spoor.url,
      ]);
      assert.match(shown.stdout, /handleCheckout/u);
    } finally {
      await spoor.stop();
    }
  });

  test("keeps only the spool in its data folder, and lets no second server have it", async () => {
    const spoor = await start();
    try {
      assert.deepEqual((await readdir(dataPath)).sort(), ["server.lock", "spool"]);
      await assert.rejects(start(), new RegExp(`process ${spoor.pid} uses it`, "u"));
    } finally {
      await spoor.stop();
    }
    assert.deepEqual(await readdir(dataPath), ["spool"]);
  });

  test("keeps what was acknowledged while ClickHouse was away, also when killed then", async () => {
    const first = await start();
    await servers.nodes[0]?.kill();
    let acknowledged: string[];
    try {
      const { received } = await first.status();
      let isOver = false;
      const sending = sendUntil(first, () => isOver);
      await first.waitForSpans(received.spans + 50);
      isOver = true;
      acknowledged = await sending;
    } finally {
      await first.stop("SIGKILL");
    }
    await assert.rejects(start(), /cannot connect to ClickHouse at http:\/\/127\.0\.0\.1:\d+/u);
    await servers.nodes[0]?.restart();
    const second = await start();
    try {
      await assertStoredOnce(second, acknowledged);
    } finally {
      await second.stop();
    }
  });
});

function startOnCluster(urls: readonly string[], dataPath: string): Promise<SpoorProcess> {
  const flags = [
    `--clickhouse=${urls.join(",")}`,
    `--clickhouse-database=${DATABASE}`,
    `--clickhouse-cluster=${TEST_CLUSTER}`,
    "--clickhouse-replication=none",
  ];
  return startSpoor({ dataPath, flags });
}

test("two servers write into one cluster, and each shows what the other one took", async () => {
  await using servers = await startEngineServers(2);
  const urls = servers.nodes.map(({ url }) => url);
  const folder = await mkdtemp(join(tmpdir(), "spoor-two-"));
  const started: SpoorProcess[] = [];
  try {
    // At the same time, so that both make the tables.
    started.push(
      ...(await Promise.all([
        startOnCluster(urls, join(folder, "a")),
        startOnCluster(urls.toReversed(), join(folder, "b")),
      ])),
    );
    const [one, other] = started;
    assert.ok(one !== undefined && other !== undefined);
    let isOver = false;
    const sending = started.map((spoor) => sendUntil(spoor, () => isOver));
    await Promise.all(started.map((spoor) => spoor.waitForSpans(100)));
    // One of the shards goes away; its spans wait, those of the other shard are stored.
    await servers.nodes[1]?.kill();
    await Promise.all(started.map((spoor) => spoor.waitForSpans(200)));
    await servers.nodes[1]?.restart();
    isOver = true;
    const [ofOne = [], ofOther = []] = await Promise.all(sending);
    await assertStoredOnce(one, ofOther);
    await assertStoredOnce(other, ofOne);
  } finally {
    await Promise.all(started.map((spoor) => spoor.stop()));
    await rm(folder, { recursive: true, force: true });
  }
});
