import assert from "node:assert/strict";
import { test } from "node:test";
import { type SelectionOptions, selectionOf } from "./explore-selection.ts";

function select(fields: Partial<SelectionOptions> = {}, [spanCount, errorCount] = [100, 4]) {
  const totals = {
    spanCount: spanCount ?? 0,
    errorCount: errorCount ?? 0,
    p50Nano: 1,
    p95Nano: 2,
    p99Nano: 30.7,
    maxNano: 40,
  };
  const asked = { q: "{ .a = 1 }", from: "-1h", to: "now" };
  return selectionOf({ asked, totals, box: undefined, chosen: undefined, ...fields });
}

test("errors are selected by themselves, against what did not fail", () => {
  const selection = select();
  assert.equal(selection?.what, "the 4 errors");
  assert.equal(selection?.request.selection.q, "{ .a = 1 && status = error }");
  assert.equal(selection?.request.baseline?.q, "{ .a = 1 && status != error }");
});

test("where all have failed, they stand against those that the query leaves out", () => {
  assert.equal(select({}, [4, 4])?.request.baseline?.q, "{ status != error }");
});

test("without errors, or on demand, it is the slowest hundredth", () => {
  for (const selection of [select({}, [100, 0]), select({ chosen: "slowest" })]) {
    assert.equal(selection?.name, "slowest");
    assert.equal(selection?.request.selection.box?.durationMinNano, 30);
    assert.equal(selection?.request.baseline, undefined);
  }
});

test("a box goes before both, and without spans there is nothing to select", () => {
  const box = { fromUnixNano: 5n, toUnixNano: 9n, durationMinNano: 1, durationMaxNano: 2 };
  assert.deepEqual(select({ box })?.request.selection.box, {
    from: "5",
    to: "9",
    durationMinNano: 1,
    durationMaxNano: 2,
  });
  assert.equal(select({}, [0, 0]), undefined);
});
