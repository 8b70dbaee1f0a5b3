import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { buildTree } from "@spoor/trace";
import { barOf, ticksOf, timeScaleOf } from "./time-scale.ts";
import { span } from "./test-spans.ts";

const START = 1_795_356_191_204_000_001n;

function timed(spanId: string, startNano: bigint, endNano: bigint) {
  return span(spanId, {
    startTimeUnixNano: START + startNano,
    endTimeUnixNano: START + endNano,
  });
}

function treeOf(...spans: readonly ReturnType<typeof span>[]) {
  return buildTree({ traceId: "", spans });
}

test("the scale reaches from the first start to the last end", () => {
  const tree = treeOf(timed("a", 5n, 20n), timed("b", 0n, 10n), timed("c", 7n, 31n));
  assert.equal(timeScaleOf(tree).durationNano, 31);
});

test("bars keep single nanoseconds at today's date", () => {
  const tree = treeOf(timed("a", 0n, 1000n), timed("b", 1n, 3n));
  const bars = tree.nodes.map((node) => barOf(timeScaleOf(tree), node));
  assert.deepEqual(bars, [
    { left: 0, width: 1 },
    { left: 0.001, width: 0.002 },
  ]);
});

test("a span without a start does not stretch the scale back to 1970", () => {
  const untimed = span("u", { startTimeUnixNano: 0n, endTimeUnixNano: 0n });
  const tree = treeOf(untimed, timed("a", 0n, 10n));
  assert.equal(timeScaleOf(tree).durationNano, 10);
});

test("a span that ends before it starts has a bar without width, at its start", () => {
  const tree = treeOf(timed("a", 0n, 100n), timed("b", 50n, 20n));
  const node = tree.nodes.find(({ span: { spanId } }) => spanId === "b");
  assert.deepEqual(node && barOf(timeScaleOf(tree), node), { left: 0.5, width: 0 });
});

test("no spans, and spans without any length, still give a scale", () => {
  assert.equal(timeScaleOf(treeOf()).durationNano, 1);
  assert.equal(timeScaleOf(treeOf(timed("a", 0n, 0n))).durationNano, 1);
});

test("every bar lies within the scale, whatever the sender says", () => {
  const nano = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
  const times = fc.record({ startTimeUnixNano: nano, endTimeUnixNano: nano });
  fc.assert(
    fc.property(fc.array(times), (given) => {
      const tree = treeOf(...given.map((time, index) => span(String(index), time)));
      const scale = timeScaleOf(tree);
      for (const node of tree.nodes) {
        const { left, width } = barOf(scale, node);
        assert.ok(left >= 0 && width >= 0 && left + width <= 1 + Number.EPSILON);
      }
    }),
  );
});

function check(durationNano: number, countMax: number, texts: readonly string[]): void {
  const ticks = ticksOf({ durationNano }, countMax);
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

test("there are never more ticks than asked for, and all lie within the scale", () => {
  const durations = fc.double({ min: 1, max: 2 ** 64, noNaN: true });
  fc.assert(
    fc.property(durations, fc.integer({ min: 2, max: 20 }), (durationNano, countMax) => {
      const ticks = ticksOf({ durationNano }, countMax);
      assert.ok(ticks.length >= 1 && ticks.length <= countMax);
      assert.ok(ticks.every((tick) => tick.offsetNano <= durationNano));
    }),
  );
});
