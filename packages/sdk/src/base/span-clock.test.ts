import assert from "node:assert/strict";
import { test } from "node:test";
import { hrTimeOf, SpanClock, type TimeSource, unixNanoAt } from "./span-clock.ts";

class TwoClocks implements TimeSource {
  #monotonic = 500;
  #unix = 1_790_000_000_000;

  monotonicMs(): number {
    return this.#monotonic;
  }

  unixMs(): number {
    return this.#unix;
  }

  pass(ms: number): void {
    this.#monotonic += ms;
    this.#unix += ms;
  }

  setWallClock(byMs: number): void {
    this.#unix += byMs;
  }
}

test("time goes on from the anchor by the monotonic clock, to the nanosecond", () => {
  const source = new TwoClocks();
  const clock = new SpanClock(source);
  const anchor = clock.anchorAt(clock.nowMs());
  assert.equal(unixNanoAt(anchor, 500), 1_790_000_000_000_000_000n);
  assert.equal(unixNanoAt(anchor, 500.000_123), 1_790_000_000_000_000_123n);
});

test("a wall clock that was set is followed by the next trace, not by those that are open", () => {
  const source = new TwoClocks();
  const clock = new SpanClock(source);
  const open = clock.anchorAt(clock.nowMs());
  source.setWallClock(-60_000);
  source.pass(2000);
  const next = clock.anchorAt(clock.nowMs());
  assert.equal(unixNanoAt(open, source.monotonicMs()), 1_790_000_002_000_000_000n);
  assert.equal(unixNanoAt(next, source.monotonicMs()), 1_789_999_942_000_000_000n);
});

test("clocks that agree to a few milliseconds keep their anchor", () => {
  const source = new TwoClocks();
  const clock = new SpanClock(source);
  const first = clock.anchorAt(clock.nowMs());
  source.setWallClock(4);
  source.pass(5000);
  assert.equal(clock.anchorAt(clock.nowMs()), first);
});

test("a number is a reading of the process's clock if it is too small for a date", () => {
  const source = new TwoClocks();
  const clock = new SpanClock(source);
  const anchor = clock.anchorAt(clock.nowMs());
  assert.deepEqual(hrTimeOf(501.5, anchor), [1_790_000_000, 1_500_000]);
  assert.deepEqual(hrTimeOf(1_790_000_000_250, anchor), [1_790_000_000, 250_000_000]);
  assert.equal(hrTimeOf(Number.NaN, anchor), undefined);
  assert.equal(hrTimeOf(new Date(Number.NaN), anchor), undefined);
});
