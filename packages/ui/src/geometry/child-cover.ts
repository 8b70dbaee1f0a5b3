import type { TreeNode } from "@spoor/trace";

/** A stretch of a bar, in fractions of the bar's own width. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Finer than this share of a bar cannot be seen. */
const RESOLUTION = 1 / 400;

/**
 * Where a span's time was its children's: the union of their intervals, clipped to the span. Gaps
 * too small to see are closed and stretches too small to see are left out, so that a span with
 * 10,000 children has no more than some 400 of them.
 *
 * Cost: O(children).
 */
export function childCover(node: TreeNode): Stretch[] {
  const length = node.endNano - node.startNano;
  if (length <= 0) return [];
  const stretches: { from: number; to: number }[] = [];
  // Children are ordered by start, so one pass builds the union.
  for (const child of node.children) {
    const from = Math.max(0, (child.startNano - node.startNano) / length);
    const to = Math.min(1, (child.endNano - node.startNano) / length);
    if (to <= from) continue;
    const last = stretches.at(-1);
    if (last !== undefined && from <= last.to + RESOLUTION) last.to = Math.max(last.to, to);
    else stretches.push({ from, to });
  }
  return stretches.filter(({ from, to }) => to - from >= RESOLUTION);
}
