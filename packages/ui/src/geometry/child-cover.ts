import type { TraceRows } from "@spoor/trace";
import type { TimeWindow } from "./time-window.ts";

/** A stretch of a bar, in fractions of the width of the bar as far as it is in sight. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Finer than this share of a bar cannot be seen. */
const RESOLUTION = 1 / 400;

/**
 * Where a row's time was its children's: the union of their intervals, clipped to the part of the
 * row that is in `window`. Gaps too small to see are closed and stretches too small to see are left
 * out, so that a span with 10,000 children has no more than some 400 of them.
 *
 * Cost: O(children).
 */
export function childCover(rows: TraceRows, row: number, window: TimeWindow): Stretch[] {
  const start = Math.max(window.fromNano, rows.startNano[row] ?? 0);
  const length = Math.min(window.toNano, rows.endNano[row] ?? 0) - start;
  if (length <= 0) return [];
  const stretches: { from: number; to: number }[] = [];
  const end = rows.endRow[row] ?? 0;
  // Children are ordered by start, so one pass builds the union.
  for (let child = row + 1; child < end; child = rows.endRow[child] ?? end) {
    const from = Math.max(0, ((rows.startNano[child] ?? 0) - start) / length);
    const to = Math.min(1, ((rows.endNano[child] ?? 0) - start) / length);
    if (to <= from) continue;
    const last = stretches.at(-1);
    if (last !== undefined && from <= last.to + RESOLUTION) last.to = Math.max(last.to, to);
    else stretches.push({ from, to });
  }
  return stretches.filter(({ from, to }) => to - from >= RESOLUTION);
}
