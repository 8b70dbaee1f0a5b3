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
import { criticalPath, pathTimes } from "./critical-path.ts";
import { type TraceTree, type TreeNode, treeDurationNano } from "./tree.ts";

/** The share of the trace from which a span's own time on the critical path is marked. */
export const SLOW_SHARE_MIN = 0.2;
/** More arrows than this and none of them says anything. */
export const SLOW_MARK_COUNT_MAX = 3;

/** A span in which a large part of the time went. */
export interface SlowMark {
  readonly node: TreeNode;
  /** Its own time on the critical path. */
  readonly ownNano: number;
}

/**
 * The spans to mark as slow, the largest own time first. `times` are the own times on the critical
 * paths of all roots, as {@link criticalTimes} gives them.
 */
export function slowMarks(tree: TraceTree, times: ReadonlyMap<TreeNode, number>): SlowMark[] {
  if (tree.nodes.length < 2) return [];
  const ownNanoMin = treeDurationNano(tree) * SLOW_SHARE_MIN;
  return [...times]
    .map(([node, ownNano]) => ({ node, ownNano }))
    .filter(({ ownNano }) => ownNano > 0 && ownNano >= ownNanoMin)
    .toSorted((a, b) => b.ownNano - a.ownNano || a.node.startNano - b.node.startNano)
    .slice(0, SLOW_MARK_COUNT_MAX);
}

/**
 * The own time on the critical path of every span that is on one, over all roots. An orphan's
 * subtree has a path of its own: where it belonged is unknown, where its time went is not.
 */
export function criticalTimes(tree: TraceTree): Map<TreeNode, number> {
  return pathTimes(tree.roots.flatMap((root) => criticalPath(root)));
}
