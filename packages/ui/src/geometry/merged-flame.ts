/*
 * The flame graph of a trace merged by path: calls that do the same below the same callers are one
 * bar, as wide as their own time and that of everything below them, the widest first.
 *
 * Own time and not duration makes the widths, because it adds up: children that ran in parallel are
 * longer together than the parent that they stand on.
 */
import { isErrorRow } from "@spoor/trace";
import type { Picture, Rectangle } from "./picture.ts";
import type { TraceShape } from "./trace-shape.ts";

/** Calls with one path, as columns; a caller stands before what it calls. */
export interface MergedCalls {
  readonly count: number;
  /** -1 for a path of one. */
  readonly parents: readonly number[];
  readonly callCounts: readonly number[];
  readonly errorCounts: readonly number[];
  /** Own time of the calls. */
  readonly ownNano: readonly number[];
  /** Own time of the calls and of everything below them. */
  readonly totalNano: readonly number[];
  /** The call that took longest: where a look begins. */
  readonly longestRows: readonly number[];
  /** How many levels there are. */
  readonly depth: number;
}

/** The calls of `shape` by path. Cost: O(rows). */
export function mergedCalls(shape: TraceShape): MergedCalls {
  const { rows, skeleton, selfNano } = shape;
  const parents: number[] = [];
  const callCounts: number[] = [];
  const errorCounts: number[] = [];
  const ownNano: number[] = [];
  const longestRows: number[] = [];
  const levels: number[] = [];
  /** What each path continues with, by service and name. */
  const below: Map<number, number>[] = [];
  const tops = new Map<number, number>();
  const callOfRow = new Int32Array(rows.rowCount);
  for (let row = 0; row < rows.rowCount; row += 1) {
    const above = rows.parentRow[row] ?? -1;
    const parent = above === -1 ? -1 : (callOfRow[above] ?? -1);
    const siblings = parent === -1 ? tops : (below[parent] ?? tops);
    // Both are numbers far below 2^26, so that no two pairs share a key.
    const key = (skeleton.service[row] ?? 0) * 2 ** 26 + (skeleton.name[row] ?? 0);
    let call = siblings.get(key);
    if (call === undefined) {
      call = parents.length;
      siblings.set(key, call);
      parents.push(parent);
      below.push(new Map());
      levels.push(parent === -1 ? 1 : (levels[parent] ?? 0) + 1);
      for (const column of [callCounts, errorCounts, ownNano]) column.push(0);
      longestRows.push(row);
    }
    callOfRow[row] = call;
    callCounts[call] = (callCounts[call] ?? 0) + 1;
    ownNano[call] = (ownNano[call] ?? 0) + (selfNano[row] ?? 0);
    if (isErrorRow(rows, row)) errorCounts[call] = (errorCounts[call] ?? 0) + 1;
    const longest = skeleton.durationNano[longestRows[call] ?? row] ?? 0;
    if ((skeleton.durationNano[row] ?? 0) > longest) longestRows[call] = row;
  }
  const totalNano = ownNano.slice();
  for (let call = parents.length - 1; call >= 0; call -= 1) {
    const parent = parents[call] ?? -1;
    if (parent !== -1) totalNano[parent] = (totalNano[parent] ?? 0) + (totalNano[call] ?? 0);
  }
  const depth = levels.reduce((deepest, level) => Math.max(deepest, level), 0);
  return {
    count: parents.length,
    parents,
    callCounts,
    errorCounts,
    ownNano,
    totalNano,
    longestRows,
    depth,
  };
}

/** What is narrower cannot be seen, nor can what stands on it. */
const WIDTH_PX_MIN = 0.5;

/** A bar of the merged flame graph. */
export interface MergedBar extends Rectangle {
  /** Of {@link MergedCalls}. */
  readonly call: number;
}

/** The bars, and among them those with an error. */
export interface MergedPicture extends Picture {
  readonly bars: readonly MergedBar[];
  readonly errors: readonly MergedBar[];
}

/** The bars of a picture of this width. Cost: O(calls), and a sort of those of each caller. */
export function mergedPicture(
  calls: MergedCalls,
  { width, laneHeight }: { readonly width: number; readonly laneHeight: number },
): MergedPicture {
  const callees: number[][] = Array.from({ length: calls.count + 1 }, () => []);
  for (const [call, parent] of calls.parents.entries()) callees[parent + 1]?.push(call);
  const whole = (callees[0] ?? []).reduce((sum, call) => sum + (calls.totalNano[call] ?? 0), 0);
  const scale = width / Math.max(1, whole);
  const bars: MergedBar[] = [];
  const open = [{ call: -1, x: 0, y: 0 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    const widest = (callees[place.call + 1] ?? []).toSorted(
      (a, b) => (calls.totalNano[b] ?? 0) - (calls.totalNano[a] ?? 0) || a - b,
    );
    let { x } = place;
    const { y } = place;
    for (const call of widest) {
      const barWidth = (calls.totalNano[call] ?? 0) * scale;
      // Those that follow are no wider.
      if (barWidth < WIDTH_PX_MIN) break;
      const row = calls.longestRows[call] ?? 0;
      bars.push({ call, row, x, y, width: barWidth, height: laneHeight - 1 });
      open.push({ call, x, y: y + laneHeight });
      x += barWidth;
    }
  }
  return { bars, errors: bars.filter(({ call }) => (calls.errorCounts[call] ?? 0) > 0) };
}
