/*
 * Retention on the real engine, as it is embedded, as a server of somebody's own and as a cluster
 * of two shards, with a clock that only the test moves. What needs Keeper, which the engine does
 * not have, is tested as text in retention/retention-sql.test.ts.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  appendLogRecord,
  LogBatch,
  ManualClock,
  plainResource,
  plainSpan,
  type Span,
  spanBatchOf,
  StatusCode,
} from "@spoor/trace";
import type { StoreEvent } from "../base/store-event.ts";
import { connect, disconnect } from "../engine/connection.ts";
import { parseAddresses } from "../engine/server-address.ts";
import { type EngineServers, startEngineServers, TEST_CLUSTER } from "../engine/test-servers.ts";
import { RetentionSql } from "../retention/retention-sql.ts";
import { type BlockStore, openEmbeddedStore } from "./clickhouse-store.ts";
import { openClickHouseStore } from "./server-store.ts";

const DAY = 86_400_000_000_000n;
const DAY_MS = 86_400_000;
/** Noon of a day. */
const NOON = 20_700n * DAY + DAY / 2n;

/** Of the place that is tested now. */
let events: StoreEvent[];
let clock: ManualClock;
let store: BlockStore;

let traceNumber = 0;

interface TracePlan {
  readonly daysAgo: bigint;
  readonly hasError?: boolean;
  readonly service?: string;
  /** Of a second span. */
  readonly laterNano?: bigint;
}

/** Writes a trace and returns its id. */
async function writeTrace({
  daysAgo,
  hasError,
  service = "api",
  laterNano,
}: TracePlan): Promise<string> {
  traceNumber += 1;
  const traceId = traceNumber.toString(16).padStart(32, "0");
  const startUnixNano = clock.nowUnixNano() - daysAgo * DAY;
  const root = spanOf({ traceId, spanNumber: 1, startUnixNano, service });
  const status = { code: hasError === true ? StatusCode.error : StatusCode.unset, message: "" };
  const spans =
    laterNano === undefined
      ? [{ ...root, status }]
      : [
          root,
          {
            ...spanOf({
              traceId,
              spanNumber: 2,
              startUnixNano: startUnixNano + laterNano,
              service,
            }),
            status,
          },
        ];
  await store.write(spanBatchOf(spans));
  return traceId;
}

function spanOf(given: {
  readonly traceId: string;
  readonly spanNumber: number;
  readonly startUnixNano: bigint;
  readonly service: string;
}): Span {
  return plainSpan({
    traceId: given.traceId,
    spanId: given.spanNumber.toString(16).padStart(16, "0"),
    name: "step",
    kind: 1,
    startTimeUnixNano: given.startUnixNano,
    endTimeUnixNano: given.startUnixNano + 5n,
    resource: plainResource(given.service),
  });
}

/** Writes a log record of the trace, or of none. */
async function writeLogRecord(traceId: string, daysAgo: bigint): Promise<void> {
  const timeUnixNano = clock.nowUnixNano() - daysAgo * DAY;
  const span = spanOf({ traceId, spanNumber: 1, startUnixNano: timeUnixNano, service: "api" });
  const { resource, scope } = span;
  const batch = new LogBatch();
  appendLogRecord(batch, {
    traceId,
    spanId: "",
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: 9,
    severityText: "INFO",
    eventName: "",
    body: "done",
    attributes: new Map(),
    droppedAttributesCount: 0,
    flags: 0,
    resource,
    scope,
  });
  await store.writeLogs(batch);
}

async function logCounts(traceIds: readonly string[]): Promise<number[]> {
  const reads = traceIds.map((traceId) => store.readLogs(traceId, { limit: 10 }));
  return (await Promise.all(reads)).map(({ logRecords }) => logRecords.length);
}

async function spanCounts(traceIds: readonly string[]): Promise<number[]> {
  const reads = traceIds.map((traceId) => store.readTrace(traceId, { spanLimit: 10 }));
  return (await Promise.all(reads)).map((read) => read?.trace.spans.length ?? 0);
}

/** Registers the tests for the store that is open while they run. */
function testRetention(): void {
  test("old days go, errors keep their traces whole, and younger data is not touched", async () => {
    const ids = [
      await writeTrace({ daysAgo: 40n, hasError: true }),
      await writeTrace({ daysAgo: 10n }),
      await writeTrace({ daysAgo: 10n, hasError: true }),
      // Its root is on the day before its error.
      await writeTrace({ daysAgo: 11n, hasError: true, laterNano: DAY }),
      await writeTrace({ daysAgo: 7n }),
      await writeTrace({ daysAgo: 0n }),
    ];
    const policy = { ageNano: 7n * DAY, errorAgeNano: 30n * DAY };
    const logged = [ids[0], ids[1], ids[2], undefined];
    const logDays = [40n, 10n, 10n, 10n];
    for (const [index, traceId = ""] of logged.entries()) {
      await writeLogRecord(traceId, logDays[index] ?? 0n);
    }
    const report = await store.retain(policy);
    assert.deepEqual(await spanCounts(ids), [0, 0, 1, 2, 1, 1]);
    assert.equal(report.deletedSpanCount, 2);
    // The log records of an error stay with it; those of no trace go with the day.
    assert.deepEqual(await logCounts(ids.slice(0, 3)), [0, 0, 1]);
    assert.equal(report.deletedLogRecordCount, 3);
    assert.equal(report.droppedDays.length, 1);
    assert.equal(report.thinnedDays.length, 1);
    assert.deepEqual(events.at(-1), { kind: "retention_applied", report });
    const summarized = await store.summarize(ids);
    assert.equal(summarized.length, 4);
    const again = await store.retain(policy);
    assert.deepEqual(again, {
      ...report,
      deletedSpanCount: 0,
      deletedLogRecordCount: 0,
      freedBytes: again.freedBytes,
      droppedDays: [],
      thinnedDays: [],
    });
  });

  test("a resource that went is stored again when it comes again", async () => {
    const old = await writeTrace({ daysAgo: 20n, service: "comes-again" });
    await store.retain({ ageNano: 15n * DAY });
    assert.deepEqual(await spanCounts([old]), [0]);
    const young = await writeTrace({ daysAgo: 0n, service: "comes-again" });
    const read = await store.readTrace(young, { spanLimit: 1 });
    assert.equal(read?.trace.spans[0]?.resource.attributes.get("service.name"), "comes-again");
    assert.equal(
      events.some(({ kind }) => kind === "dimension_missing"),
      false,
    );
  });

  test("a day that goes takes its part of the catalogue, of calls and of durations", async () => {
    await writeTrace({ daysAgo: 20n, service: "all-gone" });
    await store.countMinutes();
    const fromUnixNano = clock.nowUnixNano() - 21n * DAY;
    const range = { fromUnixNano, toUnixNano: fromUnixNano + 2n * DAY, limit: 1000 };
    const services = async (): Promise<string[]> =>
      (await store.listServices(range)).items.map(({ service }) => service);
    const spans = async (): Promise<number> => {
      const query = { ...range, service: "all-gone", name: "step" };
      return (await store.readOperationStats(query)).spanCount;
    };
    assert.deepEqual([(await services()).includes("all-gone"), await spans()], [true, 1]);
    await store.retain({ ageNano: 15n * DAY });
    assert.deepEqual([(await services()).includes("all-gone"), await spans()], [false, 0]);
  });

  test("writes that come while old data are deleted are kept", async () => {
    await writeTrace({ daysAgo: 20n });
    const retaining = store.retain({ ageNano: 15n * DAY });
    const young = await writeTrace({ daysAgo: 0n });
    await retaining;
    assert.deepEqual(await spanCounts([young]), [1]);
  });

  test("by size the oldest days go, and the last day stays and is reported", async () => {
    const old = await writeTrace({ daysAgo: 3n });
    const young = await writeTrace({ daysAgo: 0n });
    const report = await store.retain({ sizeBytes: 1 });
    assert.equal(report.isOverSize, true);
    assert.deepEqual(await spanCounts([old, young]), [0, 1]);
  });

  test("spans of no believable time go when they have been here long enough", async () => {
    const traceId = "f".repeat(32);
    const span = spanOf({ traceId, spanNumber: 1, startUnixNano: 5n, service: "api" });
    await store.write(spanBatchOf([span]));
    // The engine's own clock tells when they came; the manual one is moved past it.
    const realNowMs = Date.now();
    clock.advanceMs(Math.max(0, realNowMs - Number(clock.nowUnixNano() / 1_000_000n)));
    await store.retain({ ageNano: DAY });
    assert.deepEqual(await spanCounts([traceId]), [1]);
    clock.advanceMs(2 * DAY_MS);
    await store.retain({ ageNano: DAY });
    assert.deepEqual(await spanCounts([traceId]), [0]);
  });
}

describe("retention in the embedded store", () => {
  const dataPath = mkdtempSync(join(tmpdir(), "spoor-retention-"));
  before(async () => {
    clock = new ManualClock(NOON);
    events = [];
    store = await openEmbeddedStore({ dataPath, clock, onEvent: (event) => events.push(event) });
  });
  after(async () => {
    await store.close();
    rmSync(dataPath, { recursive: true });
  });
  testRetention();
});

const DATABASE = "traces";

function openShared(
  servers: EngineServers,
  options: { readonly clock: ManualClock },
): Promise<BlockStore> {
  const isCluster = servers.nodes.length > 1;
  return openClickHouseStore({
    urls: servers.nodes.map(({ url }) => url),
    database: DATABASE,
    ...(isCluster ? { cluster: TEST_CLUSTER, replication: "none" } : {}),
    onEvent: (event) => events.push(event),
    ...options,
  });
}

for (const [place, nodes] of [
  ["a ClickHouse of one's own", 1],
  ["a cluster of two shards", 2],
] as const) {
  describe(`retention in ${place}`, () => {
    let servers: EngineServers;
    before(async () => {
      clock = new ManualClock(NOON);
      events = [];
      servers = await startEngineServers(nodes);
      store = await openShared(servers, { clock });
    });
    after(async () => {
      await store.close();
      await servers[Symbol.asyncDispose]();
    });
    testRetention();

    test("two servers that delete leave what is to stay, and what went is counted", async () => {
      const other = await openShared(servers, { clock });
      try {
        const ids: string[] = [];
        for (const daysAgo of [20n, 20n, 20n, 20n, 0n, 0n]) ids.push(await writeTrace({ daysAgo }));
        const kept = await writeTrace({ daysAgo: 20n, hasError: true });
        const policy = { ageNano: 15n * DAY, errorAgeNano: 30n * DAY };
        const reports = [await other.retain(policy), await store.retain(policy)];
        assert.deepEqual(await spanCounts([...ids, kept]), [0, 0, 0, 0, 1, 1, 1]);
        assert.deepEqual(
          reports.map(({ deletedSpanCount }) => deletedSpanCount),
          [4, 0],
        );
      } finally {
        await other.close();
      }
    });

    test("the questions for a cluster with Keeper are answered by all shards at once", async () => {
      if (nodes === 1) return;
      await Promise.all(Array.from({ length: 20 }, () => writeTrace({ daysAgo: 2n })));
      const sql = new RetentionSql({
        database: DATABASE,
        rememberedInserts: 1,
        cluster: { name: TEST_CLUSTER, replication: "keeper" },
      });
      const alone = new RetentionSql({ database: DATABASE, rememberedInserts: 1 });
      const sizes: number[] = [];
      for (const { url, user } of parseAddresses(servers.nodes.map((node) => node.url))) {
        const connection = connect({ url, headers: {}, database: "", writer: user, reader: user });
        for (const { query } of [{ query: sql.days() }, { query: alone.days() }]) {
          const result = await connection.writer.query({ query, format: "JSONCompactEachRow" });
          const rows = await result.json<[string, string, bytes: string]>();
          sizes.push(rows.reduce((sum, [, , bytes]) => sum + Number(bytes), 0));
        }
        const unfinished = await connection.writer.query({
          query: sql.unfinished("spans"),
          format: "JSONCompactEachRow",
        });
        assert.deepEqual(await unfinished.json(), []);
        await disconnect(connection);
      }
      const [all, first = 0, allAgain, second = 0] = sizes;
      assert.ok(first > 0 && second > 0);
      // Not to the byte: parts are merged meanwhile.
      assert.ok((all ?? 0) > first && (allAgain ?? 0) > second);
    });

    test("resources stay, because another server may be storing a span that names one", async () => {
      await writeTrace({ daysAgo: 20n, service: "named-no-more" });
      await store.retain({ ageNano: 15n * DAY });
      assert.equal(await storedResources(servers, "named-no-more"), 1);
    });
  });
}

/** How often a resource with this service is stored, on all nodes together. */
async function storedResources(servers: EngineServers, service: string): Promise<number> {
  let count = 0;
  for (const { url, user } of parseAddresses(servers.nodes.map((node) => node.url))) {
    const connection = connect({ url, headers: {}, database: "", writer: user, reader: user });
    try {
      const table = servers.nodes.length > 1 ? "resources_local" : "resources";
      const result = await connection.writer.query({
        query:
          `SELECT toUInt32(uniqExact(id)) FROM ${DATABASE}.${table} ` +
          "WHERE attrs['service.name'] = {service:String}",
        query_params: { service },
        format: "JSONCompactEachRow",
      });
      const [row] = await result.json<[number]>();
      count += row?.[0] ?? 0;
    } finally {
      await disconnect(connection);
    }
  }
  return count;
}
