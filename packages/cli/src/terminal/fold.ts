/*
 * Alike siblings on one line: `redis.Get inventory:item_* ×37 (12ms, max 1ms)`.
 *
 * Alike means the same service, kind and title, where numbers, ids and quoted values of the title
 * count as equal. At least five; never a span with an error or a mark in its subtree, and never
 * one on which a tenth of the trace depends by itself. Calls in a loop are all on the critical
 * path, so "on the critical path at all" would keep exactly the repetitions that folding is for.
 */
import { serviceName, spanTitle, type TreeNode } from "@spoor/trace";
import { FOLD_COUNT_MIN, FOLD_CRITICAL_SHARE_MIN } from "../base/limits.ts";
import type { TraceReading } from "./trace-reading.ts";

/** Siblings that are drawn as one line. */
export interface Fold {
  readonly nodes: readonly TreeNode[];
  /** The common title, with `*` where the titles differ. */
  readonly title: string;
  /** All durations together. */
  readonly durationNanoSum: number;
  readonly durationNanoMax: number;
  /** Spans below the folded ones. */
  readonly belowCount: number;
}

/** The siblings in their order, alike ones as a {@link Fold} in the place of the first of them. */
export function foldSiblings(
  siblings: readonly TreeNode[],
  reading: TraceReading,
): (TreeNode | Fold)[] {
  if (siblings.length < FOLD_COUNT_MIN) return [...siblings];
  const keys = siblings.map((node) => (mayFold(node, reading) ? likeness(node) : undefined));
  const groups = Map.groupBy(siblings.keys(), (index) => keys[index]);
  const result: (TreeNode | Fold)[] = [];
  for (const [index, node] of siblings.entries()) {
    const group = keys[index] === undefined ? undefined : groups.get(keys[index]);
    if (group === undefined || group.length < FOLD_COUNT_MIN) result.push(node);
    else if (group[0] === index) {
      const nodes = siblings.filter((_, other) => keys[other] === keys[index]);
      result.push(toFold(nodes, reading));
    }
  }
  return result;
}

/** A title without what changes from call to call. */
function normalizedTitle(title: string): string {
  return title
    .replaceAll(/'(?:[^']|'')*'/g, "*")
    .replaceAll(/\b(?=[a-f-]*\d)[0-9a-f]{8,}(?:-[0-9a-f]{4,})*\b/gi, "*")
    .replaceAll(/\d+(?:\.\d+)?/g, "*")
    .replaceAll(/\*(?:, ?\$?\*)+/g, "*");
}

function mayFold(node: TreeNode, { subtrees, durationNano }: TraceReading): boolean {
  const subtree = subtrees.get(node);
  if (subtree === undefined || subtree.hasMark) return false;
  return subtree.criticalNanoMax < durationNano * FOLD_CRITICAL_SHARE_MIN;
}

function likeness({ span }: TreeNode): string {
  return [serviceName(span.resource), span.kind, normalizedTitle(spanTitle(span))].join("\0");
}

function toFold(nodes: readonly TreeNode[], { subtrees }: TraceReading): Fold {
  const titles = new Set(nodes.map(({ span }) => spanTitle(span)));
  const [first = ""] = titles;
  const durations = nodes.map((node) => node.endNano - node.startNano);
  const spanCount = nodes.reduce((sum, node) => sum + (subtrees.get(node)?.spanCount ?? 1), 0);
  return {
    nodes,
    title: titles.size === 1 ? first : normalizedTitle(first),
    durationNanoSum: durations.reduce((sum, nano) => sum + nano, 0),
    durationNanoMax: durations.reduce((longest, nano) => Math.max(longest, nano), 0),
    belowCount: spanCount - nodes.length,
  };
}
