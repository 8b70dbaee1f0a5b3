import {
  BUCKET_SECONDS,
  PLAUSIBLE_FUTURE_SECONDS,
  PLAUSIBLE_PAST_SECONDS,
} from "../base/limits.ts";

/** The bucket of spans whose start cannot be believed. */
export const IMPLAUSIBLE_BUCKET = 0;

const NANO_PER_SECOND = 1_000_000_000n;
const BUCKET_NANO = BUCKET_SECONDS * 1e9;
const SECONDS_MAX = 0xffff_ffff;

/** Fills `buckets` with the bucket of each start, in seconds since the epoch. */
export function fillBuckets(
  buckets: Uint32Array,
  startTimesUnixNano: BigUint64Array,
  nowUnixNano: bigint,
): void {
  const nowSeconds = Number(nowUnixNano / NANO_PER_SECOND);
  const earliest = nowSeconds - PLAUSIBLE_PAST_SECONDS;
  const latest = Math.min(nowSeconds + PLAUSIBLE_FUTURE_SECONDS, SECONDS_MAX);
  // Words instead of 64-bit elements: reading one of those makes a BigInt.
  const { buffer, byteOffset } = startTimesUnixNano;
  const words = new Uint32Array(buffer, byteOffset, buckets.length * 2);
  for (let row = 0; row < buckets.length; row += 1) {
    const low = words[row * 2] ?? 0;
    const high = words[row * 2 + 1] ?? 0;
    const seconds = divide(low, high) * BUCKET_SECONDS;
    const isPlausible = seconds + BUCKET_SECONDS > earliest && seconds <= latest;
    buckets[row] = isPlausible ? seconds : IMPLAUSIBLE_BUCKET;
  }
}

/**
 * How many whole buckets lie before a time. Long division in base 2^16, because a 64-bit number
 * does not fit a double: every remainder is below 2^36, so every intermediate value below 2^52.
 */
function divide(low: number, high: number): number {
  const middle = high * 0x10000 + (low >>> 16);
  const upper = Math.floor(middle / BUCKET_NANO);
  const lower = Math.floor(
    ((middle - upper * BUCKET_NANO) * 0x10000 + (low & 0xffff)) / BUCKET_NANO,
  );
  return upper * 0x10000 + lower;
}

/** The bucket of one time, in seconds; the last one there is when it lies beyond the type. */
export function bucketOf(unixNano: bigint): number {
  const seconds = Number(unixNano / BigInt(BUCKET_NANO)) * BUCKET_SECONDS;
  return Math.min(Math.max(seconds, 0), SECONDS_MAX);
}
