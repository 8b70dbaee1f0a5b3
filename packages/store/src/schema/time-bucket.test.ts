import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { BUCKET_ROWS_MAX, BUCKET_SECONDS } from "../base/limits.ts";
import { BUCKET_WIDTHS_SECONDS, bucketRange, fillBuckets } from "./time-bucket.ts";

const NOW = 1_795_356_000_123_456_789n;
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

function bucketsOf(times: readonly bigint[]): number[] {
  const buckets = new Uint32Array(times.length);
  fillBuckets(buckets, BigUint64Array.from(times), NOW);
  return [...buckets];
}

/** So many starts within the second at `at`. */
function busy(at: bigint, count: number): bigint[] {
  return Array.from({ length: count }, (_, index) => at + BigInt(index));
}

test("a bucket is the start rounded down, also within 1 ns of its edge", () => {
  const edge = (NOW / (60n * SECOND)) * 60n * SECOND;
  const second = Number(edge / SECOND);
  assert.deepEqual(bucketsOf([edge - 1n, edge, edge + 1n]), [second - 60, second, second]);
});

test("starts that cannot be believed share bucket 0", () => {
  const times = [0n, NOW - 401n * DAY, NOW + 2n * DAY, 2n ** 63n, 2n ** 64n - 1n];
  assert.deepEqual(bucketsOf(times), [0, 0, 0, 0, 0]);
});

test("starts up to 400 days old and a day ahead have a bucket of their own", () => {
  const times = [NOW - 400n * DAY + 60n * SECOND, NOW + DAY - SECOND];
  const minutes = times.map((time) => Number(time / (60n * SECOND)) * 60);
  assert.deepEqual(bucketsOf(times), minutes);
});

function widthAt(rowsPerSecond: number): number {
  // The last second of a minute, so that its bucket tells its width.
  const at = (NOW / (60n * SECOND)) * 60n * SECOND - SECOND;
  const [bucket = 0] = bucketsOf(busy(at, rowsPerSecond));
  return Number(at / SECOND) + 1 - bucket;
}

test("the busier the busiest second is, the narrower the buckets are", () => {
  assert.deepEqual([1, 100, 200, 700, 1_500, 3_000, 9_000].map(widthAt), [60, 60, 30, 10, 5, 2, 1]);
});

test("buckets do not depend on when the rows are encoded, nor on their order", () => {
  const times = [...busy(NOW - SECOND, 3_000), ...busy(NOW - 100n * SECOND, 50)];
  const [one, later] = [new Uint32Array(times.length), new Uint32Array(times.length)];
  fillBuckets(one, BigUint64Array.from(times), NOW);
  fillBuckets(later, BigUint64Array.from(times), NOW + DAY);
  assert.deepEqual(one, later);
  assert.deepEqual(bucketsOf(times.toReversed()), [...one].toReversed());
});

test("the division in words equals the one in 64 bits", () => {
  const time = fc.bigInt(NOW - 399n * DAY, NOW + DAY / 2n);
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      const width = BigInt(BUCKET_SECONDS) * SECOND;
      const expected = times.map((unixNano) => Number(unixNano / width) * BUCKET_SECONDS);
      assert.deepEqual(bucketsOf(times), expected);
    }),
  );
});

test("the buckets of an interval hold each of its starts, however wide they are", () => {
  const time = fc.bigInt(NOW - 200n * SECOND, NOW);
  const rows = fc.constantFrom(...BUCKET_WIDTHS_SECONDS.map((w) => Math.ceil(BUCKET_ROWS_MAX / w)));
  const property = fc.property(time, time, time, rows, (a, b, start, count) => {
    const [from, last] = a < b ? [a, b] : [b, a];
    const inside = start < from ? from : start > last ? last : start;
    const range = bucketRange(from, last);
    const [bucket = 0] = bucketsOf([inside, ...busy(NOW - 500n * SECOND, count)]);
    assert.ok(range.first <= bucket && bucket <= range.last);
  });
  fc.assert(property, { numRuns: 30 });
});

test("an interval that ends beyond the last bucket ends at it", () => {
  assert.deepEqual(bucketRange(-1n, 2n ** 64n - 1n), { first: 0, last: 0xffff_ffff });
});
