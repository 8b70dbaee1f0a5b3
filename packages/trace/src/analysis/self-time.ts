import { nodeDurationNano, type TreeNode } from "./tree.ts";

/**
 * The time a span spent on its own: its duration minus the union of its children's intervals,
 * each clipped to the span. Children that run in parallel are not subtracted twice, and what a
 * child does before or after its parent is not subtracted at all.
 *
 * Unit: ns. Cost: O(children).
 */
export function selfTimeNano(node: TreeNode): number {
  let covered = 0;
  let coveredUntil = node.startNano;
  // Children are ordered by start, so one pass builds the union.
  for (const child of node.children) {
    const start = Math.max(child.startNano, coveredUntil);
    const end = Math.min(child.endNano, node.endNano);
    if (end <= start) continue;
    covered += end - start;
    coveredUntil = end;
  }
  return nodeDurationNano(node) - covered;
}
