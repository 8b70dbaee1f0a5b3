/*
 * Which spans get the arrow `← slow`.
 *
 * The rule, as long as nothing is known about how long a span usually takes: a span is marked when
 * its own time on the critical path is at least a fifth of the trace; the three largest at most.
 *
 * - Own time on the critical path, not duration: a parent is long because its children are, and a
 *   span beside the path could be free without the request ending any sooner.
 * - A fifth, and not only the single largest: in the checkout that this project starts from, a
 *   payment call takes 80 of 120 ms and the inventory query 27. The payment call may always take
 *   80 ms. Marking it alone would hide the query that is the fault; marking the query alone would
 *   claim to know what one trace cannot tell. Both shares are above a fifth, so both are marked,
 *   and the durations beside them say which is the longer.
 * - Three at most: five arrows of a fifth each say no more than none.
 * - A trace of a single span gets none: an arrow points out one among several.
 *
 * docs/decisions/0002-slow-mark.md has the alternatives.
 */
import { criticalNanoOfRows } from "./critical-path.ts";
import { endOf, rootRows, rowsOfTree, startOf, type TraceRows } from "./trace-rows.ts";
import type { TraceTree, TreeNode } from "./tree.ts";

/** The share of the trace from which a span's own time on the critical path is marked. */
export const SLOW_SHARE_MIN = 0.2;
/** More arrows than this and none of them says anything. */
export const SLOW_MARK_COUNT_MAX = 3;

/** A row in which a large part of the time went. */
export interface SlowRow {
  readonly row: number;
  /** Its own time on the critical path. */
  readonly ownNano: number;
}

/** A span in which a large part of the time went. */
export interface SlowMark {
  readonly node: TreeNode;
  /** Its own time on the critical path. */
  readonly ownNano: number;
}

/**
 * The rows to mark as slow, the largest own time first. `criticalNano` is what
 * {@link criticalNanoOfRows} gives.
 */
export function slowRows(rows: TraceRows, criticalNano: Float64Array): SlowRow[] {
  if (rows.rowCount < 2) return [];
  const ownNanoMin = longestRootNano(rows) * SLOW_SHARE_MIN;
  const slow: SlowRow[] = [];
  for (let row = 0; row < rows.rowCount; row += 1) {
    const ownNano = criticalNano[row] ?? 0;
    if (ownNano > 0 && ownNano >= ownNanoMin) slow.push({ row, ownNano });
  }
  return slow
    .sort((a, b) => b.ownNano - a.ownNano || startOf(rows, a.row) - startOf(rows, b.row))
    .slice(0, SLOW_MARK_COUNT_MAX);
}

/** What 100 % of a trace is, as `treeDurationNano` says it for a tree. */
export function longestRootNano(rows: TraceRows): number {
  let longest = 0;
  for (const root of rootRows(rows)) {
    longest = Math.max(longest, endOf(rows, root) - startOf(rows, root));
  }
  return longest;
}

/**
 * The spans to mark as slow, the largest own time first. `times` are the own times on the critical
 * paths of all roots, as {@link criticalTimes} gives them. Callers that have the rows of the tree
 * give them too.
 */
export function slowMarks(
  tree: TraceTree,
  times: ReadonlyMap<TreeNode, number>,
  rows: TraceRows = rowsOfTree(tree),
): SlowMark[] {
  const criticalNano = Float64Array.from(tree.nodes, (node) => times.get(node) ?? 0);
  return slowRows(rows, criticalNano).flatMap(({ row, ownNano }) => {
    const node = tree.nodes[row];
    return node === undefined ? [] : { node, ownNano };
  });
}

/**
 * The own time on the critical path of every span that is on one, over all roots. `rows` as for
 * {@link slowMarks}.
 */
export function criticalTimes(
  tree: TraceTree,
  rows: TraceRows = rowsOfTree(tree),
): Map<TreeNode, number> {
  const nano = criticalNanoOfRows(rows);
  return new Map(
    tree.nodes.flatMap((node, row) => ((nano[row] ?? 0) > 0 ? [[node, nano[row] ?? 0]] : [])),
  );
}
