/*
 * The store on a real cluster of two shards. What needs Keeper, which the engine does not have, is
 * tested as text in schema/table-ddl.test.ts.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { plainScope, plainSpan, type Span, spanBatchOf, systemClock } from "@spoor/trace";

import type { StoreEvent, StoreEventListener } from "../base/store-event.ts";
import { connect, disconnect } from "../engine/connection.ts";
import { parseAddresses } from "../engine/server-address.ts";
import { traceStoreContract } from "../port/trace-store.contract.ts";
import type { TraceStore } from "../port/trace-store.ts";
import { type EngineServers, startEngineServers, TEST_CLUSTER } from "../engine/test-servers.ts";
import { encodeSpanBlock, type SpanBlock } from "../write/block.ts";
import type { BlockStore } from "./clickhouse-store.ts";
import { openClickHouseStore } from "./server-store.ts";

const DATABASE = "traces";

let servers: EngineServers;
before(async () => {
  servers = await startEngineServers(2);
});
after(() => servers[Symbol.asyncDispose]());

/** A store that talks to the given node, and to the others when that one is away. */
function openThrough(node: number, onEvent?: StoreEventListener): Promise<BlockStore> {
  const urls = servers.nodes.map(({ url }) => url);
  return openClickHouseStore({
    urls: [...urls.slice(node), ...urls.slice(0, node)],
    database: DATABASE,
    cluster: TEST_CLUSTER,
    replication: "none",
    clock: systemClock,
    ...(onEvent === undefined ? {} : { onEvent }),
  });
}

traceStoreContract("clickhouse cluster, written through one node and read through the other", () =>
  openBoth(),
);

async function openBoth(): Promise<TraceStore> {
  const [one, other] = [await openThrough(0), await openThrough(1)];
  const close = async (): Promise<void> => {
    await Promise.all([one.close(), other.close()]);
  };
  return {
    driver: one.driver,
    path: one.path,
    isReady: true,
    write: (batch) => one.write(batch),
    writeLogs: (batch) => one.writeLogs(batch),
    readLogs: (traceId, options) => other.readLogs(traceId, options),
    findLogs: (query) => other.findLogs(query),
    readTrace: (traceId, options) => other.readTrace(traceId, options),
    readOutlines: (traceId, options) => other.readOutlines(traceId, options),
    readSpans: (traceId, spanIds) => other.readSpans(traceId, spanIds),
    findTraceIds: (prefix, options) => other.findTraceIds(prefix, options),
    findTraces: (query) => other.findTraces(query),
    search: (request) => other.search(request),
    queryRange: (request) => other.queryRange(request),
    summarize: (ids) => other.summarize(ids),
    // Counts are gathered by the store that writes, and written when it is asked.
    listServices: (query) => one.listServices(query),
    listSpanNames: (query) => one.listSpanNames(query),
    listAttributeKeys: (query) => one.listAttributeKeys(query),
    listAttributeValues: (query) => one.listAttributeValues(query),
    listServiceEdges: (query) => other.listServiceEdges(query),
    readOperationStats: (query) => other.readOperationStats(query),
    close,
    [Symbol.asyncDispose]: close,
  };
}

describe("a cluster", () => {
  test("keeps all spans of a trace on one shard, and uses every shard", async () => {
    await using store = await openThrough(0);
    const ids = Array.from({ length: 40 }, (_, index) => traceIdOf("5a", index));
    // Five inserts, so that a trace comes in pieces.
    for (let piece = 0; piece < 5; piece += 1) {
      await store.writeBlock(blockOf(ids.map((traceId) => spanOf(traceId))), `piece ${piece}`);
    }
    const perShard = await Promise.all([0, 1].map((node) => localCounts(node, "5a")));
    const [first = new Map(), second = new Map()] = perShard;
    assert.ok(first.size > 0 && second.size > 0, "both shards have traces");
    assert.equal(first.size + second.size, ids.length);
    for (const count of [...first.values(), ...second.values()]) assert.equal(count, 5);
  });

  test("takes the spans of two stores that write at once, each exactly once", async () => {
    await using one = await openThrough(0);
    await using other = await openThrough(1);
    const rounds = Array.from({ length: 20 }, (_, round) => round);
    const ids = rounds.map((round) => traceIdOf("6b", round));
    const writing = [one, other].map(async (store, writer) => {
      for (const round of rounds) {
        const block = blockOf(ids.map((traceId) => spanOf(traceId)));
        await store.writeBlock(block, `writer ${writer} round ${round}`);
        // The acknowledgement was lost, as far as this writer knows.
        if (round % 5 === 0) await store.writeBlock(block, `writer ${writer} round ${round}`);
      }
    });
    await Promise.all(writing);
    const summaries = await other.summarize(ids);
    assert.equal(summaries.length, ids.length);
    for (const { spanCount } of summaries) assert.equal(spanCount, 2 * rounds.length);
    for (const traceId of ids) {
      const read = await one.readTrace(traceId, { spanLimit: 100 });
      const spanIds = new Set(read?.trace.spans.map(({ spanId }) => spanId));
      assert.equal(spanIds.size, 2 * rounds.length);
      assert.equal(read?.trace.spans.length, 2 * rounds.length);
    }
  });

  test("that loses a shard refuses what needs it, and then stores it once", async () => {
    await using store = await openThrough(0);
    const ids = Array.from({ length: 20 }, (_, index) => traceIdOf("7c", index));
    const block = blockOf(ids.flatMap((traceId) => [spanOf(traceId), spanOf(traceId)]));
    await servers.nodes[1]?.kill();
    try {
      const refusal = {
        code: "SPOOR_STORE_UNAVAILABLE",
        retryable: true,
        message: /cannot store spans: a shard of the cluster does not answer/u,
      };
      await assert.rejects(store.writeBlock(block, "lost shard"), refusal);
      await assert.rejects(store.writeBlock(block, "lost shard"), refusal);
      const half = {
        code: "SPOOR_STORE_UNAVAILABLE",
        retryable: true,
        message: /a shard of the cluster does not answer/u,
        hint: /an answer would lack spans, so there is none/u,
      };
      await assert.rejects(store.summarize(ids), half);
      const now = systemClock.nowUnixNano();
      const all = { fromUnixNano: 0n, toUnixNano: now, sort: "recent", limit: 10 } as const;
      await assert.rejects(store.findTraces(all), half);
      await assert.rejects(store.findTraceIds("7c00", { limit: 10 }), half);
    } finally {
      await servers.nodes[1]?.restart();
    }
    await store.writeBlock(block, "lost shard");
    await store.writeBlock(block, "lost shard");
    const summaries = await store.summarize(ids);
    assert.deepEqual(
      summaries.map(({ spanCount }) => spanCount),
      ids.map(() => 2),
    );
    for (const traceId of ids) {
      const read = await store.readTrace(traceId, { spanLimit: 10 });
      assert.equal(read?.trace.spans.length, 2);
    }
  });

  test("is opened by a server although a shard is away, and refuses to be made then", async () => {
    await servers.nodes[1]?.kill();
    try {
      await using store = await openThrough(0);
      assert.equal(store.isReady, true);
      const [url = ""] = servers.nodes.map((node) => node.url);
      const fresh = { urls: [url, url], database: "traces_two", cluster: TEST_CLUSTER };
      await assert.rejects(
        openClickHouseStore({ ...fresh, replication: "none", clock: systemClock }),
        { code: "SPOOR_STORE_UNAVAILABLE" },
      );
    } finally {
      await servers.nodes[1]?.restart();
    }
  });

  test("goes on through another node when the one in use is lost", async () => {
    const events: StoreEvent[] = [];
    const back = Promise.withResolvers<void>();
    await using store = await openThrough(0, (event) => {
      events.push(event);
      if (event.kind === "server_back") back.resolve();
    });
    const traceId = traceIdOf("8d", 0);
    const block = blockOf([spanOf(traceId)]);
    await servers.nodes[0]?.kill();
    try {
      // Repeated through the other node; the shard of this trace may be the one that is lost.
      await store.writeBlock(block, "failover").catch((error: unknown) => {
        assert.equal(Reflect.get(Object(error), "retryable"), true);
      });
      await back.promise;
      assert.equal(store.isReady, true);
      assert.deepEqual(
        events.map(({ kind }) => kind),
        ["server_lost", "server_back"],
      );
    } finally {
      await servers.nodes[0]?.restart();
    }
    await store.writeBlock(block, "failover");
    const read = await store.readTrace(traceId, { spanLimit: 10 });
    assert.equal(read?.trace.spans.length, 1);
  });

  test("that gets a new shard has its tables made there at the next start", async () => {
    await ask(1, `DROP DATABASE ${DATABASE} SYNC`);
    await using store = await openThrough(0);
    const ids = Array.from({ length: 20 }, (_, index) => traceIdOf("9e", index));
    await store.writeBlock(blockOf(ids.map((traceId) => spanOf(traceId))), "new shard");
    assert.equal((await store.summarize(ids)).length, ids.length);
    assert.ok((await localCounts(1, "9e")).size > 0);
  });

  test("that ClickHouse does not know is refused with the names that it knows", async () => {
    const urls = servers.nodes.map(({ url }) => url);
    const options = { urls, database: DATABASE, clock: systemClock };
    await assert.rejects(openClickHouseStore({ ...options, cluster: "elsewhere" }), {
      code: "SPOOR_STORE_CLUSTER",
      message: new RegExp(`knows no such cluster, but .*${TEST_CLUSTER}`, "u"),
    });
    await assert.rejects(openClickHouseStore({ ...options, cluster: TEST_CLUSTER }), {
      code: "SPOOR_STORE_CLUSTER",
      message: /no macro shard and replica/u,
    });
  });
});

async function ask(node: number, text: string): Promise<unknown[][]> {
  const [address] = parseAddresses([servers.nodes[node]?.url ?? ""]);
  assert.ok(address !== undefined);
  const { url, user } = address;
  const connection = connect({ url, headers: {}, database: "", writer: user, reader: user });
  try {
    if (!text.startsWith("SELECT")) {
      await connection.writer.command({ query: text });
      return [];
    }
    const result = await connection.writer.query({ query: text, format: "JSONCompactEachRow" });
    return await result.json<unknown[]>();
  } finally {
    await disconnect(connection);
  }
}

/** Spans by trace id in the rows of one shard, for the trace ids that begin with `start`. */
async function localCounts(node: number, start: string): Promise<Map<unknown, number>> {
  const rows = await ask(
    node,
    `SELECT lower(hex(trace_id)) AS id, toUInt32(count()) FROM ${DATABASE}.spans_local ` +
      `WHERE startsWith(id, '${start}') GROUP BY id`,
  );
  return new Map(rows.map(([id, count]) => [id, Number(count)]));
}

function traceIdOf(start: string, index: number): string {
  return start + (index + 1).toString(16).padStart(30, "0");
}

let spanNumber = 0;

function spanOf(traceId: string): Span {
  spanNumber += 1;
  const now = systemClock.nowUnixNano();
  return plainSpan({
    traceId,
    spanId: spanNumber.toString(16).padStart(16, "0"),
    name: "step",
    kind: 1,
    startTimeUnixNano: now,
    endTimeUnixNano: now + 5n,
    resource: { attributes: SERVICE, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] },
    scope: plainScope("test"),
  });
}

const SERVICE = new Map([["service.name", "api"]]);

function blockOf(spans: readonly Span[]): SpanBlock {
  return encodeSpanBlock(spanBatchOf(spans), { nowUnixNano: systemClock.nowUnixNano() });
}
