/*
 * What is derived from spans, on the real engine: written once, made good when spans come late, and
 * made for data of an earlier version.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import {
  ManualClock,
  plainResource,
  plainSpan,
  type Span,
  spanBatchOf,
  systemClock,
} from "@spoor/trace";

import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import type { ServiceEdge } from "../port/catalogue.ts";
import { migrate } from "../schema/migrate.ts";
import { MIGRATIONS } from "../schema/migrations.ts";
import { encodeSpanBlock, type SpanBlock } from "../write/block.ts";
import { type BlockStore, openEmbeddedStore } from "./clickhouse-store.ts";

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
/** The first moment of an hour. */
const NOON = 20_700n * 1440n * MINUTE + 720n * MINUTE;

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "spoor-derived-"));
  directories.push(directory);
  return directory;
}

let spanNumber = 0;

function spanOf(service: string, startTimeUnixNano: bigint, fields: Partial<Span> = {}): Span {
  spanNumber += 1;
  return plainSpan({
    traceId: "5".repeat(32),
    spanId: spanNumber.toString(16).padStart(16, "0"),
    name: "call",
    kind: 3,
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + SECOND,
    resource: plainResource(service),
    ...fields,
  });
}

function blockOf(spans: readonly Span[], nowUnixNano: bigint): SpanBlock {
  return encodeSpanBlock(spanBatchOf(spans), { nowUnixNano });
}

async function edges(store: BlockStore): Promise<string[]> {
  const range = { fromUnixNano: NOON - 60n * MINUTE, toUnixNano: NOON + 60n * MINUTE, limit: 9 };
  const { items, pendingMinutes } = await store.listServiceEdges(range);
  assert.equal(pendingMinutes, 0);
  return items.map(({ caller, callee, callCount }: ServiceEdge) =>
    [caller, callee, callCount].join(" "),
  );
}

/** Asks the engine while no store runs. */
async function ask(dataPath: string, query: string): Promise<unknown[]> {
  const engine = await EmbeddedEngine.start({
    dataPath,
    clock: systemClock,
    onEvent: () => undefined,
  });
  try {
    const format = "JSONCompactEachRow";
    return await (await engine.current().writer.query({ query, format })).json();
  } finally {
    await engine.close();
  }
}

test("calls are derived once, and again when a half comes late, across restarts", async () => {
  const dataPath = newDirectory();
  const clock = new ManualClock(NOON);
  const client = spanOf("shop", NOON - 10n * MINUTE);
  const server = spanOf("pay", NOON - 7n * MINUTE, { kind: 2, parentSpanId: client.spanId });
  const runs = "SELECT toUInt32(count()), toUInt32(uniqExact(run)) FROM spoor.derived_minutes";
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    await store.writeBlock(blockOf([client], NOON), "client");
    await store.countMinutes();
    await store.countMinutes();
    assert.deepEqual(await edges(store), ["shop  1"]);
  }
  assert.deepEqual(await ask(dataPath, runs), [[1, 1]]);
  clock.advanceMs(3_600_000);
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    const block = blockOf([server], NOON);
    await store.writeBlock(block, "server");
    await store.writeBlock(block, "server");
    assert.deepEqual(await edges(store), ["shop pay 1"]);
    await store.countMinutes();
    assert.deepEqual(await edges(store), ["shop pay 1"]);
    await store.countMinutes();
  }
  // The rows of the earlier run lie there until a merge, and do not count.
  const callees = "SELECT callee FROM spoor.service_edges ORDER BY run";
  assert.deepEqual(await ask(dataPath, callees), [[""], ["pay"]]);
  await using store = await openEmbeddedStore({ dataPath, clock });
  assert.deepEqual(await edges(store), ["shop pay 1"]);
});

test("calls of a period are added up, and again when spans of it come late", async () => {
  const dataPath = newDirectory();
  const clock = new ManualClock(NOON + 30n * MINUTE);
  const call = (minutesBefore: bigint, from: string, to: string): Span[] => {
    const client = spanOf(from, NOON - minutesBefore * MINUTE);
    const fields = { kind: 2, parentSpanId: client.spanId } as const;
    return [client, spanOf(to, client.startTimeUnixNano, fields)];
  };
  const rows = "SELECT caller, callee, toUInt32(call_count) FROM spoor.service_edge_periods";
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    const early = [call(50n, "shop", "pay"), call(20n, "shop", "pay"), call(7n, "pay", "mail")];
    await store.writeBlock(blockOf(early.flat(), NOON), "early");
    await store.writeBlock(blockOf(call(-9n, "shop", "mail"), NOON), "of the next hour");
    await store.countMinutes();
    await store.countMinutes();
    assert.deepEqual(await edges(store), ["shop pay 2", "pay mail 1", "shop mail 1"]);
  }
  assert.deepEqual(await ask(dataPath, `${rows} WHERE seconds = 3600 ORDER BY callee`), [
    ["pay", "mail", 1],
    ["shop", "pay", 2],
  ]);
  // What is left of the minutes is not asked any more.
  await ask(dataPath, "ALTER TABLE spoor.service_edges DELETE WHERE caller = 'pay'");
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    const counted = await edges(store);
    assert.deepEqual(counted, ["shop pay 2", "pay mail 1", "shop mail 1"]);
    const part = { fromUnixNano: NOON - 25n * MINUTE, toUnixNano: NOON - 3n * MINUTE, limit: 9 };
    const { items } = await store.listServiceEdges(part);
    assert.deepEqual(
      items.map(({ callee, callCount, durations }) => [callee, callCount, durations.size]),
      [["pay", 1, 1]],
    );
    clock.advanceMs(1000);
    await store.writeBlock(blockOf(call(20n, "shop", "bank"), NOON), "late");
    assert.ok((await edges(store)).includes("shop bank 1"));
    await store.countMinutes();
    assert.ok((await edges(store)).includes("shop bank 1"));
  }
  assert.deepEqual(await ask(dataPath, `${rows} WHERE callee = 'bank'`), [
    ["shop", "bank", 1],
    ["shop", "bank", 1],
  ]);
  assert.deepEqual(
    await ask(dataPath, "SELECT toUInt32(count()) FROM spoor.derived_periods FINAL"),
    [[5]],
  );
});

test("a minute is not derived before its spans can have come", async () => {
  const dataPath = newDirectory();
  const clock = new ManualClock(NOON);
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    await store.writeBlock(blockOf([spanOf("shop", NOON - MINUTE)], NOON), "one");
    await store.countMinutes();
    assert.deepEqual(await edges(store), ["shop  1"]);
  }
  assert.deepEqual(await ask(dataPath, "SELECT tb FROM spoor.derived_minutes"), []);
});

test("a block counts once in the catalogue, and its counts outlive the store", async () => {
  const dataPath = newDirectory();
  const clock = new ManualClock(NOON);
  const range = { fromUnixNano: NOON, toUnixNano: NOON + MINUTE, limit: 10 };
  const spans = Array.from({ length: 300 }, (_, index) =>
    spanOf("shop", NOON, {
      attributes: new Map([
        ["order.id", `order ${index}`],
        ["region", index % 3 === 0 ? "eu" : "us"],
      ]),
    }),
  );
  {
    await using store = await openEmbeddedStore({ dataPath, clock });
    await store.writeBlock(blockOf(spans, NOON), "same");
    await store.writeBlock(blockOf(spans, NOON), "same");
    await store.writeBlock(blockOf(spans.slice(0, 1), NOON), "other");
  }
  await using store = await openEmbeddedStore({ dataPath, clock });
  const services = await store.listServices(range);
  assert.deepEqual(
    services.items.map(({ service, spanCount }) => [service, spanCount]),
    [["shop", 301]],
  );
  const keys = await store.listAttributeKeys({ ...range, scope: "span" });
  assert.deepEqual(
    keys.items.map(({ key, count, isHighCardinality }) => [key, count, isHighCardinality]),
    [
      ["order.id", 301, true],
      ["region", 301, false],
    ],
  );
  const regions = await store.listAttributeValues({ ...range, scope: "span", key: "region" });
  assert.deepEqual(regions, {
    items: [
      { value: "us", count: 200 },
      { value: "eu", count: 101 },
    ],
    capped: false,
  });
  const orders = await store.listAttributeValues({ ...range, scope: "span", key: "order.id" });
  assert.deepEqual([orders.items.length, orders.capped], [10, true]);
});

test("spans of one moment are found whatever the width of their buckets", async () => {
  const clock = new ManualClock(NOON);
  await using store = await openEmbeddedStore({ dataPath: newDirectory(), clock });
  const at = NOON - 31n * SECOND;
  const traceId = "6".repeat(32);
  const late = spanOf("late", at + 5n, { traceId });
  const busy = Array.from({ length: 40_000 }, (_, index) =>
    spanOf("busy", at + BigInt(index), { name: index === 0 ? "rare" : "call" }),
  );
  await store.writeBlock(blockOf([...busy, spanOf("busy", at, { traceId })], NOON), "busy");
  await store.writeBlock(blockOf([late], NOON), "late");
  const read = await store.readTrace(traceId, { spanLimit: 9 });
  assert.equal(read?.trace.spans.length, 2);
  const sort = "recent";
  for (const [from, to] of [
    [at, at + 6n],
    [at + 5n, at + 6n],
    [at - MINUTE, at + MINUTE],
  ] as const) {
    const found = await store.findTraces({ fromUnixNano: from, toUnixNano: to, sort, limit: 9 });
    const ids = found.traces.map((trace) => trace.traceId);
    assert.ok(ids.includes(traceId), `from ${from - at} to ${to - at}`);
  }
  const none = { fromUnixNano: at + 45_000n, toUnixNano: at + SECOND, sort, limit: 9 } as const;
  assert.deepEqual((await store.findTraces(none)).traces, []);
});

test("data of the version before is read, listed and derived", async () => {
  const dataPath = newDirectory();
  const engine = await EmbeddedEngine.start({
    dataPath,
    clock: systemClock,
    onEvent: () => undefined,
  });
  const { writer } = engine.current();
  await migrate(writer, MIGRATIONS.slice(0, 2));
  const row = (id: string, parent: string, service: string, kind: number): string =>
    `(unhex('${"5".repeat(32)}'), unhex('${id.repeat(16)}'), unhex('${parent.repeat(16)}'), ` +
    `toDateTime('2026-09-04 11:58:00', 'UTC'), ` +
    `fromUnixTimestamp64Nano(${NOON - 90n * SECOND}, 'UTC'), 7, '${service}', 'call', ${kind})`;
  const rows = [row("1", "0", "shop", 3), row("2", "1", "pay", 2)].join(", ");
  const columns = "trace_id, span_id, parent_id, tb, ts, dur, service, name, kind";
  await writer.command({ query: `INSERT INTO spoor.spans (${columns}) VALUES ${rows}` });
  await engine.close();

  const clock = new ManualClock(NOON + 60n * MINUTE);
  await using store = await openEmbeddedStore({ dataPath, clock });
  const read = await store.readTrace("5".repeat(32), { spanLimit: 9 });
  assert.equal(read?.trace.spans.length, 2);
  const range = { fromUnixNano: NOON - 60n * MINUTE, toUnixNano: NOON, limit: 9 };
  const { items } = await store.listServices(range);
  assert.deepEqual(
    items.map(({ service, spanCount }) => [service, spanCount]),
    [
      ["pay", 1],
      ["shop", 1],
    ],
  );
  for (let round = 0; round < 2; round += 1) {
    assert.deepEqual(await edges(store), ["shop pay 1"]);
    await store.countMinutes();
  }
});
