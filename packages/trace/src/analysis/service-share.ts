import { isErrorRow, type TraceRows } from "./trace-rows.ts";

/** How much of a trace was one service's. */
export interface ServiceShare {
  readonly service: string;
  readonly spanCount: number;
  readonly errorCount: number;
  /** The sum of the self times, ns; work in parallel counts several times. */
  readonly selfNano: number;
  /** Its part of the critical paths of all roots, ns; adds up to the time that was waited for. */
  readonly criticalNano: number;
}

/** What each service did, the largest part of the critical path first. Cost: O(n). */
export function serviceShares(
  rows: TraceRows,
  times: { readonly selfNano: Float64Array; readonly criticalNano: Float64Array },
  serviceOf: (row: number) => string,
): ServiceShare[] {
  const shares = new Map<string, { -readonly [K in keyof ServiceShare]: ServiceShare[K] }>();
  for (let row = 0; row < rows.rowCount; row += 1) {
    const service = serviceOf(row);
    let share = shares.get(service);
    if (share === undefined) {
      share = { service, spanCount: 0, errorCount: 0, selfNano: 0, criticalNano: 0 };
      shares.set(service, share);
    }
    share.spanCount += 1;
    if (isErrorRow(rows, row)) share.errorCount += 1;
    share.selfNano += times.selfNano[row] ?? 0;
    share.criticalNano += times.criticalNano[row] ?? 0;
  }
  return [...shares.values()].sort(
    (a, b) => b.criticalNano - a.criticalNano || b.selfNano - a.selfNano,
  );
}
