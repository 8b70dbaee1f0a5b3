/* What every TraceStore does with log records; part of the contract suite. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  appendLogRecord,
  LogBatch,
  type LogRecord,
  logRecordTimeUnixNano,
  plainResource,
  plainScope,
  systemClock,
} from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import * as fc from "fast-check";

import type { TraceStore } from "./trace-store.ts";

/** What these tests need: a store, and trace ids that no other test has. */
export interface LogBench {
  readonly store: TraceStore;
  newTraceId(): string;
}

const NOW = systemClock.nowUnixNano();

/** A log record that says little. */
export const BARE_LOG_RECORD: Omit<LogRecord, "traceId"> = {
  spanId: "00000000000000ff",
  timeUnixNano: NOW,
  observedTimeUnixNano: NOW + 5n,
  severityNumber: 9,
  severityText: "INFO",
  eventName: "",
  body: "done",
  attributes: new Map(),
  droppedAttributesCount: 0,
  flags: 1,
  resource: plainResource("api"),
  scope: plainScope("test"),
};

async function write(store: TraceStore, records: readonly LogRecord[]): Promise<void> {
  const batch = new LogBatch();
  for (const record of records) appendLogRecord(batch, record);
  await store.writeLogs(batch);
}

async function read(bench: LogBench, traceId: string): Promise<readonly LogRecord[]> {
  const { logRecords, hasMore } = await bench.store.readLogs(traceId, { limit: 1000 });
  assert.equal(hasMore, false);
  return logRecords;
}

/** By time; log records of one moment stay as they were. */
function inTimeOrder(records: readonly LogRecord[]): LogRecord[] {
  return records.toSorted((a, b) => {
    const [timeA, timeB] = [logRecordTimeUnixNano(a), logRecordTimeUnixNano(b)];
    return timeA < timeB ? -1 : Number(timeA > timeB);
  });
}

/** Registers the tests. */
export function testLogRecords(bench: LogBench): void {
  test("gives back every field of every log record exactly", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(randomLogRecords, async (random) => {
      const ids = [bench.newTraceId(), bench.newTraceId()] as const;
      // Those without a trace stay so: they are kept and in nobody's way.
      const records = random.map((record, index) =>
        record.traceId === "" ? record : { ...record, traceId: ids[index % 2] ?? ids[0] },
      );
      await write(bench.store, records);
      for (const traceId of ids) {
        const expected = records.filter((record) => record.traceId === traceId);
        assert.deepStrictEqual(await read(bench, traceId), inTimeOrder(expected));
      }
    });
    await fc.assert(property, { numRuns: 25, interruptAfterTimeLimit: 60_000 });
  });

  test("a body keeps its type, also where it looks like the tagged text of the store", async () => {
    const traceId = bench.newTraceId();
    const bodies = ["", "\u0001", "\u0001x{}", null, 7n, 7, true, [1n, null], new Map()];
    await write(
      bench.store,
      bodies.map((body) => ({ ...BARE_LOG_RECORD, traceId, body })),
    );
    const stored = await read(bench, traceId);
    assert.deepStrictEqual(
      stored.map(({ body }) => body),
      bodies,
    );
  });

  test("log records of one moment stay in the order of their batch", async () => {
    const traceId = bench.newTraceId();
    const records = Array.from({ length: 300 }, (_, index) => ({
      ...BARE_LOG_RECORD,
      traceId,
      timeUnixNano: NOW + BigInt(Math.floor(index / 100)),
      body: `line ${index}`,
    }));
    await write(bench.store, records.toReversed());
    assert.deepStrictEqual(await read(bench, traceId), inTimeOrder(records.toReversed()));
  });

  test("a log record without a time stands where it was observed", async () => {
    const traceId = bench.newTraceId();
    const records = [
      { ...BARE_LOG_RECORD, traceId, timeUnixNano: NOW + 9n, body: "last" },
      {
        ...BARE_LOG_RECORD,
        traceId,
        timeUnixNano: 0n,
        observedTimeUnixNano: NOW + 3n,
        body: "observed",
      },
      { ...BARE_LOG_RECORD, traceId, timeUnixNano: 0n, observedTimeUnixNano: 0n, body: "never" },
    ];
    await write(bench.store, records);
    assert.deepStrictEqual(await read(bench, traceId), records.toReversed());
  });

  test("one trace's log records are put together from all batches, up to a limit", async () => {
    const traceId = bench.newTraceId();
    const at = (timeUnixNano: bigint): LogRecord => ({ ...BARE_LOG_RECORD, traceId, timeUnixNano });
    const records = [0n, 300n, 40_000n].map((seconds) => at(NOW - seconds * 1_000_000_000n));
    for (const record of records) await write(bench.store, [record]);
    assert.deepStrictEqual(await read(bench, traceId), records.toReversed());
    const cut = await bench.store.readLogs(traceId, { limit: 2 });
    assert.deepStrictEqual(cut.logRecords, records.toReversed().slice(0, 2));
    assert.equal(cut.hasMore, true);
  });

  test("a trace without log records has none, and no batch is too empty", async () => {
    await write(bench.store, []);
    assert.deepEqual(await read(bench, "e".repeat(32)), []);
  });
}
