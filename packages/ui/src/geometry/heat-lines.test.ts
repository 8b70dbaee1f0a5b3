import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeatmapAnswer, HeatmapCell, QueryRangeAnswer, SeriesDocument } from "@spoor/trace";
import { groupLines, percentileLines } from "./heat-lines.ts";
import { bucketNano } from "./heat-scale.ts";

const COVERAGE = {
  complete: true,
  capped: null,
  sampledRate: 1,
  scannedRows: 0,
  tookMs: 0,
  traceql: "{ }",
  isTranslated: false,
  fromUnixNano: "0",
  toUnixNano: "3000",
  stepNano: "1000",
} as const;

function heat(cells: readonly HeatmapCell[]): HeatmapAnswer {
  return {
    ...COVERAGE,
    stepCount: 3,
    bucketsPerDoubling: 8,
    ofPresent: false,
    cells,
    spanCount: 0,
  };
}

function cell(step: number, bucket: number, spanCount: number): HeatmapCell {
  return { step, bucket, spanCount, errorCount: 0 };
}

const QUANTILE = { name: "p", type: "double", text: "0.95" } as const;

function middle(bucket: number): number {
  return bucketNano(bucket + 0.5);
}

function series(text: string, values: readonly (number | null)[]): SeriesDocument {
  const type = text === "" ? "nil" : "string";
  return { labels: [{ name: "by", type, text }, QUANTILE], values, exemplars: [] };
}

test("percentiles are those of each step, and a step without spans has none", () => {
  const answer = heat([cell(0, 80, 95), cell(0, 160, 5), cell(2, 120, 1)]);
  assert.deepEqual(percentileLines(answer), [
    { name: "p50", nanos: [middle(80), null, middle(120)] },
    { name: "p95", nanos: [middle(80), null, middle(120)] },
    { name: "p99", nanos: [middle(160), null, middle(120)] },
  ]);
});

test("of too many values those with the most steps get lines, and the others are counted", () => {
  const answer: QueryRangeAnswer = {
    ...COVERAGE,
    series: [
      series("rare", [null, 9, null]),
      series("fast", [1, 1, 1]),
      series("", [5, 5, null]),
      series("gone", [null, null, null]),
    ],
  };
  assert.deepEqual(groupLines(answer, 2), {
    lines: [
      { name: "(none)", nanos: [5, 5, null] },
      { name: "fast", nanos: [1, 1, 1] },
    ],
    otherCount: 1,
  });
});
