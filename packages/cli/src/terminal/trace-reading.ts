import {
  buildTree,
  criticalTimes,
  keptWait,
  type OpenSpan,
  rowsOfTree,
  type Running,
  serviceName,
  type SlowMark,
  slowMarks,
  StatusCode,
  type Trace,
  type TraceTree,
  type TreeNode,
  traceVerdict,
  treeDurationNano,
  type Verdict,
  withOpenSpans,
} from "@spoor/trace";

import type { Operation } from "./usual.ts";

/** A trace with everything that the drawing needs to know about it. */
export interface TraceReading {
  readonly tree: TraceTree;
  readonly durationNano: number;
  /** Own time on the critical path; absent for spans that are not on it. */
  readonly criticalTimes: ReadonlyMap<TreeNode, number>;
  readonly slow: ReadonlySet<TreeNode>;
  readonly verdict: Verdict;
  /** The spans of the tree that have not ended. */
  readonly open: ReadonlyMap<TreeNode, OpenSpan>;
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

/**
 * Reads `trace` with what of it is still running; `shorten` is for titles and messages in the
 * verdict. Cost: O(n log n).
 */
export function readingOf(
  trace: Trace,
  shorten: (text: string) => string,
  running: Running,
): TraceReading {
  const tree = buildTree(withOpenSpans(trace, running.open));
  const open = openNodes(trace, tree, running);
  const rows = rowsOfTree(tree);
  const times = criticalTimes(tree, rows);
  const marks: readonly SlowMark[] = slowMarks(tree, times, rows);
  const stillRunning: Running = { ...running, open: [...open.values()] };
  // An open span says how long it is open; an arrow at each of them would say no more.
  const slow = new Set(open.size === 0 ? marks.map(({ node }) => node) : []);
  return {
    tree,
    durationNano: treeDurationNano(tree),
    criticalTimes: times,
    slow,
    verdict: traceVerdict(tree, marks, { shorten, running: stillRunning }, rows),
    open,
    subtrees: subtreesOf(tree, { times, slow, open }),
  };
}

/** A span that has finished in the meantime is not open, whatever was said before. */
function openNodes(trace: Trace, tree: TraceTree, { open }: Running): Map<TreeNode, OpenSpan> {
  if (open.length === 0) return new Map();
  const finished = new Set(trace.spans.map(({ spanId }) => spanId));
  const ofId = new Map(open.map((span) => [span.spanId, span]));
  const nodes = new Map<TreeNode, OpenSpan>();
  for (const node of tree.nodes) {
    const span = finished.has(node.span.spanId) ? undefined : ofId.get(node.span.spanId);
    if (span !== undefined) nodes.set(node, span);
  }
  return nodes;
}

/** What the service of a span does when it makes such spans. */
export function operationOf({ span }: TreeNode): Operation {
  return { service: serviceName(span.resource), name: span.name, kind: span.kind };
}

/** The spans beside which it is said how long they usually take: slow ones, and what is open. */
export function remarkable({ slow, open }: Pick<TraceReading, "slow" | "open">): TreeNode[] {
  return [...slow, ...open.keys()];
}

/** Whether a span carries a mark in words. */
export function isMarked(node: TreeNode, slow: ReadonlySet<TreeNode>): boolean {
  return node.span.status.code === StatusCode.error || slow.has(node);
}

interface Marks {
  readonly times: ReadonlyMap<TreeNode, number>;
  readonly slow: ReadonlySet<TreeNode>;
  readonly open: ReadonlyMap<TreeNode, OpenSpan>;
}

function subtreesOf(tree: TraceTree, { times, slow, open }: Marks): Map<TreeNode, Subtree> {
  const subtrees = new Map<TreeNode, Subtree>();
  // Backwards, because every node stands behind its parent.
  for (let index = tree.nodes.length - 1; index >= 0; index -= 1) {
    const node = tree.nodes[index];
    if (node === undefined) continue;
    const criticalNano = times.get(node) ?? 0;
    let subtree: Subtree = {
      spanCount: 1,
      durationNanoMax: node.endNano - node.startNano,
      hasMark: isMarked(node, slow) || open.has(node) || keptWait(node.span) !== undefined,
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
