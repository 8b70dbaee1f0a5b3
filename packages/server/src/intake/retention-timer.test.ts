import assert from "node:assert/strict";
import { test } from "node:test";
import type { RetentionReport } from "@spoor/store";
import { LossLedger } from "@spoor/trace";
import { RetentionTimer } from "./retention-timer.ts";

function report(deletedSpanCount: number): RetentionReport {
  return {
    deletedSpanCount,
    deletedLogRecordCount: 2 * deletedSpanCount,
    freedBytes: 0,
    droppedDays: [],
    thinnedDays: [],
    isOverSize: false,
  };
}

test("runs at the start and then again, counts what went, and goes on after a failure", async () => {
  const ledger = new LossLedger();
  const problems: string[] = [];
  const third = Promise.withResolvers<void>();
  let runCount = 0;
  const timer = new RetentionTimer({
    policy: { ageNano: 1n },
    retain: async () => {
      runCount += 1;
      if (runCount === 2) throw new Error("away");
      if (runCount === 3) third.resolve();
      return report(5);
    },
    ledger,
    onProblem: (message) => problems.push(message),
    intervalMs: 1,
  });
  await third.promise;
  await timer.close();
  const counted = ledger.of("span_expired");
  assert.equal(counted, (runCount - 1) * 5);
  assert.equal(ledger.of("log_record_expired"), (runCount - 1) * 10);
  assert.deepEqual(problems, ["away; it is tried again within the hour"]);
});

test("one run at a time, and a close waits for it", async () => {
  const started = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  let runningCount = 0;
  const timer = new RetentionTimer({
    policy: {},
    retain: async () => {
      runningCount += 1;
      assert.equal(runningCount, 1);
      started.resolve();
      await release.promise;
      runningCount -= 1;
      return report(0);
    },
    ledger: new LossLedger(),
    onProblem: assert.fail,
    intervalMs: 1,
  });
  await started.promise;
  const closed = timer.close();
  release.resolve();
  await closed;
  assert.equal(runningCount, 0);
});
