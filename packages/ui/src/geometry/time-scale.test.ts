import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { barOf, ticksOf } from "./time-scale.ts";
import { wholeWindow } from "./time-window.ts";

test("bars keep single nanoseconds", () => {
  const window = wholeWindow(1000);
  assert.deepEqual(barOf(window, { startNano: 0, endNano: 1000 }), { left: 0, width: 1 });
  assert.deepEqual(barOf(window, { startNano: 1, endNano: 3 }), { left: 0.001, width: 0.002 });
});

test("a span without length has a bar without width, where it is", () => {
  const bar = barOf(wholeWindow(100), { startNano: 50, endNano: 50 });
  assert.deepEqual(bar, { left: 0.5, width: 0 });
});

test("of a bar only what is in the window is drawn, and nothing of one beside it", () => {
  const window = { fromNano: 100, toNano: 200 };
  assert.deepEqual(barOf(window, { startNano: 0, endNano: 150 }), { left: 0, width: 0.5 });
  assert.deepEqual(barOf(window, { startNano: 175, endNano: 900 }), { left: 0.75, width: 0.25 });
  assert.equal(barOf(window, { startNano: 0, endNano: 99 }), undefined);
  assert.equal(barOf(window, { startNano: 201, endNano: 202 }), undefined);
});

test("every bar lies within the window, whatever the times", () => {
  const nano = fc.double({ min: 0, max: 2 ** 64, noNaN: true });
  fc.assert(
    fc.property(nano, nano, nano, fc.double({ min: 1, max: 2 ** 64, noNaN: true }), (...given) => {
      const [start, length, from, width] = given;
      const window = { fromNano: from, toNano: from + width };
      if (window.toNano <= window.fromNano) return;
      const bar = barOf(window, { startNano: start, endNano: start + length });
      if (bar === undefined) return;
      assert.ok(bar.left >= 0 && bar.width >= 0 && bar.left + bar.width <= 1 + Number.EPSILON);
    }),
  );
});

function check(durationNano: number, countMax: number, texts: readonly string[]): void {
  const ticks = ticksOf(wholeWindow(durationNano), countMax);
  assert.deepEqual(
    ticks.map((tick) => tick.text),
    texts,
  );
}

test("ticks fall on round times and share one unit", () => {
  check(120e6, 5, ["0", "50 ms", "100 ms"]);
  check(120e6, 8, ["0", "20 ms", "40 ms", "60 ms", "80 ms", "100 ms", "120 ms"]);
  check(1.2e9, 7, ["0", "0.2 s", "0.4 s", "0.6 s", "0.8 s", "1.0 s", "1.2 s"]);
  check(30.02e9, 5, ["0", "10 s", "20 s", "30 s"]);
  check(7, 4, ["0", "5 ns"]);
  check(150e9, 5, ["0", "50s", "1m 40s", "2m 30s"]);
});

test("in a window the ticks keep their time since the start", () => {
  const ticks = ticksOf({ fromNano: 1.05e9, toNano: 1.25e9 }, 3);
  assert.deepEqual(
    ticks.map((tick) => tick.text),
    ["1.1 s", "1.2 s"],
  );
});

test("there are never more ticks than asked for, and all lie within the window", () => {
  const nano = fc.double({ min: 1, max: 2 ** 60, noNaN: true });
  fc.assert(
    fc.property(nano, nano, fc.integer({ min: 2, max: 20 }), (from, length, countMax) => {
      const window = { fromNano: from, toNano: from + length };
      if (window.toNano <= window.fromNano) return;
      const ticks = ticksOf(window, countMax);
      assert.ok(ticks.length <= countMax, `${ticks.length} ticks`);
      for (const { offsetNano } of ticks) {
        assert.ok(offsetNano >= window.fromNano && offsetNano <= window.toNano);
      }
    }),
    { examples: [[720575940379278000, 64, 14]] },
  );
});
