/*
 * The spans of a trace by what they do: how often, how long, how many failed.
 */
import { isErrorRow } from "@spoor/trace";
import type { TraceShape } from "./trace-shape.ts";

/** All spans of one service and name. */
export interface SpanGroup {
  readonly service: string;
  readonly name: string;
  readonly count: number;
  readonly errorCount: number;
  /** Sums; calls in parallel count several times. */
  readonly totalNano: number;
  readonly selfNano: number;
  readonly maxNano: number;
  /** The longest of them: where a look begins. */
  readonly longestRow: number;
}

/** By what the table is sorted. */
export type GroupOrder = "count" | "errorCount" | "totalNano" | "selfNano" | "maxNano";

/** The groups of `kept` rows (all when undefined), the largest first by `order`. Cost: O(rows). */
export function spanGroups(
  shape: TraceShape,
  order: GroupOrder,
  kept: Uint8Array | undefined,
): SpanGroup[] {
  const { skeleton, rows, selfNano } = shape;
  const groups = new Map<number, { -readonly [K in keyof SpanGroup]: SpanGroup[K] }>();
  for (let row = 0; row < rows.rowCount; row += 1) {
    if (kept !== undefined && kept[row] !== 1) continue;
    const [service, name] = [skeleton.service[row] ?? 0, skeleton.name[row] ?? 0];
    const nano = skeleton.durationNano[row] ?? 0;
    // Both are numbers far below 2^26, so that no two pairs share a key.
    const key = service * 2 ** 26 + name;
    let group = groups.get(key);
    if (group === undefined) {
      group = {
        service: skeleton.services[service] ?? "",
        name: skeleton.names[name] ?? "",
        count: 0,
        errorCount: 0,
        totalNano: 0,
        selfNano: 0,
        maxNano: -1,
        longestRow: row,
      };
      groups.set(key, group);
    }
    group.count += 1;
    group.totalNano += nano;
    group.selfNano += selfNano[row] ?? 0;
    if (isErrorRow(rows, row)) group.errorCount += 1;
    if (nano <= group.maxNano) continue;
    group.maxNano = nano;
    group.longestRow = row;
  }
  return [...groups.values()].sort((a, b) => b[order] - a[order] || b.selfNano - a.selfNano);
}
