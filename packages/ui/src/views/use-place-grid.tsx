/*
 * A tree as a table (role treegrid) with the keys of the tree of a trace. The table has the focus
 * and names the selected row, so that the focus stays when rows come and go.
 */
import {
  type ComponentProps,
  type ReactNode,
  type RefObject,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from "react";
import {
  type PlaceCommand,
  type PlaceState,
  placeStep,
  type PlaceTree,
  placeTree,
  shownPlaces,
  toggledPlace,
} from "../geometry/place-tree.ts";
import type { KeySection } from "./key-help.tsx";
import type { TraceCommand } from "./trace-keys.ts";
import { useTraceKeys } from "./use-trace-keys.ts";
import "./place-grid.css";

/** What the help says of these keys. */
export const PLACE_KEYS: KeySection = {
  title: "Tree",
  lines: [
    ["j k ↓ ↑", "next, previous row"],
    ["h l ← →", "fold, unfold; again: parent, first child"],
    ["[ ] { }", "one level less, more; all folded, unfolded"],
    ["Enter", "open the span, or fold"],
  ],
};

/** A row as it is to be drawn. */
export interface PlaceRow {
  /** Among all rows, folded or not. */
  readonly row: number;
  /** For the `tr`. */
  readonly props: ComponentProps<"tr"> & { readonly "data-place": number };
  /** What stands before its name: the indent, and the sign that folds. */
  readonly lead: ReactNode;
}

/** A tree as a table. */
export interface PlaceGrid {
  /** For the `table`. */
  readonly props: ComponentProps<"table">;
  /** Those that are in sight. */
  readonly rows: readonly PlaceRow[];
}

/** What {@link usePlaceGrid} takes. */
export interface PlaceGridOptions {
  /** One entry a row. Another list is another tree, in which nothing is folded. */
  readonly depths: readonly number[];
  readonly label: string;
  readonly className: string;
}

/** The tree, and its keys. Enter follows the first link of a row, and folds a row without one. */
export function usePlaceGrid({ depths, label, className }: PlaceGridOptions): PlaceGrid {
  const table = useRef<HTMLTableElement>(null);
  const id = useId();
  const { tree, state, run, toggle } = usePlaces(depths, table);
  const { selected, folded } = state;
  const shown = useMemo(() => shownPlaces(tree, folded), [tree, folded]);
  const rowId = (row: number): string => `${id}-${row}`;
  const selectedId = shown.includes(selected) ? rowId(selected) : undefined;
  useEffect(() => {
    if (selectedId === undefined) return;
    document.getElementById(selectedId)?.scrollIntoView({ block: "nearest" });
  }, [selectedId]);
  useTraceKeys(table, run, noFocus);
  return {
    props: {
      ref: table,
      role: "treegrid",
      "aria-label": label,
      "aria-activedescendant": selectedId,
      tabIndex: 0,
      className: `plain-table place-grid ${className}`,
      onClick: ({ target }) => {
        if (!(target instanceof Element) || target.closest("a") !== null) return;
        const row = Number(target.closest<HTMLElement>("[data-place]")?.dataset["place"] ?? -1);
        if (row >= 0) toggle(row, target.closest("[data-twisty]") !== null);
      },
    },
    rows: shown.map((row) => ({
      row,
      props: {
        id: rowId(row),
        "data-place": row,
        "aria-level": tree.level[row],
        "aria-posinset": tree.position[row],
        "aria-setsize": tree.setSize[row],
        "aria-expanded": tree.canFold[row] === true ? !folded.has(row) : undefined,
        "aria-selected": row === selected,
      },
      lead: <Lead tree={tree} row={row} isFolded={folded.has(row)} />,
    })),
  };
}

const INDENT_PX = 16;
/** Deeper than this the indent stops growing, or the names would leave their column. */
const INDENT_LEVELS_MAX = 24;

function Lead(props: {
  readonly tree: PlaceTree;
  readonly row: number;
  readonly isFolded: boolean;
}) {
  const { tree, row, isFolded } = props;
  const levels = Math.min((tree.level[row] ?? 1) - 1, INDENT_LEVELS_MAX);
  const canFold = tree.canFold[row] === true;
  return (
    <span
      className="place-lead"
      style={{ marginLeft: levels * INDENT_PX }}
      data-twisty={canFold ? "" : undefined}
      aria-hidden="true"
    >
      {canFold ? (isFolded ? "▸" : "▾") : ""}
    </span>
  );
}

/** On this page the focus begins where the reader puts it. */
function noFocus(): void {
  // Nothing is to be done.
}

const COMMANDS: ReadonlySet<string> = new Set<PlaceCommand>([
  "up",
  "down",
  "first",
  "last",
  "pageUp",
  "pageDown",
  "left",
  "right",
  "collapseAll",
  "expandAll",
  "lessLevel",
  "moreLevel",
]);

function isPlaceCommand(command: TraceCommand): command is TraceCommand & PlaceCommand {
  return COMMANDS.has(command);
}

interface Places {
  readonly tree: PlaceTree;
  readonly state: PlaceState;
  readonly run: (command: TraceCommand) => boolean;
  readonly toggle: (row: number, isFolding: boolean) => void;
}

const AT_FIRST: PlaceState = { selected: -1, folded: new Set() };

function usePlaces(depths: readonly number[], table: RefObject<HTMLTableElement | null>): Places {
  const tree = useMemo(() => placeTree(depths), [depths]);
  const [stored, setStored] = useState({ tree, state: AT_FIRST });
  const state = stored.tree === tree ? stored.state : AT_FIRST;
  const set = useCallback((next: PlaceState) => setStored({ tree, state: next }), [tree]);
  const run = (command: TraceCommand): boolean => {
    if (command === "open") {
      if (state.selected === -1) return false;
      const link = table.current?.querySelector<HTMLElement>("[aria-selected=true] a");
      if (link === null || link === undefined) set(toggledPlace(tree, state, state.selected));
      else link.click();
      return true;
    }
    if (!isPlaceCommand(command)) return false;
    set(placeStep(tree, state, command));
    table.current?.focus({ preventScroll: true });
    return true;
  };
  const toggle = (row: number, isFolding: boolean): void =>
    set(isFolding ? toggledPlace(tree, state, row) : { ...state, selected: row });
  return { tree, state, run, toggle };
}
