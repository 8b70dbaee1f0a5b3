import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTree } from "@spoor/trace";
import { childCover, type Stretch } from "./child-cover.ts";
import { span } from "./test-spans.ts";

function at(nano: number): bigint {
  return BigInt(nano) + 5_000n;
}

/** The cover of a root from 0 to 1000 with children at these times. */
function cover(...children: readonly (readonly [start: number, end: number])[]): Stretch[] {
  const root = span("root", { startTimeUnixNano: at(0), endTimeUnixNano: at(1000) });
  const below = children.map(([start, end], index) =>
    span(`${index}`, {
      parentSpanId: "root",
      startTimeUnixNano: at(start),
      endTimeUnixNano: at(end),
    }),
  );
  const tree = buildTree({ traceId: "", spans: [root, ...below] });
  const node = tree.nodes.find((found) => found.span === root);
  assert.ok(node);
  return childCover(node);
}

test("a span without children is all its own", () => {
  assert.deepEqual(cover(), []);
});

test("children that overlap cover once", () => {
  assert.deepEqual(cover([100, 300], [200, 500], [700, 800]), [
    { from: 0.1, to: 0.5 },
    { from: 0.7, to: 0.8 },
  ]);
});

test("a child that outlives its parent covers to the end, one beside it nothing", () => {
  assert.deepEqual(cover([900, 2000], [1500, 1600]), [{ from: 0.9, to: 1 }]);
});

test("gaps and stretches too small to see are not drawn", () => {
  assert.deepEqual(cover([100, 300], [301, 500], [700, 701]), [{ from: 0.1, to: 0.5 }]);
});
