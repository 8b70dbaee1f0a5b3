import assert from "node:assert/strict";
import { test } from "node:test";
import type { QueryRangeAnswer } from "@spoor/trace";
import { hourChanges } from "./hour-changes.ts";

const MS = 1_000_000;

function answer(series: Readonly<Record<string, readonly (number | null)[]>>): QueryRangeAnswer {
  return {
    series: Object.entries(series).map(([name, values]) => ({
      labels: [
        { name: "resource.service.name", type: "string", text: "shop" },
        { name: "name", type: "string", text: name },
      ],
      values,
      exemplars: [],
    })),
    stepNano: "300000000000",
    fromUnixNano: "0",
    toUnixNano: "900000000000",
    traceql: "",
    isTranslated: false,
    complete: true,
    capped: null,
    sampledRate: 1,
    scannedRows: 0,
    tookMs: 0,
  };
}

const STEADY = { work: [100, 100, 100] };

test("a name fails when its share of errors has grown", () => {
  const { failing, slower } = hourChanges(
    answer(STEADY),
    answer({ work: [1, 1, 9] }),
    answer({ work: [30 * MS, 30 * MS, 30 * MS] }),
  );
  assert.deepEqual(failing, [{ service: "shop", name: "work", before: 0.01, now: 0.09 }]);
  assert.deepEqual(slower, []);
});

test("a name is slower beside the middle of the hour, which one bad step does not hide", () => {
  const durations = answer({ work: [30 * MS, 900 * MS, 31 * MS, 290 * MS] });
  const { slower } = hourChanges(answer({ work: [50, 50, 50, 50] }), answer({}), durations);
  assert.deepEqual(slower, [{ service: "shop", name: "work", before: 31 * MS, now: 290 * MS }]);
});

test("few requests, few errors and few milliseconds are chance", () => {
  const rare = hourChanges(
    answer({ work: [100, 4] }),
    answer({ work: [0, 4] }),
    answer({ work: [1 * MS, 90 * MS] }),
  );
  assert.deepEqual(rare, { failing: [], slower: [] });
  const small = hourChanges(
    answer({ work: [100, 100] }),
    answer({ work: [0, 2] }),
    answer({ work: [1 * MS, 4 * MS] }),
  );
  assert.deepEqual(small, { failing: [], slower: [] });
});

test("without an hour before it, nothing is slower than before", () => {
  const { slower } = hourChanges(
    answer({ work: [null, 100] }),
    answer({}),
    answer({ work: [null, 900 * MS] }),
  );
  assert.deepEqual(slower, []);
});

test("what has always failed is no news", () => {
  const { failing } = hourChanges(answer(STEADY), answer({ work: [50, 50, 52] }), answer({}));
  assert.deepEqual(failing, []);
});
