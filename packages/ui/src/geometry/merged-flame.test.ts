import assert from "node:assert/strict";
import { test } from "node:test";
import { type Span, StatusCode } from "@spoor/trace";
import { mergedCalls, mergedPicture } from "./merged-flame.ts";
import { idOf, shapeOf, span } from "./test-spans.ts";

function at(letter: string, parent: string, name: string, from: number, to: number): Span {
  return span(idOf(letter), {
    name,
    parentSpanId: idOf(parent),
    startTimeUnixNano: BigInt(from + 1),
    endTimeUnixNano: BigInt(to + 1),
    status: { code: letter === "d" ? StatusCode.error : StatusCode.unset, message: "" },
  });
}

/** Two loads, each with a read, and a save; 40 of 100 are the root's own. */
const SHAPE = shapeOf([
  at("a", "", "root", 0, 100),
  at("b", "a", "save", 0, 10),
  at("c", "a", "load", 10, 30),
  at("d", "c", "read", 10, 20),
  at("e", "a", "load", 30, 60),
  at("f", "e", "read", 30, 55),
]);

test("calls that do the same below the same callers are one bar, the widest first", () => {
  const calls = mergedCalls(SHAPE);
  const { bars, errors } = mergedPicture(calls, { width: 1000, laneHeight: 20 });
  const { skeleton } = SHAPE;
  const shown = bars.map(({ call, row, x, y, width }) => [
    skeleton.names[skeleton.name[row] ?? -1],
    calls.callCounts[call],
    x,
    y,
    width,
  ]);
  assert.deepEqual(shown, [
    ["root", 1, 0, 0, 1000],
    ["load", 2, 0, 20, 500],
    ["save", 1, 500, 20, 100],
    ["read", 2, 0, 40, 350],
  ]);
  assert.deepEqual(
    errors.map(({ row }) => row),
    [5],
    "the longest of the reads stands for the one that failed",
  );
  assert.equal(calls.depth, 3);
});

test("work in parallel adds up, and every part is within its caller", () => {
  const parallel = shapeOf([
    at("a", "", "root", 0, 100),
    at("b", "a", "left", 0, 100),
    at("c", "a", "right", 0, 100),
  ]);
  const { bars } = mergedPicture(mergedCalls(parallel), { width: 200, laneHeight: 20 });
  assert.deepEqual(
    bars.map(({ x, width }) => [x, width]),
    [
      [0, 200],
      [0, 100],
      [100, 100],
    ],
  );
});

test("a chain of 100,000 calls of one name ends", () => {
  const spans = Array.from({ length: 100_000 }, (_, index) =>
    span((index + 1).toString(16).padStart(16, "0"), {
      name: "again",
      parentSpanId: index === 0 ? "" : index.toString(16).padStart(16, "0"),
      startTimeUnixNano: BigInt(index + 1),
      endTimeUnixNano: 200_001n,
    }),
  );
  const calls = mergedCalls(shapeOf(spans));
  assert.equal(calls.depth, 100_000);
  const { bars } = mergedPicture(calls, { width: 1000, laneHeight: 20 });
  assert.equal(bars.length, 100_000);
});
