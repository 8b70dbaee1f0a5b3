/**
 * How many durations lie in each bucket. Bucket `b` begins at 2^(b / 8) ns and ends where the next
 * begins, so that a duration is known to within 9 %. What is shorter than 1 ns lies in bucket 0.
 */
export type DurationHistogram = ReadonlyMap<number, number>;

/** The bucket of a duration. */
export function durationBucket(durationNano: bigint): number {
  return durationNano < 1n ? 0 : Math.floor(Math.log2(Number(durationNano)) * 8);
}

/** The same in SQL, of an expression. */
export function durationBucketSql(durationNano: string): string {
  return `toUInt16(floor(log2(greatest(${durationNano}, 1)) * 8))`;
}

/**
 * The duration that `fraction` of all are shorter than, in ns: the middle of its bucket, which is
 * within 4.5 % of it. Undefined when there is no duration at all.
 */
export function durationQuantileNano(
  histogram: DurationHistogram,
  fraction: number,
): number | undefined {
  const buckets = [...histogram].sort(([a], [b]) => a - b);
  const total = buckets.reduce((sum, [, count]) => sum + count, 0);
  let below = 0;
  for (const [bucket, count] of buckets) {
    below += count;
    if (below >= fraction * total) return 2 ** ((bucket + 0.5) / 8);
  }
  return undefined;
}

/**
 * The share of all durations that are shorter than this one by more than its bucket can tell: the
 * least that it may be. Undefined when there is no duration at all.
 */
export function shorterShare(
  histogram: DurationHistogram,
  durationNano: bigint,
): number | undefined {
  const own = durationBucket(durationNano);
  let [total, shorter] = [0, 0];
  for (const [bucket, count] of histogram) {
    total += count;
    if (bucket < own) shorter += count;
  }
  return total === 0 ? undefined : shorter / total;
}
