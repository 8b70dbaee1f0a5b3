import type { Coverage, CoverageCap } from "@spoor/trace";

/** What is known about a read when it is answered. */
export interface Reading {
  readonly scannedRows: number;
  readonly hasMore: boolean;
  readonly isFresh: boolean;
  readonly tookMs: number;
}

/** The coverage of what the store found, as it is when the server answers. */
export function coverageOf(
  found: Coverage,
  { isFresh, tookMs }: Pick<Reading, "isFresh" | "tookMs">,
): Coverage {
  return {
    complete: found.complete && isFresh,
    capped: found.capped,
    sampledRate: found.sampledRate,
    scannedRows: found.scannedRows,
    tookMs: roundedMs(tookMs),
  };
}

/** How far the answer can be trusted. */
export function coverage(read: Reading, cap: CoverageCap): Coverage {
  return {
    complete: !read.hasMore && read.isFresh,
    capped: read.hasMore ? cap : null,
    sampledRate: 1,
    scannedRows: read.scannedRows,
    tookMs: roundedMs(read.tookMs),
  };
}

function roundedMs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
