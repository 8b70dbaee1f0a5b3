/*
 * What a key means in the waterfall. Left and right are those of the ARIA tree pattern: fold, then
 * go to the parent; unfold, then go to the first child.
 */
import {
  isExpandable,
  movedPlace,
  type RowMove,
  type WaterfallRow,
} from "../geometry/waterfall-rows.ts";

/** What the reader wants. */
export type WaterfallAction =
  | { readonly kind: "select"; readonly row: WaterfallRow }
  | { readonly kind: "open"; readonly row: WaterfallRow }
  | { readonly kind: "fold"; readonly row: WaterfallRow }
  | { readonly kind: "close" };

/** Where the reader is. */
export interface WaterfallPosition {
  /** The rows that are not folded away. */
  readonly rows: readonly WaterfallRow[];
  readonly all: readonly WaterfallRow[];
  /** Of the selected row in `rows`; -1 for none. */
  readonly place: number;
  readonly collapsed: ReadonlySet<string>;
  readonly pageRows: number;
}

interface Key {
  readonly key: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
}

const MOVES: Readonly<Record<string, RowMove>> = {
  ArrowUp: "up",
  k: "up",
  ArrowDown: "down",
  j: "down",
  Home: "first",
  End: "last",
  PageUp: "pageUp",
  PageDown: "pageDown",
};

/** The meaning of a key, or undefined when the key is not one of the waterfall's. */
export function actionOfKey(key: Key, position: WaterfallPosition): WaterfallAction | undefined {
  if (key.ctrlKey || key.metaKey || key.altKey) return undefined;
  const { rows, place, pageRows } = position;
  const move = MOVES[key.key];
  if (move !== undefined) {
    return selectOf(rows[movedPlace(move, { from: place, count: rows.length, pageRows })]);
  }
  if (key.key === "Escape") return { kind: "close" };
  const row = rows[place];
  if (row === undefined) return undefined;
  switch (key.key) {
    case "Enter":
    case " ":
      return { kind: "open", row };
    case "ArrowLeft":
    case "h":
      return leftOf(row, position);
    case "ArrowRight":
    case "l":
      return rightOf(row, position);
    default:
      return undefined;
  }
}

function leftOf(row: WaterfallRow, { all, collapsed }: WaterfallPosition): WaterfallAction {
  if (isExpandable(row) && !collapsed.has(row.key)) return { kind: "fold", row };
  return selectOf(all[row.parentIndex]) ?? { kind: "select", row };
}

function rightOf(row: WaterfallRow, { all, collapsed }: WaterfallPosition): WaterfallAction {
  if (!isExpandable(row)) return { kind: "select", row };
  if (collapsed.has(row.key)) return { kind: "fold", row };
  return selectOf(all[row.index + 1]) ?? { kind: "select", row };
}

function selectOf(row: WaterfallRow | undefined): WaterfallAction | undefined {
  return row === undefined ? undefined : { kind: "select", row };
}
