import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import { BUCKET_SECONDS } from "../base/limits.ts";
import { bucketOf, fillBuckets } from "./time-bucket.ts";

const NOW = 1_795_356_000_123_456_789n;
const SECOND = 1_000_000_000n;
const DAY = 86_400n * SECOND;

function bucketsOf(times: readonly bigint[]): number[] {
  const buckets = new Uint32Array(times.length);
  fillBuckets(buckets, BigUint64Array.from(times), NOW);
  return [...buckets];
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
  assert.deepEqual(bucketsOf(times), times.map(bucketOf));
});

test("the division in words equals the one in 64 bits", () => {
  const time = fc.bigInt(NOW - 399n * DAY, NOW + DAY / 2n);
  fc.assert(
    fc.property(fc.array(time, { minLength: 1 }), (times) => {
      const width = BigInt(BUCKET_SECONDS) * SECOND;
      const expected = times.map((unixNano) => Number(unixNano / width) * BUCKET_SECONDS);
      assert.deepEqual(bucketsOf(times), expected);
      assert.deepEqual(times.map(bucketOf), expected);
    }),
  );
});

test("a query beyond the last bucket ends at it", () => {
  assert.equal(bucketOf(2n ** 64n - 1n), 0xffff_ffff);
});
