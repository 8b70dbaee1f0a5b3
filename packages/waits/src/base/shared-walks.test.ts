import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, unknownWait } from "@spoor/trace";
import { ClockOffset } from "./clock-offset.ts";
import { LEASE_MS, LEASE_MS_MAX, SLOW_WALK_MS } from "./limits.ts";
import { type Explanations, SharedWalks } from "./shared-walks.ts";
import type { Waiter } from "./waiter.ts";

/** Walks that take `walkMs` each, on a clock that moves with them and with every pause. */
function startWalks(walkMs: number, takeLease: () => boolean = () => true) {
  const clock = new ManualClock();
  const walked: number[][] = [];
  const pausesMs: number[] = [];
  const walks = new SharedWalks(
    {
      identify: () => Promise.resolve("server"),
      takeLease: () => Promise.resolve(takeLease()),
      endLease: () => Promise.resolve(),
      explain: (waiters: readonly Waiter[]) => {
        clock.advanceMs(walkMs);
        walked.push(waiters.map(({ pid }) => pid));
        return Promise.resolve(new Map(waiters.map(({ pid }) => [pid, unknownWait("", 0n)])));
      },
    },
    clock,
    {
      random: () => 0.5,
      delay: (ms) => {
        clock.advanceMs(ms);
        pausesMs.push(ms);
        return Promise.resolve();
      },
    },
  );
  return { walks, walked, pausesMs };
}

test("questions that arrive together are answered by one walk", async () => {
  const { walks, walked } = startWalks(10);
  const answers = await Promise.all([1, 2, 3, 2].map((pid) => walks.explain([{ pid }])));
  assert.deepEqual(walked, [[1, 2, 3]]);
  assert.ok(answers.every((answer) => answer.size === 3));
  await walks.close();
});

test("a walk keeps its lease until half a second after it began", async () => {
  const { walks, pausesMs } = startWalks(100);
  await walks.explain([{ pid: 1 }]);
  await walks.close();
  assert.deepEqual(pausesMs, [LEASE_MS - 100]);
});

test("a slow walk doubles the time to the next, up to a limit", async () => {
  const { walks, pausesMs } = startWalks(SLOW_WALK_MS + 1);
  for (let walk = 0; walk < 6; walk += 1) await walks.explain([{ pid: 1 }]);
  await walks.close();
  const starts = pausesMs.map((ms) => ms + SLOW_WALK_MS + 1);
  assert.deepEqual(starts.slice(0, 3), [LEASE_MS * 2, LEASE_MS * 4, LEASE_MS * 8]);
  assert.ok(starts.every((ms) => ms <= LEASE_MS_MAX));
});

test("without a turn for ten seconds the reason is said", async () => {
  const { walks, walked } = startWalks(1, () => false);
  const report = (await walks.explain([{ pid: 1, sinceUnixNano: 7n }])).get(1);
  assert.deepEqual(walked, []);
  assert.equal(report?.sinceUnixNano, 7n);
  assert.match(report.gaps.join(), /other instances asked this database for 10 s without a pause/u);
  await walks.close();
});

test("whoever waits for its turn is told at once which session it is", async () => {
  let isFree = false;
  const { walks } = startWalks(1, () => isFree);
  const told: Explanations[] = [];
  const asked = walks.explain([{ pid: 1, sinceUnixNano: 7n }], (reports) => {
    told.push(reports);
    isFree = true;
  });
  const answer = await asked;
  const [report] = told.map((reports) => reports.get(1));
  assert.equal(told.length, 1);
  assert.deepEqual(report?.session, { server: "server", id: 1 });
  assert.equal(report.sinceUnixNano, 7n);
  assert.match(report.gaps.join(), /turn to ask/u);
  assert.equal(answer.get(1)?.session, undefined);
  await walks.close();
});

test("whoever asks while others have their turn is told likewise", async () => {
  const told: number[] = [];
  let tries = 0;
  const { walks } = startWalks(1, () => {
    tries += 1;
    if (tries === 2) {
      void walks.explain([{ pid: 2 }], (reports) => told.push(...reports.keys()));
      assert.deepEqual(told, [1, 2]);
    }
    return tries > 2;
  });
  await walks.explain([{ pid: 1 }], (reports) => told.push(...reports.keys()));
  assert.deepEqual(told, [1, 2]);
  await walks.close();
});

test("after closing nothing is asked, and that is said", async () => {
  const { walks, walked } = startWalks(1);
  await walks.close();
  assert.match((await walks.explain([{ pid: 1 }])).get(1)?.gaps.join() ?? "", /is closed/u);
  assert.deepEqual(walked, []);
});

test("a database's times become ours, by the middle of the question", async () => {
  const clock = new ManualClock(10_000_000_000n);
  const offset = await ClockOffset.measure(clock, () => {
    clock.advanceMs(100);
    // An hour ahead: its clock showed this at 10.05 s of ours.
    return Promise.resolve("3610050000");
  });
  assert.equal(offset.unixNano("3610050000"), 10_050_000_000n);
  assert.equal(offset.unixNano("3609050000"), 9_050_000_000n);
  assert.equal(offset.unixNano(undefined), undefined);
  assert.equal(offset.unixNano("soon"), undefined);
});
