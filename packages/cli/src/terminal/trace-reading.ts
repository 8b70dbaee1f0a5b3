import {
  buildTree,
  criticalTimes,
  type SlowMark,
  slowMarks,
  StatusCode,
  type Trace,
  type TraceTree,
  type TreeNode,
  traceVerdict,
  treeDurationNano,
  type Verdict,
} from "@spoor/trace";

/** A trace with everything that the drawing needs to know about it. */
export interface TraceReading {
  readonly tree: TraceTree;
  readonly durationNano: number;
  /** Own time on the critical path; absent for spans that are not on it. */
  readonly criticalTimes: ReadonlyMap<TreeNode, number>;
  readonly slow: ReadonlySet<TreeNode>;
  readonly verdict: Verdict;
  readonly subtrees: ReadonlyMap<TreeNode, Subtree>;
}

/** What can be said about a span and all below it. */
export interface Subtree {
  readonly spanCount: number;
  readonly durationNanoMax: number;
  /** Has an error or a mark somewhere, which must not be hidden. */
  readonly hasMark: boolean;
  /** Has a span somewhere that is itself on the critical path. */
  readonly isCritical: boolean;
  /** The largest own time on the critical path of any span in it. */
  readonly criticalNanoMax: number;
}

/** Reads `trace`; `shorten` is for titles and messages in the verdict. Cost: O(n log n). */
export function readingOf(trace: Trace, shorten: (text: string) => string): TraceReading {
  const tree = buildTree(trace);
  const times = criticalTimes(tree);
  const marks: readonly SlowMark[] = slowMarks(tree, times);
  const slow = new Set(marks.map(({ node }) => node));
  return {
    tree,
    durationNano: treeDurationNano(tree),
    criticalTimes: times,
    slow,
    verdict: traceVerdict(tree, marks, shorten),
    subtrees: subtreesOf(tree, { times, slow }),
  };
}

/** Whether a span carries a mark in words. */
export function isMarked(node: TreeNode, slow: ReadonlySet<TreeNode>): boolean {
  return node.span.status.code === StatusCode.error || slow.has(node);
}

interface Marks {
  readonly times: ReadonlyMap<TreeNode, number>;
  readonly slow: ReadonlySet<TreeNode>;
}

function subtreesOf(tree: TraceTree, { times, slow }: Marks): Map<TreeNode, Subtree> {
  const subtrees = new Map<TreeNode, Subtree>();
  // Backwards, because every node stands behind its parent.
  for (let index = tree.nodes.length - 1; index >= 0; index -= 1) {
    const node = tree.nodes[index];
    if (node === undefined) continue;
    const criticalNano = times.get(node) ?? 0;
    let subtree: Subtree = {
      spanCount: 1,
      durationNanoMax: node.endNano - node.startNano,
      hasMark: isMarked(node, slow),
      isCritical: criticalNano > 0,
      criticalNanoMax: criticalNano,
    };
    for (const child of node.children) subtree = joined(subtree, subtrees.get(child));
    subtrees.set(node, subtree);
  }
  return subtrees;
}

function joined(a: Subtree, b: Subtree | undefined): Subtree {
  if (b === undefined) return a;
  return {
    spanCount: a.spanCount + b.spanCount,
    durationNanoMax: Math.max(a.durationNanoMax, b.durationNanoMax),
    hasMark: a.hasMark || b.hasMark,
    isCritical: a.isCritical || b.isCritical,
    criticalNanoMax: Math.max(a.criticalNanoMax, b.criticalNanoMax),
  };
}
