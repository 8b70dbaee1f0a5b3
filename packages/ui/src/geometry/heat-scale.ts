/*
 * The places of a heat map: time from left to right, duration from bottom to top on a scale where
 * each doubling is as high as the one below.
 *
 * Places are fractions, 0 to 1, from the left and from the top, so that the size of the picture is
 * nobody's affair but the canvas's.
 */
import type { HeatmapAnswer, HeatmapCell } from "@spoor/trace";
import type { HeatBox } from "./heat-box.ts";

/** What lies where. */
export interface HeatScale {
  readonly fromUnixNano: bigint;
  readonly stepNano: bigint;
  readonly stepCount: number;
  /** The lowest bucket that is drawn. */
  readonly bucketFirst: number;
  readonly bucketCount: number;
}

/** A place in the picture. */
export interface HeatPlace {
  readonly x: number;
  readonly y: number;
}

const BUCKETS_PER_DOUBLING = 8;
/** A picture of one flat line says less than the room above and below it. */
const BUCKETS_SHOWN_MIN = 4 * BUCKETS_PER_DOUBLING;
const BUCKET_MARGIN = 2;

/** The shortest duration of a bucket, in ns. */
export function bucketNano(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_DOUBLING);
}

/** The scale on which all of `answer` can be seen. */
export function heatScaleOf(answer: HeatmapAnswer): HeatScale {
  const { cells, stepCount } = answer;
  // 1 ms to 1 s when there is nothing to go by.
  let [least, most] = cells.length === 0 ? [160, 240] : [Number.POSITIVE_INFINITY, 0];
  for (const { bucket } of cells) {
    least = Math.min(least, bucket);
    most = Math.max(most, bucket);
  }
  const missing = Math.max(0, BUCKETS_SHOWN_MIN - (most - least + 1));
  const bucketFirst = Math.max(0, least - BUCKET_MARGIN - Math.floor(missing / 2));
  const bucketLast = most + BUCKET_MARGIN + Math.ceil(missing / 2);
  return {
    fromUnixNano: BigInt(answer.fromUnixNano),
    stepNano: BigInt(answer.stepNano),
    stepCount: Math.max(1, stepCount),
    bucketFirst,
    bucketCount: bucketLast - bucketFirst + 1,
  };
}

/** Where a duration lies, from the top; outside of 0 to 1 when it is not in the picture. */
export function yOfNano(scale: HeatScale, nano: number): number {
  const bucket = Math.log2(Math.max(1, nano)) * BUCKETS_PER_DOUBLING;
  return 1 - (bucket - scale.bucketFirst) / scale.bucketCount;
}

/** The cell at a place. */
export function cellAt(scale: HeatScale, { x, y }: HeatPlace): { step: number; bucket: number } {
  return {
    step: indexAt(x, scale.stepCount),
    bucket: scale.bucketFirst + indexAt(1 - y, scale.bucketCount),
  };
}

function indexAt(share: number, count: number): number {
  return Math.min(count - 1, Math.max(0, Math.floor(share * count)));
}

/** The box that has both places in it, made of whole cells. */
export function boxBetween(scale: HeatScale, one: HeatPlace, other: HeatPlace): HeatBox {
  const [a, b] = [cellAt(scale, one), cellAt(scale, other)];
  const steps = [a.step, b.step].sort((left, right) => left - right);
  const buckets = [a.bucket, b.bucket].sort((left, right) => left - right);
  const { fromUnixNano, stepNano } = scale;
  return {
    fromUnixNano: fromUnixNano + BigInt(steps[0] ?? 0) * stepNano,
    toUnixNano: fromUnixNano + BigInt((steps[1] ?? 0) + 1) * stepNano,
    durationMinNano: Math.floor(bucketNano(buckets[0] ?? 0)),
    durationMaxNano: Math.ceil(bucketNano((buckets[1] ?? 0) + 1)),
  };
}

/** Where a box lies: its left and right, its top and bottom. */
export function placeOfBox(
  scale: HeatScale,
  box: HeatBox,
): { left: number; right: number; top: number; bottom: number } {
  const lengthNano = Number(scale.stepNano) * scale.stepCount;
  const xOf = (unixNano: bigint): number =>
    clamped(Number(unixNano - scale.fromUnixNano) / lengthNano);
  return {
    left: xOf(box.fromUnixNano),
    right: xOf(box.toUnixNano),
    top: clamped(yOfNano(scale, box.durationMaxNano)),
    bottom: clamped(yOfNano(scale, box.durationMinNano)),
  };
}

function clamped(share: number): number {
  return Math.min(1, Math.max(0, share));
}

/** Durations for the axis: 1, 10, 100 of a unit, as far as they are in the picture. */
export function durationTicks(scale: HeatScale): number[] {
  const first = Math.ceil(Math.log10(Math.max(1, bucketNano(scale.bucketFirst))) - 1e-9);
  const end = Math.log10(bucketNano(scale.bucketFirst + scale.bucketCount));
  const ticks: number[] = [];
  for (let power = first; power <= end; power += 1) ticks.push(10 ** power);
  return ticks;
}

/** What all cells together say. */
export interface HeatTotals {
  readonly spanCount: number;
  readonly errorCount: number;
  /** Each within 4.5 %: half a bucket. 0 without a span. */
  readonly p50Nano: number;
  readonly p95Nano: number;
  readonly p99Nano: number;
  readonly maxNano: number;
}

/** Counts and durations over the whole picture. */
export function heatTotals(cells: readonly HeatmapCell[]): HeatTotals {
  const sumOf = (key: "spanCount" | "errorCount"): number =>
    cells.reduce((sum, cell) => sum + cell[key], 0);
  return {
    spanCount: sumOf("spanCount"),
    errorCount: sumOf("errorCount"),
    p50Nano: quantileNano(cells, 0.5),
    p95Nano: quantileNano(cells, 0.95),
    p99Nano: quantileNano(cells, 0.99),
    maxNano: quantileNano(cells, 1),
  };
}

/** The duration below which a share of the spans of `cells` lies, within 4.5 %; 0 without any. */
export function quantileNano(cells: readonly HeatmapCell[], share: number): number {
  const counts = new Map<number, number>();
  let left = 0;
  for (const { bucket, spanCount } of cells) {
    counts.set(bucket, (counts.get(bucket) ?? 0) + spanCount);
    left += spanCount * share;
  }
  for (const [bucket, count] of [...counts].sort(([a], [b]) => a - b)) {
    left -= count;
    if (left <= 1e-9) return bucketNano(bucket + 0.5);
  }
  return 0;
}
