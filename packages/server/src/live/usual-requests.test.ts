import assert from "node:assert/strict";
import { test } from "node:test";
import { openMemoryStore, type TraceStore } from "@spoor/store";
import {
  LossLedger,
  ManualClock,
  type OpenSpan,
  plainResource,
  plainSpan,
  spanBatchOf,
  SpanKind,
} from "@spoor/trace";
import { USUAL_REQUESTS_AGE_MS_MAX, USUAL_REQUESTS_MIN } from "../base/limits.ts";
import { UsualRequests } from "./usual-requests.ts";

const NOW = 1_795_359_600_000_000_000n;
const MS = 1_000_000n;

/** A store in which `count` requests took 100 ms each. */
async function storeOf(count: number): Promise<TraceStore> {
  const ledger = new LossLedger();
  const store = openMemoryStore({ spanLimit: 100, logRecordLimit: 1, ledger });
  const spans = Array.from({ length: count }, (_, index) =>
    plainSpan({
      traceId: (index + 1).toString(16).padStart(32, "0"),
      spanId: "1".repeat(16),
      name: "GET /report",
      kind: SpanKind.server,
      startTimeUnixNano: NOW - 600_000n * MS,
      endTimeUnixNano: NOW - 599_900n * MS,
      resource: plainResource("reports"),
    }),
  );
  if (spans.length > 0) await store.write(spanBatchOf(spans));
  return store;
}

function open(ageMs: number): OpenSpan {
  const kind = SpanKind.server;
  // The rest of it is not looked at.
  return { service: "reports", name: "GET /report", kind, ageMs } as OpenSpan;
}

test("what is usual is asked once it is wanted, and known a moment later", async () => {
  const clock = new ManualClock(NOW);
  const usual = new UsualRequests({ clock, store: await storeOf(USUAL_REQUESTS_MIN) });
  assert.equal(await usual.learned(), false);
  assert.equal(usual.shorterShare(open(50)), undefined);
  assert.equal(await usual.learned(), true);
  assert.deepEqual([usual.shorterShare(open(50)), usual.shorterShare(open(200))], [0, 1]);
  assert.equal(await usual.learned(), false, "nothing is asked twice");
});

test("of too few nothing is usual", async () => {
  const clock = new ManualClock(NOW);
  const usual = new UsualRequests({ clock, store: await storeOf(USUAL_REQUESTS_MIN - 1) });
  usual.shorterShare(open(50));
  await usual.learned();
  assert.equal(usual.shorterShare(open(50)), undefined);
});

test("an old answer counts until the next is here, and a store that fails knows of nothing", async () => {
  const clock = new ManualClock(NOW);
  const store = await storeOf(USUAL_REQUESTS_MIN);
  let isFailing = false;
  const usual = new UsualRequests({
    clock,
    store: {
      readOperationStats: (query) =>
        isFailing ? Promise.reject(new Error("away")) : store.readOperationStats(query),
    },
  });
  usual.shorterShare(open(200));
  await usual.learned();
  isFailing = true;
  clock.advanceMs(USUAL_REQUESTS_AGE_MS_MAX + 1);
  assert.equal(usual.shorterShare(open(200)), 1);
  assert.equal(await usual.learned(), true);
  assert.equal(usual.shorterShare(open(200)), undefined);
});
