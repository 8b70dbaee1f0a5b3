/*
 * A tree that is drawn as a table: where each row stands in it, which rows are shown, and where
 * keys lead. Rows come in the order in which a tree is read, each with its depth.
 *
 * Left and right are those of the ARIA tree grid: fold, then go to the parent; unfold, then go to
 * the first child.
 */
import { movedPlace, type RowMove } from "./row-moves.ts";

/** Where the rows stand. One entry a row in each list. */
export interface PlaceTree {
  /** 1 at the top, as aria-level counts. */
  readonly level: readonly number[];
  /** -1 at the top. */
  readonly parent: readonly number[];
  /** 1-based, among its siblings. */
  readonly position: readonly number[];
  readonly setSize: readonly number[];
  /** Whether there is anything below it. */
  readonly canFold: readonly boolean[];
}

/** The tree of rows with these depths. A row stands below the last one before it that is higher. */
export function placeTree(depths: readonly number[]): PlaceTree {
  const parent: number[] = [];
  const above: number[] = [];
  for (const [row, depth] of depths.entries()) {
    while ((depths[above.at(-1) ?? -1] ?? -1) >= depth) above.pop();
    parent.push(above.at(-1) ?? -1);
    above.push(row);
  }
  const level: number[] = [];
  const position: number[] = [];
  const counts = new Map<number, number>();
  for (const up of parent) {
    level.push(up === -1 ? 1 : (level[up] ?? 0) + 1);
    counts.set(up, (counts.get(up) ?? 0) + 1);
    position.push(counts.get(up) ?? 1);
  }
  return {
    level,
    parent,
    position,
    setSize: parent.map((up) => counts.get(up) ?? 1),
    canFold: parent.map((_, row) => counts.has(row)),
  };
}

/** The rows that are not below a folded one, in order. */
export function shownPlaces({ parent }: PlaceTree, folded: ReadonlySet<number>): number[] {
  const isHidden: boolean[] = [];
  for (const up of parent) isHidden.push(up !== -1 && (isHidden[up] === true || folded.has(up)));
  return [...isHidden.keys()].filter((row) => isHidden[row] !== true);
}

/** What a key asks for. */
export type PlaceCommand =
  | RowMove
  | "left"
  | "right"
  | "collapseAll"
  | "expandAll"
  | "lessLevel"
  | "moreLevel";

/** Where the reader is. */
export interface PlaceState {
  /** A row, or -1 for none yet. */
  readonly selected: number;
  readonly folded: ReadonlySet<number>;
}

/** Rows that a screen has, for keys that move by one. */
const PAGE_ROWS = 15;

/** Where `command` leads. What is selected and would be hidden gives way to what hides it. */
export function placeStep(tree: PlaceTree, state: PlaceState, command: PlaceCommand): PlaceState {
  const { selected, folded } = state;
  switch (command) {
    case "left":
    case "right":
      return selected === -1 ? state : sideways(tree, state, command);
    case "expandAll":
      return { selected, folded: new Set() };
    case "collapseAll":
    case "lessLevel":
    case "moreLevel": {
      const next = foldedFrom(tree, wishedLevel(tree, folded, command));
      return { selected: shownAbove(tree, next, selected), folded: next };
    }
    default: {
      const shown = shownPlaces(tree, folded);
      const from = shown.indexOf(selected);
      const to = movedPlace(command, { from, count: shown.length, pageRows: PAGE_ROWS });
      return { selected: shown[to] ?? -1, folded };
    }
  }
}

/** Folds what is open and opens what is folded; the row is selected then. */
export function toggledPlace(tree: PlaceTree, { folded }: PlaceState, row: number): PlaceState {
  if (tree.canFold[row] !== true) return { selected: row, folded };
  return { selected: row, folded: folded.symmetricDifference(new Set([row])) };
}

function sideways(tree: PlaceTree, state: PlaceState, command: "left" | "right"): PlaceState {
  const { selected, folded } = state;
  const isOpen = tree.canFold[selected] === true && !folded.has(selected);
  if (isOpen === (command === "left") && tree.canFold[selected] === true) {
    return toggledPlace(tree, state, selected);
  }
  if (command === "right") return { selected: isOpen ? selected + 1 : selected, folded };
  const up = tree.parent[selected] ?? -1;
  return { selected: up === -1 ? selected : up, folded };
}

/** How many levels are to be in sight. */
function wishedLevel(
  { level }: PlaceTree,
  folded: ReadonlySet<number>,
  command: "collapseAll" | "lessLevel" | "moreLevel",
): number {
  const deepest = Math.max(1, ...level);
  const shown =
    folded.size === 0 ? deepest : Math.max(...Array.from(folded, (row) => level[row] ?? 1));
  if (command === "collapseAll") return 1;
  return Math.max(1, command === "lessLevel" ? shown - 1 : shown + 1);
}

function foldedFrom({ level, canFold }: PlaceTree, wished: number): ReadonlySet<number> {
  return new Set([...level.keys()].filter((row) => level[row] === wished && canFold[row] === true));
}

function shownAbove({ parent }: PlaceTree, folded: ReadonlySet<number>, row: number): number {
  let shown = row;
  for (let up = parent[row] ?? -1; up !== -1; up = parent[up] ?? -1) if (folded.has(up)) shown = up;
  return shown;
}
