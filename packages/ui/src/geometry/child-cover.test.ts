import assert from "node:assert/strict";
import { test } from "node:test";
import { childCover, type Stretch } from "./child-cover.ts";
import { shapeOf, span } from "./test-spans.ts";
import { wholeWindow } from "./time-window.ts";

const ROOT = "00000000000000aa";
const START = 5_000n;

function at(nano: number): bigint {
  return BigInt(nano) + START;
}

/** The cover of a root from 0 to 1000 with children at these times. */
function cover(
  children: readonly (readonly [start: number, end: number])[],
  window = wholeWindow(1000),
): Stretch[] {
  const root = span(ROOT, { startTimeUnixNano: at(0), endTimeUnixNano: at(1000) });
  const below = children.map(([start, end], index) =>
    span(`${index + 1}`.padStart(16, "0"), {
      parentSpanId: ROOT,
      startTimeUnixNano: at(start),
      endTimeUnixNano: at(end),
    }),
  );
  return childCover(shapeOf([root, ...below]).rows, 0, window);
}

test("a span without children is all its own", () => {
  assert.deepEqual(cover([]), []);
});

test("children that overlap cover once", () => {
  assert.deepEqual(
    cover([
      [100, 300],
      [200, 500],
      [700, 800],
    ]),
    [
      { from: 0.1, to: 0.5 },
      { from: 0.7, to: 0.8 },
    ],
  );
});

test("a child that outlives its parent covers to the end, one beside it nothing", () => {
  assert.deepEqual(
    cover([
      [900, 2000],
      [1500, 1600],
    ]),
    [{ from: 0.9, to: 1 }],
  );
});

test("gaps and stretches too small to see are not drawn", () => {
  assert.deepEqual(
    cover([
      [100, 300],
      [301, 500],
      [700, 701],
    ]),
    [{ from: 0.1, to: 0.5 }],
  );
});

test("of a bar that is partly in sight only that part is covered", () => {
  assert.deepEqual(cover([[100, 300]], { fromNano: 200, toNano: 400 }), [{ from: 0, to: 0.5 }]);
});
