import type { Coverage, CoverageCap } from "@spoor/trace";

/** What is known about a read when it is answered. */
export interface Reading {
  readonly scannedRows: number;
  readonly hasMore: boolean;
  readonly isFresh: boolean;
  readonly tookMs: number;
}

/** How far the answer can be trusted. */
export function coverage(read: Reading, cap: CoverageCap): Coverage {
  return {
    complete: !read.hasMore && read.isFresh,
    capped: read.hasMore ? cap : null,
    sampledRate: 1,
    scannedRows: read.scannedRows,
    tookMs: Math.round(read.tookMs * 1000) / 1000,
  };
}
