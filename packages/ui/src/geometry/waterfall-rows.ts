/*
 * The rows of the waterfall: every span of a trace once, in the order of the tree, a ghost row
 * above the spans whose parent never arrived, and a row for each holder below the span that waits.
 *
 * 1. `waterfallRows` makes all rows, once per trace. A row knows where its subtree ends.
 * 2. `visibleRows` leaves out what is folded away, by jumping over subtrees; once per fold.
 *
 * Cost: O(n) each; nothing recurses, so a chain of 10,000 spans is no deeper than one of two.
 */
import { type HolderLines, invariant, type TraceTree, type TreeNode } from "@spoor/trace";

interface RowPlace {
  /**
   * Names the row in the address and while spans are added: the span id, `…~2` for the second span
   * of one id, `parent-…` for a ghost, and `holder-…` for a holder.
   */
  readonly key: string;
  /** Index into the list of all rows. */
  readonly index: number;
  /** 1 for a row without one above it, as aria-level counts. */
  readonly level: number;
  /** 1-based place among its siblings. */
  readonly position: number;
  /** How many siblings there are, itself included. */
  readonly setSize: number;
  /** Index of the row above in the tree, -1 for none. */
  readonly parentIndex: number;
  /** Index after the last row below this one in the tree; `index + 1` for a leaf. */
  readonly subtreeEnd: number;
}

/** A row of a span. */
export interface SpanRow extends RowPlace {
  readonly kind: "span";
  readonly node: TreeNode;
}

/** A row in place of a parent that never arrived. */
export interface GhostRow extends RowPlace {
  readonly kind: "ghost";
  readonly parentSpanId: string;
}

/** A row for somebody who holds what the open span above it waits for. */
export interface HolderRow extends RowPlace {
  readonly kind: "holder";
  readonly holder: HolderLines;
  /** The open span that waits. */
  readonly node: TreeNode;
}

/** One row of the waterfall. */
export type WaterfallRow = SpanRow | GhostRow | HolderRow;

/** Who holds what a span waits for; none for most. */
export type HoldersOf = (node: TreeNode) => readonly HolderLines[];

/** A move of the selection by the keyboard. */
export type RowMove = "up" | "down" | "first" | "last" | "pageUp" | "pageDown";

/** All rows of a trace, folded or not. */
export function waterfallRows(tree: TraceTree, holdersOf: HoldersOf = () => []): WaterfallRow[] {
  const rows: Draft[] = [];
  const keys = new Map<string, number>();
  const tops = topsOf(tree);
  for (const [index, top] of tops.entries()) {
    addSubtree({ rows, keys, holdersOf }, top, { position: index + 1, setSize: tops.length });
  }
  return rows;
}

/** The rows that are not folded away. A collapsed row is itself visible. */
export function visibleRows(
  rows: readonly WaterfallRow[],
  collapsed: ReadonlySet<string>,
): WaterfallRow[] {
  const visible: WaterfallRow[] = [];
  let index = 0;
  for (let row = rows[0]; row !== undefined; row = rows[index]) {
    visible.push(row);
    index = collapsed.has(row.key) ? row.subtreeEnd : row.index + 1;
  }
  return visible;
}

/** Whether anything can be folded below this row. */
export function isExpandable(row: WaterfallRow): boolean {
  return row.subtreeEnd > row.index + 1;
}

/** `collapsed` without the rows above `row`, so that it is visible; the same set if it was. */
export function revealed(
  rows: readonly WaterfallRow[],
  collapsed: ReadonlySet<string>,
  row: WaterfallRow,
): ReadonlySet<string> {
  const above = new Set<string>();
  for (let up = rows[row.parentIndex]; up !== undefined; up = rows[up.parentIndex]) {
    if (collapsed.has(up.key)) above.add(up.key);
  }
  return above.size === 0 ? collapsed : collapsed.difference(above);
}

/** Where `move` leads from place `from` (-1: nowhere yet) among `count` rows; -1 for no rows. */
export function movedPlace(
  move: RowMove,
  {
    from,
    count,
    pageRows,
  }: { readonly from: number; readonly count: number; readonly pageRows: number },
): number {
  const last = count - 1;
  const step: Record<RowMove, number> = {
    up: from - 1,
    down: from + 1,
    first: 0,
    last,
    pageUp: from - pageRows,
    pageDown: from + pageRows,
  };
  return Math.min(last, Math.max(0, step[move]));
}

type Draft = WaterfallRow & { subtreeEnd: number };
type Ghost = { readonly parentSpanId: string; readonly children: TreeNode[] };
type Holder = { readonly holder: HolderLines; readonly node: TreeNode };
type Item = TreeNode | Ghost | Holder;

interface Place {
  readonly position: number;
  readonly setSize: number;
}

interface Open extends Place {
  readonly item: Item;
  readonly parentIndex: number;
}

/** The roots, with orphans of one missing parent gathered under one ghost. */
function topsOf(tree: TraceTree): Item[] {
  const ghosts = new Map<string, Ghost>();
  const tops: Item[] = [];
  for (const root of tree.roots) {
    if (root.place !== "orphan") {
      tops.push(root);
      continue;
    }
    const { parentSpanId } = root.span;
    const ghost = ghosts.get(parentSpanId);
    if (ghost !== undefined) {
      ghost.children.push(root);
      continue;
    }
    const made = { parentSpanId, children: [root] };
    ghosts.set(parentSpanId, made);
    tops.push(made);
  }
  return tops;
}

interface Growing {
  readonly rows: Draft[];
  /** How often each key was wished for. */
  readonly keys: Map<string, number>;
  readonly holdersOf: HoldersOf;
}

function addSubtree({ rows, keys, holdersOf }: Growing, top: Item, place: Place): void {
  const open: Open[] = [{ item: top, parentIndex: -1, ...place }];
  const first = rows.length;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { item, parentIndex, position, setSize } = next;
    const index = rows.length;
    const level = (rows[parentIndex]?.level ?? 0) + 1;
    const key = freeKey(keys, item);
    const at = { key, index, level, position, setSize, parentIndex, subtreeEnd: index + 1 };
    rows.push(rowOf(item, at));
    const children = itemsBelow(item, holdersOf);
    for (let child = children.length; child >= 1; child -= 1) {
      const below = children[child - 1];
      invariant(below !== undefined, "a child at every place of the list", { child });
      open.push({ item: below, parentIndex: index, position: child, setSize: children.length });
    }
  }
  closeSubtrees(rows, first);
}

function rowOf(item: Item, at: Omit<Draft, "kind" | "node">): Draft {
  if ("span" in item) return { kind: "span", node: item, ...at };
  if ("holder" in item) return { kind: "holder", ...item, ...at };
  return { kind: "ghost", parentSpanId: item.parentSpanId, ...at };
}

/** Who holds a span up stands first: it is what the reader looks for. */
function itemsBelow(item: Item, holdersOf: HoldersOf): readonly Item[] {
  if ("holder" in item) return [];
  if (!("span" in item)) return item.children;
  const holders = holdersOf(item);
  if (holders.length === 0) return item.children;
  return [...holders.map((holder) => ({ holder, node: item })), ...item.children];
}

function wishedKey(item: Item): string {
  if ("span" in item) return item.span.spanId;
  return "holder" in item ? `holder-${item.node.span.spanId}` : `parent-${item.parentSpanId}`;
}

function freeKey(keys: Map<string, number>, item: Item): string {
  const wish = wishedKey(item);
  const count = (keys.get(wish) ?? 0) + 1;
  keys.set(wish, count);
  return count === 1 ? wish : `${wish}~${count}`;
}

/** From the last row up, so that every row has seen all that is below it. */
function closeSubtrees(rows: readonly Draft[], first: number): void {
  for (let index = rows.length - 1; index >= first; index -= 1) {
    const row = rows[index];
    const parent = row && rows[row.parentIndex];
    if (parent !== undefined) parent.subtreeEnd = Math.max(parent.subtreeEnd, row?.subtreeEnd ?? 0);
  }
}
