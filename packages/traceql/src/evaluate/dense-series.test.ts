import assert from "node:assert/strict";
import { test } from "node:test";

import { SERIES_NUMBERS_MAX } from "../base/limits.ts";
import { denseSeries, type SparseSeries } from "./dense-series.ts";

function sparse(value: string, spanCount: number): SparseSeries {
  return { labels: [{ name: "a", value }], cells: new Map([[1, spanCount]]), spanCount };
}

test("series have a number for each step, in the order of their labels", () => {
  const { series, isCut } = denseSeries([sparse("y", 2), sparse("x", 3)], { steps: 3, empty: 0 });
  assert.equal(isCut, false);
  assert.deepEqual(
    series.map(({ labels, values }) => [labels[0]?.value, Array.from(values)]),
    [
      ["x", [0, 3, 0]],
      ["y", [0, 2, 0]],
    ],
  );
});

test("of more numbers than there may be those series are kept that most spans stand behind", () => {
  const all = [1, 5, 3, 2, 4].map((spanCount) => sparse(`s${spanCount}`, spanCount));
  const steps = SERIES_NUMBERS_MAX / 2;
  const { series, isCut } = denseSeries(all, { steps, empty: Number.NaN });
  assert.equal(isCut, true);
  assert.deepEqual(
    series.map(({ labels }) => labels[0]?.value),
    ["s4", "s5"],
  );
  assert.equal(denseSeries(all, { steps: SERIES_NUMBERS_MAX * 2, empty: 0 }).series.length, 1);
});
