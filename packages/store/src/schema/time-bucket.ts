import {
  BUCKET_ROWS_MAX,
  BUCKET_SECONDS,
  PLAUSIBLE_FUTURE_SECONDS,
  PLAUSIBLE_PAST_SECONDS,
} from "../base/limits.ts";

/** The bucket of spans whose start cannot be believed. */
const IMPLAUSIBLE_BUCKET = 0;

/**
 * How wide a bucket may be, widest first. Each divides the widest, so that a narrow bucket never
 * reaches over the edge of a wide one.
 */
export const BUCKET_WIDTHS_SECONDS: readonly number[] = [BUCKET_SECONDS, 30, 10, 5, 2, 1];

const NANO_PER_SECOND = 1_000_000_000n;
const SECOND_NANO = 1e9;
const SECONDS_MAX = 0xffff_ffff;

/**
 * Fills `buckets` with the bucket of each start, in seconds since the epoch, all of one width.
 *
 * The width follows the rate: the widest at which the busiest second of these rows, lasting, fills
 * no bucket beyond `BUCKET_ROWS_MAX`. It depends on the rows alone, so that the same rows have the
 * same buckets whenever they are encoded again.
 */
export function fillBuckets(
  buckets: Uint32Array,
  startTimesUnixNano: BigUint64Array,
  nowUnixNano: bigint,
): void {
  const nowSeconds = Number(nowUnixNano / NANO_PER_SECOND);
  // Bounds on the edge of the widest bucket: what is believed does not depend on the width.
  const earliest = floorTo(nowSeconds - PLAUSIBLE_PAST_SECONDS, BUCKET_SECONDS);
  const latest = Math.min(nowSeconds + PLAUSIBLE_FUTURE_SECONDS, SECONDS_MAX);
  // Words instead of 64-bit elements: reading one of those makes a BigInt.
  const { buffer, byteOffset } = startTimesUnixNano;
  const words = new Uint32Array(buffer, byteOffset, buckets.length * 2);
  for (let row = 0; row < buckets.length; row += 1) {
    const seconds = secondsOf(words[row * 2] ?? 0, words[row * 2 + 1] ?? 0);
    const isPlausible = seconds >= earliest && seconds <= latest;
    buckets[row] = isPlausible ? seconds : IMPLAUSIBLE_BUCKET;
  }
  const width = widthFor(busiestSecond(buckets));
  if (width === 1) return;
  for (let row = 0; row < buckets.length; row += 1) {
    buckets[row] = floorTo(buckets[row] ?? 0, width);
  }
}

/** The most rows that began within one second; those that are not believed have no second. */
function busiestSecond(seconds: Uint32Array): number {
  const counts = new Map<number, number>();
  let most = 0;
  for (const second of seconds) {
    if (second === IMPLAUSIBLE_BUCKET) continue;
    const count = (counts.get(second) ?? 0) + 1;
    counts.set(second, count);
    if (count > most) most = count;
  }
  return most;
}

function widthFor(rowsPerSecond: number): number {
  const width = BUCKET_WIDTHS_SECONDS.find((each) => each * rowsPerSecond <= BUCKET_ROWS_MAX);
  return width ?? 1;
}

/**
 * Whole seconds of a time. Long division in base 2^16, because a 64-bit number does not fit a
 * double: every remainder is below 2^30, so every intermediate value below 2^48.
 */
function secondsOf(low: number, high: number): number {
  const middle = high * 0x10000 + (low >>> 16);
  const upper = Math.floor(middle / SECOND_NANO);
  const lower = Math.floor(
    ((middle - upper * SECOND_NANO) * 0x10000 + (low & 0xffff)) / SECOND_NANO,
  );
  return upper * 0x10000 + lower;
}

/** Buckets, both inclusive, that hold every row of an interval, whatever their width is. */
export interface BucketRange {
  readonly first: number;
  readonly last: number;
}

/**
 * The buckets of the times from `fromUnixNano` to `lastUnixNano`, inclusive. The first is that of
 * the widest kind, which no bucket of its times begins before; the last is the second itself, which
 * none begins after. Ends beyond the type become the nearest there is.
 */
export function bucketRange(fromUnixNano: bigint, lastUnixNano: bigint): BucketRange {
  return {
    first: floorTo(clampedSeconds(fromUnixNano), BUCKET_SECONDS),
    last: clampedSeconds(lastUnixNano),
  };
}

/** The hours, by their starts, that hold the times from `fromUnixNano` to `lastUnixNano`. */
export function hourRange(fromUnixNano: bigint, lastUnixNano: bigint): BucketRange {
  return {
    first: floorTo(clampedSeconds(fromUnixNano), HOUR_SECONDS),
    last: floorTo(clampedSeconds(lastUnixNano), HOUR_SECONDS),
  };
}

/** The hour of a bucket. */
export function hourOf(bucket: number): number {
  return floorTo(bucket, HOUR_SECONDS);
}

const HOUR_SECONDS = 3600;

function clampedSeconds(unixNano: bigint): number {
  const seconds = Number(unixNano / NANO_PER_SECOND);
  return Math.min(Math.max(seconds, 0), SECONDS_MAX);
}

function floorTo(seconds: number, width: number): number {
  return seconds - (seconds % width);
}
