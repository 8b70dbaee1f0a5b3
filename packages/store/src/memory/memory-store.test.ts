import assert from "node:assert/strict";
import { test } from "node:test";

import { hexToBytes, LogBatch, LossLedger, SpanBatch } from "@spoor/trace";

import { traceStoreContract } from "../port/trace-store.contract.ts";
import { openMemoryStore } from "./memory-store.ts";

traceStoreContract("memory", async () =>
  openMemoryStore({ spanLimit: 1_000_000, logRecordLimit: 1_000_000, ledger: new LossLedger() }),
);

function batchOf(traceId: string, spanCount: number): SpanBatch {
  const batch = new SpanBatch();
  for (let index = 0; index < spanCount; index += 1) {
    const row = batch.reserveSpan();
    hexToBytes(traceId, batch.traceIds, { offset: row * 16, byteCount: 16 });
    batch.spanIds[row * 8] = row + 1;
  }
  return batch;
}

const [FIRST, SECOND, THIRD] = ["1".repeat(32), "2".repeat(32), "3".repeat(32)] as const;

test("a full store lets whole traces go, the oldest first, and counts their spans", async () => {
  const ledger = new LossLedger();
  const store = openMemoryStore({ spanLimit: 6, logRecordLimit: 1, ledger });
  await store.write(batchOf(FIRST, 2));
  await store.write(batchOf(SECOND, 2));
  // The first trace gets a late span, and is still the oldest.
  await store.write(batchOf(FIRST, 1));
  assert.equal(ledger.of("span_evicted"), 0);
  await store.write(batchOf(THIRD, 3));
  assert.equal(ledger.of("span_evicted"), 3);
  assert.equal(await store.readTrace(FIRST, { spanLimit: 10 }), undefined);
  const kept = await store.summarize([FIRST, SECOND, THIRD]);
  assert.deepEqual(
    kept.map(({ spanCount }) => spanCount),
    [2, 3],
  );
});

test("a trace larger than the whole store is let go and counted", async () => {
  const ledger = new LossLedger();
  const store = openMemoryStore({ spanLimit: 2, logRecordLimit: 1, ledger });
  await store.write(batchOf(FIRST, 3));
  assert.equal(ledger.of("span_evicted"), 3);
  assert.equal(await store.readTrace(FIRST, { spanLimit: 10 }), undefined);
});

function logBatchOf(traceId: string, logRecordCount: number): LogBatch {
  const batch = new LogBatch();
  for (let index = 0; index < logRecordCount; index += 1) {
    const row = batch.reserveLogRecord();
    hexToBytes(traceId, batch.traceIds, { offset: row * 16, byteCount: 16 });
    batch.timesUnixNano[row] = BigInt(index);
    batch.bodies.push(0, 0, 0, 0);
  }
  return batch;
}

test("a full store lets the log records go that arrived first, and counts them", async () => {
  const ledger = new LossLedger();
  const store = openMemoryStore({ spanLimit: 1, logRecordLimit: 5, ledger });
  await store.writeLogs(logBatchOf(FIRST, 2));
  await store.writeLogs(logBatchOf("0".repeat(32), 1));
  await store.writeLogs(logBatchOf(SECOND, 2));
  assert.equal(ledger.of("log_record_evicted"), 0);
  await store.writeLogs(logBatchOf(THIRD, 1));
  assert.equal(ledger.of("log_record_evicted"), 1);
  const counts = async (): Promise<number[]> =>
    Promise.all(
      [FIRST, SECOND, THIRD].map(
        async (traceId) => (await store.readLogs(traceId, { limit: 9 })).logRecords.length,
      ),
    );
  assert.deepEqual(await counts(), [1, 2, 1]);
  await store.writeLogs(logBatchOf(THIRD, 3));
  assert.equal(ledger.of("log_record_evicted"), 4);
  assert.deepEqual(await counts(), [0, 1, 4]);
});

test("a closed store refuses with a code", async () => {
  const store = openMemoryStore({ spanLimit: 2, logRecordLimit: 1, ledger: new LossLedger() });
  await store.close();
  await store.close();
  assert.equal(store.isReady, false);
  await assert.rejects(store.write(batchOf(FIRST, 1)), { code: "SPOOR_STORE_CLOSED" });
});
