import assert from "node:assert/strict";
import { test } from "node:test";
import type { HeatmapAnswer, HeatmapCell } from "@spoor/trace";
import { boxOf, boxText } from "./heat-box.ts";
import {
  boxBetween,
  bucketNano,
  cellAt,
  durationTicks,
  heatScaleOf,
  heatTotals,
  placeOfBox,
  yOfNano,
} from "./heat-scale.ts";

function answer(cells: readonly HeatmapCell[]): HeatmapAnswer {
  return {
    cells,
    stepNano: "10000000000",
    stepCount: 6,
    fromUnixNano: "1000000000000",
    toUnixNano: "1060000000000",
    bucketsPerDoubling: 8,
    ofPresent: false,
    spanCount: 0,
    traceql: "{ }",
    isTranslated: false,
    complete: true,
    capped: null,
    sampledRate: 1,
    scannedRows: 0,
    tookMs: 0,
  };
}

function cell(step: number, bucket: number, spanCount = 1, errorCount = 0): HeatmapCell {
  return { step, bucket, spanCount, errorCount };
}

test("every cell is in the picture, the longest above", () => {
  const scale = heatScaleOf(answer([cell(0, 100), cell(5, 260)]));
  const [short, long] = [yOfNano(scale, bucketNano(100)), yOfNano(scale, bucketNano(260))];
  assert.ok(long > 0 && long < short && short < 1);
});

test("a flat line has room above and below, and nothing at all has a picture too", () => {
  assert.ok(heatScaleOf(answer([cell(0, 200)])).bucketCount >= 32);
  assert.ok(heatScaleOf(answer([])).bucketCount > 0);
  assert.ok(heatScaleOf(answer([cell(0, 0)])).bucketFirst >= 0);
});

test("a place is in the cell that is drawn there, also at and beyond the edge", () => {
  const scale = heatScaleOf(answer([cell(0, 100), cell(5, 260)]));
  const middle = {
    x: 2.5 / 6,
    y: (yOfNano(scale, bucketNano(200)) + yOfNano(scale, bucketNano(201))) / 2,
  };
  assert.deepEqual(cellAt(scale, middle), { step: 2, bucket: 200 });
  assert.equal(cellAt(scale, { x: 1.2, y: -1 }).step, 5);
  assert.equal(cellAt(scale, { x: -1, y: 2 }).bucket, scale.bucketFirst);
});

test("a drag in any direction is a box of whole cells, and the address keeps it", () => {
  const scale = heatScaleOf(answer([cell(0, 100), cell(5, 260)]));
  const [a, b] = [
    { x: 0.99, y: 0.1 },
    { x: 0.4, y: 0.6 },
  ];
  const box = boxBetween(scale, a, b);
  assert.deepEqual(boxBetween(scale, b, a), box);
  assert.equal(box.fromUnixNano, 1_020_000_000_000n);
  assert.equal(box.toUnixNano, 1_060_000_000_000n);
  assert.deepEqual(boxOf(boxText(box)), box);
  const place = placeOfBox(scale, box);
  assert.ok(place.left <= 0.4 && place.right >= 0.99 && place.top <= 0.1 && place.bottom >= 0.6);
});

test("ticks are powers of ten inside of the picture", () => {
  const scale = heatScaleOf(answer([cell(0, 160), cell(0, 240)]));
  assert.deepEqual(durationTicks(scale), [1e6, 1e7, 1e8, 1e9]);
});

test("percentiles are those of all spans, within half a bucket", () => {
  const totals = heatTotals([cell(0, 160, 98), cell(1, 200, 1, 1), cell(2, 240, 1)]);
  assert.equal(totals.spanCount, 100);
  assert.equal(totals.errorCount, 1);
  assert.equal(totals.p50Nano, bucketNano(160.5));
  assert.equal(totals.p99Nano, bucketNano(200.5));
  assert.equal(totals.maxNano, bucketNano(240.5));
  assert.equal(heatTotals([]).p99Nano, 0);
});
