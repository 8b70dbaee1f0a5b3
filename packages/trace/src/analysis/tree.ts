/*
 * The tree of a trace, whatever arrived.
 *
 * Senders lose parents, repeat spans, reuse ids and, with a broken propagator, name each other as
 * parents. A viewer that hides such spans hides the incident, one that trusts them never ends. So:
 *
 * 1. Spans are sorted by start, then end, then id; that is the order of siblings and of roots.
 * 2. An exact copy of a span (a retried export) is dropped and reported; a different span under
 *    the same id keeps its own node, and the children of that id go to the earlier one.
 * 3. A span whose parent never arrived, or that is its own parent, becomes an additional root.
 * 4. What no root reaches then is a cycle: its earliest span becomes a root.
 *
 * Nothing recurses, so depth is bounded by memory only. Cost: O(n log n), of which the sort is the
 * only part above O(n).
 */
import type { Span, Trace } from "../span/span.ts";

/**
 * How a span came to its place: below its parent, as the root of the trace, or as a root for want
 * of a better place.
 */
export type NodePlace = "child" | "root" | "orphan" | "self_parent" | "cycle";

/** One span in its place. */
export interface TreeNode {
  readonly span: Span;
  readonly place: NodePlace;
  /** Undefined exactly when `place` is not "child". */
  readonly parent: TreeNode | undefined;
  /** Ordered by start time, then by end time, then by span id. */
  readonly children: readonly TreeNode[];
  /** 0 for a root. */
  readonly depth: number;
  /** Since {@link TraceTree.startTimeUnixNano}. */
  readonly startNano: number;
  /** Since {@link TraceTree.startTimeUnixNano}; never before `startNano`. */
  readonly endNano: number;
  /** False when the sender left the start or the end out; the node then has no length. */
  readonly hasTimes: boolean;
}

/** Something about a trace that should not be; never a reason to hide a span. */
export type TreeProblem =
  | { readonly kind: "parent_missing"; readonly spanId: string; readonly parentSpanId: string }
  | { readonly kind: "parent_is_self"; readonly spanId: string }
  /** `spanIds` name each other as parents, the first was made a root. */
  | { readonly kind: "parent_cycle"; readonly spanIds: readonly string[] }
  /** `count` exact copies beyond the first were left out of the tree. */
  | { readonly kind: "span_repeated"; readonly spanId: string; readonly count: number }
  /** `count` different spans have this one id. */
  | { readonly kind: "span_id_shared"; readonly spanId: string; readonly count: number }
  /** The span ends before it starts: a clock was set back. */
  | { readonly kind: "end_before_start"; readonly spanId: string };

/** All spans of a trace in their places. */
export interface TraceTree {
  readonly traceId: string;
  /**
   * Real roots, then orphans and spans that are their own parent, then what stood in a cycle; each
   * of the three by start, then by id.
   */
  readonly roots: readonly TreeNode[];
  /** Every node once: a parent before its children, siblings in order. */
  readonly nodes: readonly TreeNode[];
  /** The earliest start; 0 when no span has one. */
  readonly startTimeUnixNano: bigint;
  readonly problems: readonly TreeProblem[];
}

interface Draft {
  readonly span: Span;
  place: NodePlace;
  parent: Draft | undefined;
  readonly children: Draft[];
  depth: number;
  readonly startNano: number;
  readonly endNano: number;
  readonly hasTimes: boolean;
  /** The number of the walk that came by here; 0 before. Only for finding cycles. */
  walk: number;
}

/**
 * The tree of `trace`. Never throws and never loops; what was wrong is in `problems`.
 *
 * Cost: O(n log n) time and one node a span.
 *
 * @example
 * const tree = buildTree(trace);
 * tree.roots[0]?.children.map((child) => child.span.name);
 */
export function buildTree(trace: Trace): TraceTree {
  const problems: TreeProblem[] = [];
  const spans = trace.spans.toSorted(byTime);
  const startTimeUnixNano = spans.find((span) => span.startTimeUnixNano > 0n)?.startTimeUnixNano;
  const origin = startTimeUnixNano ?? 0n;
  const drafts = withoutCopies(spans, problems).map((span) => toDraft(span, origin, problems));
  const firstOfId = new Map<string, Draft>();
  for (const draft of drafts) {
    if (!firstOfId.has(draft.span.spanId)) firstOfId.set(draft.span.spanId, draft);
  }
  const roots = linkParents(drafts, firstOfId, problems);
  roots.sort((a, b) => Number(a.place !== "root") - Number(b.place !== "root"));
  const nodes: Draft[] = [];
  for (const root of roots) collect(root, nodes);
  if (nodes.length < drafts.length) breakCycles(drafts, { roots, nodes, problems });
  return { traceId: trace.traceId, roots, nodes, startTimeUnixNano: origin, problems };
}

/** Length of the span in ns, never negative. */
export function nodeDurationNano(node: Pick<TreeNode, "startNano" | "endNano">): number {
  return node.endNano - node.startNano;
}

/**
 * What 100 % of a trace is: the length of its longest root. Not "first start to last end", because
 * one message that is consumed an hour later would make every share of the request itself vanish.
 */
export function treeDurationNano(tree: TraceTree): number {
  return tree.roots.reduce((longest, root) => Math.max(longest, nodeDurationNano(root)), 0);
}

/** The number of spans whose parent never arrived. */
export function orphanCount(tree: TraceTree): number {
  return tree.roots.filter((root) => root.place === "orphan").length;
}

/**
 * By start, then by end, then by span id. The end decides often: the official JavaScript SDK
 * starts spans on whole milliseconds, and of two calls in one millisecond the first ended first.
 */
function byTime(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  if (a.endTimeUnixNano !== b.endTimeUnixNano) {
    return a.endTimeUnixNano < b.endTimeUnixNano ? -1 : 1;
  }
  if (a.spanId !== b.spanId) return a.spanId < b.spanId ? -1 : 1;
  return 0;
}

/** Leaves exact copies out and reports them, and reports different spans under one id. */
function withoutCopies(spans: readonly Span[], problems: TreeProblem[]): Span[] {
  const kept: Span[] = [];
  const keptOfId = new Map<string, Span[]>();
  const copies = new Map<string, number>();
  for (const span of spans) {
    const others = keptOfId.get(span.spanId);
    if (others === undefined) keptOfId.set(span.spanId, [span]);
    else if (others.some((other) => isCopy(span, other))) {
      copies.set(span.spanId, (copies.get(span.spanId) ?? 0) + 1);
      continue;
    } else others.push(span);
    kept.push(span);
  }
  for (const [spanId, count] of copies) problems.push({ kind: "span_repeated", spanId, count });
  for (const [spanId, { length: count }] of keptOfId) {
    if (count > 1) problems.push({ kind: "span_id_shared", spanId, count });
  }
  return kept;
}

/**
 * Whether two spans with one id are one span that was delivered twice. Ids are random, so equal
 * times, name and outcome are proof enough; attributes need not be compared one by one.
 */
function isCopy(a: Span, b: Span): boolean {
  return (
    a.parentSpanId === b.parentSpanId &&
    a.startTimeUnixNano === b.startTimeUnixNano &&
    a.endTimeUnixNano === b.endTimeUnixNano &&
    a.name === b.name &&
    a.kind === b.kind &&
    a.status.code === b.status.code &&
    a.attributes.size === b.attributes.size &&
    a.events.length === b.events.length &&
    a.links.length === b.links.length
  );
}

function toDraft(span: Span, origin: bigint, problems: TreeProblem[]): Draft {
  const { startTimeUnixNano: start, endTimeUnixNano: end } = span;
  const hasTimes = start > 0n && end > 0n;
  if (hasTimes && end < start) problems.push({ kind: "end_before_start", spanId: span.spanId });
  const known = start > 0n ? start : end;
  const startNano = known > 0n ? Number(known - origin) : 0;
  const endNano = hasTimes && end > start ? Number(end - origin) : startNano;
  return {
    span,
    place: "child",
    parent: undefined,
    children: [],
    depth: 0,
    startNano,
    endNano,
    hasTimes,
    walk: 0,
  };
}

/** Hangs each draft below its parent and returns those that have none. */
function linkParents(
  drafts: readonly Draft[],
  firstOfId: ReadonlyMap<string, Draft>,
  problems: TreeProblem[],
): Draft[] {
  const roots: Draft[] = [];
  for (const draft of drafts) {
    const { spanId, parentSpanId } = draft.span;
    const parent = firstOfId.get(parentSpanId);
    if (parentSpanId === "") draft.place = "root";
    else if (parentSpanId === spanId) {
      draft.place = "self_parent";
      problems.push({ kind: "parent_is_self", spanId });
    } else if (parent === undefined) {
      draft.place = "orphan";
      problems.push({ kind: "parent_missing", spanId, parentSpanId });
    } else {
      draft.parent = parent;
      parent.children.push(draft);
      continue;
    }
    roots.push(draft);
  }
  return roots;
}

/** Appends `root` and all below it to `nodes`, a parent before its children, and sets depths. */
function collect(root: Draft, nodes: Draft[]): void {
  const open = [root];
  for (let draft = open.pop(); draft !== undefined; draft = open.pop()) {
    nodes.push(draft);
    // -1 says "reached from a root".
    draft.walk = -1;
    draft.depth = draft.parent === undefined ? 0 : draft.parent.depth + 1;
    for (let index = draft.children.length - 1; index >= 0; index -= 1) {
      const child = draft.children[index];
      if (child !== undefined) open.push(child);
    }
  }
}

interface Growing {
  readonly roots: Draft[];
  readonly nodes: Draft[];
  readonly problems: TreeProblem[];
}

/** Finds each cycle by walking up from what no root reaches, and makes its earliest span a root. */
function breakCycles(drafts: readonly Draft[], { roots, nodes, problems }: Growing): void {
  let walk = 0;
  for (const start of drafts) {
    if (start.walk !== 0) continue;
    walk += 1;
    // No root above: every walk up ends in a cycle, and stops where it has been before.
    let draft = start;
    while (draft.walk !== walk && draft.parent !== undefined) {
      draft.walk = walk;
      draft = draft.parent;
    }
    const cycle = cycleThrough(draft);
    const [first] = cycle.toSorted((a, b) => byTime(a.span, b.span));
    if (first === undefined) continue;
    const siblings = first.parent?.children ?? [];
    siblings.splice(siblings.indexOf(first), 1);
    first.parent = undefined;
    first.place = "cycle";
    const at = cycle.indexOf(first);
    const ordered = [...cycle.slice(at), ...cycle.slice(0, at)];
    problems.push({ kind: "parent_cycle", spanIds: ordered.map(({ span }) => span.spanId) });
    roots.push(first);
    collect(first, nodes);
  }
}

function cycleThrough(start: Draft): Draft[] {
  const cycle = [start];
  for (let draft = start.parent; draft !== undefined && draft !== start; draft = draft.parent) {
    cycle.push(draft);
  }
  return cycle;
}
