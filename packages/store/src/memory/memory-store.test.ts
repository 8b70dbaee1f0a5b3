import assert from "node:assert/strict";
import { test } from "node:test";

import { hexToBytes, LossLedger, SpanBatch } from "@spoor/trace";

import { traceStoreContract } from "../port/trace-store.contract.ts";
import { openMemoryStore } from "./memory-store.ts";

traceStoreContract("memory", async () =>
  openMemoryStore({ spanLimit: 1_000_000, ledger: new LossLedger() }),
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
  const store = openMemoryStore({ spanLimit: 6, ledger });
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
  const store = openMemoryStore({ spanLimit: 2, ledger });
  await store.write(batchOf(FIRST, 3));
  assert.equal(ledger.of("span_evicted"), 3);
  assert.equal(await store.readTrace(FIRST, { spanLimit: 10 }), undefined);
});

test("a closed store refuses with a code", async () => {
  const store = openMemoryStore({ spanLimit: 2, ledger: new LossLedger() });
  await store.close();
  await store.close();
  assert.equal(store.isReady, false);
  await assert.rejects(store.write(batchOf(FIRST, 1)), { code: "SPOOR_STORE_CLOSED" });
});
