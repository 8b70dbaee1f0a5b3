import { endOf, startOf, type TraceRows } from "./trace-rows.ts";

/**
 * The time each span spent on its own: its duration minus the union of its children's intervals,
 * each clipped to the span. Children that run in parallel are not subtracted twice, and what a
 * child does before or after its parent is not subtracted at all.
 *
 * Unit: ns. Cost: O(n).
 */
export function selfNanoOfRows(rows: TraceRows): Float64Array {
  const selfNano = new Float64Array(rows.rowCount);
  /** Up to where the children that came by cover each span. */
  const coveredUntil = new Float64Array(rows.rowCount);
  // Children come by in order of their start, so one pass builds every union.
  for (let row = 0; row < rows.rowCount; row += 1) {
    const start = startOf(rows, row);
    selfNano[row] = endOf(rows, row) - start;
    coveredUntil[row] = start;
    const parent = rows.parentRow[row] ?? -1;
    if (parent === -1) continue;
    const from = Math.max(start, coveredUntil[parent] ?? 0);
    const to = Math.min(endOf(rows, row), endOf(rows, parent));
    if (to <= from) continue;
    selfNano[parent] = (selfNano[parent] ?? 0) - (to - from);
    coveredUntil[parent] = to;
  }
  return selfNano;
}
