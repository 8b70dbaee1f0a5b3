import assert from "node:assert/strict";
import { test } from "node:test";
import type { SpanBatch } from "@spoor/trace";
import { SpanGatherer } from "./span-gatherer.ts";

/** A store whose writes end when the test says so. */
class HeldStore {
  readonly writes: { readonly spanCount: number; readonly end: PromiseWithResolvers<void> }[] = [];

  write(batch: SpanBatch): Promise<void> {
    const end = Promise.withResolvers<void>();
    this.writes.push({ spanCount: batch.spanCount, end });
    return end.promise;
  }
}

function append(gatherer: SpanGatherer, spanCount: number): Promise<void> {
  const { batch, stored } = gatherer.open();
  for (let index = 0; index < spanCount; index += 1) batch.reserveSpan();
  gatherer.appended();
  return stored;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise(setImmediate);
}

test("requests that arrive together are stored in one write", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 1 });
  const both = Promise.all([append(gatherer, 2), append(gatherer, 3)]);
  await until(() => store.writes.length > 0);
  assert.deepEqual(
    store.writes.map((write) => write.spanCount),
    [5],
  );
  store.writes[0]?.end.resolve();
  await both;
});

test("nothing is acknowledged before its write has ended", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 1 });
  let isAcknowledged = false;
  const stored = append(gatherer, 1).then(() => (isAcknowledged = true));
  await until(() => store.writes.length > 0);
  await new Promise(setImmediate);
  assert.equal(isAcknowledged, false);
  store.writes[0]?.end.resolve();
  await stored;
  assert.equal(isAcknowledged, true);
});

test("what arrives during a write joins the next one", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 1 });
  const first = append(gatherer, 1);
  await until(() => store.writes.length === 1);
  const rest = Promise.all([append(gatherer, 10), append(gatherer, 20)]);
  store.writes[0]?.end.resolve();
  await first;
  await until(() => store.writes.length === 2);
  assert.equal(store.writes[1]?.spanCount, 30);
  store.writes[1]?.end.resolve();
  await rest;
});

test("a failed write refuses every request of it, and the next write is tried", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 1 });
  const outcomes = Promise.allSettled([append(gatherer, 1), append(gatherer, 1)]);
  await until(() => store.writes.length === 1);
  store.writes[0]?.end.reject(new Error("the disk is full"));
  assert.deepEqual(
    (await outcomes).map((outcome) => outcome.status),
    ["rejected", "rejected"],
  );
  const next = append(gatherer, 4);
  await until(() => store.writes.length === 2);
  store.writes[1]?.end.resolve();
  await next;
});

test("a large batch is written without waiting", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 60_000 });
  const stored = append(gatherer, 50_000);
  assert.equal(store.writes.length, 1);
  store.writes[0]?.end.resolve();
  await stored;
});

test("flush waits for the write in flight and for what came during it", async () => {
  const store = new HeldStore();
  const gatherer = new SpanGatherer({ store, delayMs: 60_000 });
  const first = append(gatherer, 1);
  const flushed = gatherer.flush();
  const second = append(gatherer, 2);
  assert.equal(store.writes.length, 1);
  store.writes[0]?.end.resolve();
  await until(() => store.writes.length === 2);
  store.writes[1]?.end.resolve();
  await Promise.all([first, second, flushed]);
  await gatherer.flush();
  assert.equal(store.writes.length, 2);
});
