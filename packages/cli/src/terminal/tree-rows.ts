/*
 * Which lines a tree has, before any of them is drawn: spans, folds of alike siblings, ghosts of
 * parents that never arrived, and counts of what is not shown. Nothing is left out without a count.
 */
import type { TreeNode } from "@spoor/trace";
import { PRUNE_SHARE_MAX, PRUNE_SPAN_COUNT_MIN } from "../base/limits.ts";
import { type Fold, foldSiblings } from "./fold.ts";
import type { TraceReading } from "./trace-reading.ts";

/** What a line is about. */
export type RowItem =
  | { readonly kind: "span"; readonly node: TreeNode }
  | { readonly kind: "fold"; readonly fold: Fold }
  /** Stands above spans whose parent never arrived, or that name each other as parents. */
  | { readonly kind: "ghost"; readonly parentSpanId: string; readonly nodes: readonly TreeNode[] }
  | { readonly kind: "small"; readonly spanCount: number }
  | { readonly kind: "deeper"; readonly spanCount: number };

/** A line of the tree in its place. */
export interface TreeRow {
  readonly item: RowItem;
  readonly parent: TreeRow | undefined;
  readonly isLast: boolean;
  readonly depth: number;
}

/** How much of a tree to show. */
export interface RowChoice {
  /** Neither folds nor hides. */
  readonly showsAll: boolean;
  /** Levels below the roots; undefined for all. */
  readonly depthMax: number | undefined;
}

/** The lines of the tree, top to bottom. Cost: O(n log n); no recursion. */
export function treeRows(reading: TraceReading, choice: RowChoice): TreeRow[] {
  const rows: TreeRow[] = [];
  const open: TreeRow[] = [];
  pushReversed(open, rootItems(reading), undefined);
  for (let row = open.pop(); row !== undefined; row = open.pop()) {
    rows.push(row);
    pushReversed(open, itemsBelow(row, reading, choice), row);
  }
  return rows;
}

function pushReversed(
  open: TreeRow[],
  items: readonly RowItem[],
  parent: TreeRow | undefined,
): void {
  const depth = parent === undefined ? 0 : parent.depth + 1;
  for (let index = items.length - 1; index >= 0; index -= 1) {
    const item = items[index];
    if (item !== undefined) {
      open.push({ item, parent, isLast: index === items.length - 1, depth });
    }
  }
}

/** Real roots, then orphans under the ghost of the parent that they share. */
function rootItems({ tree }: TraceReading): RowItem[] {
  const items: RowItem[] = [];
  const ghosts = new Map<string, TreeNode[]>();
  for (const root of tree.roots) {
    if (root.place === "root") {
      items.push({ kind: "span", node: root });
      continue;
    }
    // A parent that is there, in a circle, is not missing: those have an empty ghost each.
    const parentSpanId = root.place === "orphan" ? root.span.parentSpanId : "";
    const nodes = parentSpanId === "" ? undefined : ghosts.get(parentSpanId);
    if (nodes !== undefined) {
      nodes.push(root);
      continue;
    }
    const first = [root];
    ghosts.set(parentSpanId, first);
    items.push({ kind: "ghost", parentSpanId, nodes: first });
  }
  return items;
}

function itemsBelow(
  { item, depth }: TreeRow,
  reading: TraceReading,
  { showsAll, depthMax }: RowChoice,
): RowItem[] {
  const children = childrenOf(item);
  if (children.length === 0) return [];
  if (depthMax !== undefined && depth >= depthMax && item.kind === "span") {
    return [{ kind: "deeper", spanCount: spanCountOf(children, reading) }];
  }
  if (showsAll) return children.map((node) => ({ kind: "span", node }));
  const items: RowItem[] = [];
  const small: TreeNode[] = [];
  for (const entry of foldSiblings(children, reading)) {
    if ("nodes" in entry) items.push({ kind: "fold", fold: entry });
    else if (item.kind === "span" && isSmall(entry, reading)) small.push(entry);
    else items.push({ kind: "span", node: entry });
  }
  if (small.length > 0) items.push({ kind: "small", spanCount: spanCountOf(small, reading) });
  return items;
}

function childrenOf(item: RowItem): readonly TreeNode[] {
  if (item.kind === "span") return item.node.children;
  return item.kind === "ghost" ? item.nodes : [];
}

function isSmall(node: TreeNode, reading: TraceReading): boolean {
  if (reading.tree.nodes.length < PRUNE_SPAN_COUNT_MIN) return false;
  const subtree = reading.subtrees.get(node);
  if (subtree === undefined || subtree.hasMark || subtree.isCritical) return false;
  return subtree.durationNanoMax < reading.durationNano * PRUNE_SHARE_MAX;
}

function spanCountOf(nodes: readonly TreeNode[], { subtrees }: TraceReading): number {
  return nodes.reduce((sum, node) => sum + (subtrees.get(node)?.spanCount ?? 1), 0);
}
