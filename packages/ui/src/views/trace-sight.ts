/*
 * What of a trace is in sight: the lines that the reader's choice leaves, and where the selected
 * one stands among them. Each step is worked out anew only when what it rests on has changed,
 * because on a trace of a million spans each costs some hundredths of a second.
 */
import { skeletonSpanId } from "@spoor/trace";
import { useMemo, useState, useSyncExternalStore } from "react";
import { lineOfKey, type NamedLine, placeOfLine, rowsOfSpans } from "../geometry/line-key.ts";
import { keptRows, parseHidden } from "../geometry/row-filter.ts";
import { matchesOf, parseFind } from "../geometry/row-find.ts";
import { revealing, type ShownLines, shownLines } from "../geometry/shown-rows.ts";
import { parseWindow, type TimeWindow, wholeWindow } from "../geometry/time-window.ts";
import type { TraceShape } from "../geometry/trace-shape.ts";
import { loadedSpans, type TraceModel } from "./trace-model.ts";

/** What the reader chose, as the address says it. */
export interface SightChoice {
  readonly s?: string | undefined;
  readonly z?: string | undefined;
  readonly f?: string | undefined;
  readonly m?: string | undefined;
  readonly x?: string | undefined;
  readonly o?: string | undefined;
  readonly r?: string | undefined;
}

/** What is folded: rows, `-1 - index` of a lost parent; of an open repeat, one of its rows. */
export interface Folds {
  readonly collapsed: ReadonlySet<number>;
  readonly openRows: ReadonlySet<number>;
}

/** What of a trace is in sight. */
export interface TraceSight {
  readonly lines: ShownLines;
  /** Of the selected line among them, -1 for none. */
  readonly place: number;
  readonly selected: NamedLine | undefined;
  readonly folds: Folds;
  /** Repeats that are shown call by call. */
  readonly openRepeats: ReadonlySet<number>;
  /** 1 for each row that has what is looked for; undefined when nothing is. */
  readonly matches: Uint8Array | undefined;
  readonly matchCount: number;
  /** Rows that a filter keeps; undefined when all are. */
  readonly kept: Uint8Array | undefined;
  readonly window: TimeWindow;
}

/** What is in sight, and the way to fold. */
export interface SightState {
  readonly sight: TraceSight;
  readonly setFolds: (folds: Folds) => void;
}

const NOTHING: ReadonlySet<number> = new Set();
const UNFOLDED: Folds = { collapsed: NOTHING, openRows: NOTHING };

/** What of `model` is in sight under `choice`. */
export function useTraceSight(model: TraceModel, choice: SightChoice): SightState {
  const { shape, repeats, holdersOf } = model;
  // Only what is looked for depends on what spans say; without, their coming changes nothing here.
  const isFinding = (choice.f ?? "") !== "";
  const version = useSyncExternalStore(model.spans.subscribe, () =>
    isFinding ? model.spans.version : 0,
  );
  const [stored, setStored] = useState({ shape, folds: UNFOLDED });
  const folds = useMemo(() => remapped(stored, shape), [stored, shape]);
  const selected = useMemo(
    () => (choice.s === undefined ? undefined : lineOfKey(shape, choice.s)),
    [shape, choice.s],
  );
  const row = selected?.kind === "span" ? selected.row : -1;
  const shown = useMemo(() => revealed(model, folds, row), [model, folds, row]);
  const matches = useMatches(model, choice.f ?? "", version);
  const isHiding = choice.m === "1";
  const kept = useMemo(
    () =>
      keptRows(shape, {
        hidden: parseHidden(choice.x ?? ""),
        onlyBelow: choice.o === undefined ? -1 : (lineOfKey(shape, choice.o)?.row ?? -1),
        matches: isHiding ? matches?.rows : undefined,
      }),
    [shape, choice.x, choice.o, isHiding, matches],
  );
  const openRepeats = useMemo(
    () => new Set(Array.from(shown.openRows, (each) => repeats.ofRow[each] ?? -1)),
    [repeats, shown.openRows],
  );
  const withMatches = useMemo(
    () => (isHiding ? openRepeats : openRepeats.union(repeatsWith(model, matches?.rows))),
    [model, openRepeats, matches, isHiding],
  );
  const isFolding = choice.r !== "0";
  const lines = useMemo(
    () =>
      shownLines(shape, {
        collapsed: shown.collapsed,
        repeats: isFolding ? repeats : undefined,
        openRepeats: withMatches,
        kept,
        notes: new Map(Array.from(holdersOf, ([each, { length }]) => [each, length])),
      }),
    [shape, repeats, holdersOf, shown.collapsed, isFolding, withMatches, kept],
  );
  const window = useMemo(() => windowOf(shape, choice.z ?? ""), [shape, choice.z]);
  return {
    sight: {
      lines,
      place: selected === undefined ? -1 : placeOfLine(lines, repeats, selected),
      selected,
      folds: shown,
      openRepeats: withMatches,
      matches: matches?.rows,
      matchCount: matches?.count ?? 0,
      kept,
      window,
    },
    setFolds: (next) => setStored({ shape, folds: next }),
  };
}

interface Matches {
  readonly rows: Uint8Array;
  readonly count: number;
}

/** Spans that come in later may have what is looked for: `version` counts them. */
function useMatches(model: TraceModel, typed: string, version: number): Matches | undefined {
  return useMemo(() => {
    const rows = matchesOf(model.shape, parseFind(typed), loadedSpans(model));
    if (rows === undefined) return undefined;
    let count = 0;
    for (const each of rows) count += each;
    return { rows, count };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- the cache changes under its version
  }, [model, typed, version]);
}

/** What is found is never folded away among others. */
function repeatsWith({ repeats }: TraceModel, matches: Uint8Array | undefined): Set<number> {
  const found = new Set<number>();
  if (matches === undefined) return found;
  for (const [row, isMatch] of matches.entries()) {
    const repeat = repeats.ofRow[row] ?? -1;
    if (isMatch === 1 && repeat !== -1) found.add(repeat);
  }
  return found;
}

/** `folds`, opened where they hide `row`. */
export function revealed({ shape, repeats }: TraceModel, folds: Folds, row: number): Folds {
  if (row === -1) return folds;
  const collapsed = revealing(shape, folds.collapsed, row);
  const hiding: number[] = [];
  for (let up = row; up !== -1; up = shape.rows.parentRow[up] ?? -1) {
    const repeat = repeats.ofRow[up] ?? -1;
    if (repeat !== -1 && !isOpen(repeats.ofRow, folds.openRows, repeat)) hiding.push(up);
  }
  if (hiding.length === 0 && collapsed === folds.collapsed) return folds;
  return {
    collapsed,
    openRows: hiding.length === 0 ? folds.openRows : folds.openRows.union(new Set(hiding)),
  };
}

function isOpen(ofRow: Int32Array, openRows: ReadonlySet<number>, repeat: number): boolean {
  for (const row of openRows) if (ofRow[row] === repeat) return true;
  return false;
}

/** The same spans are folded when rows have moved because others came in. */
function remapped(
  { shape: before, folds }: { readonly shape: TraceShape; readonly folds: Folds },
  shape: TraceShape,
): Folds {
  if (before === shape) return folds;
  const move = (rows: ReadonlySet<number>): ReadonlySet<number> => {
    if (rows.size === 0) return rows;
    const ofSpans = Array.from(rows).filter((row) => row >= 0);
    const moved = new Set(
      rowsOfSpans(
        shape,
        ofSpans.map((row) => skeletonSpanId(before.skeleton, row)),
      ),
    );
    for (const row of rows) {
      const { spanId } = before.lostParents[-1 - row] ?? {};
      const lost = shape.lostParents.findIndex((parent) => parent.spanId === spanId);
      if (row < 0 && lost !== -1) moved.add(-1 - lost);
    }
    return moved;
  };
  return { collapsed: move(folds.collapsed), openRows: move(folds.openRows) };
}

/** What the address says, as far as the trace reaches. */
function windowOf({ durationNano }: TraceShape, text: string): TimeWindow {
  const whole = wholeWindow(durationNano);
  const asked = parseWindow(text);
  if (asked === undefined || asked.fromNano >= whole.toNano) return whole;
  return { fromNano: asked.fromNano, toNano: Math.min(asked.toNano, whole.toNano) };
}
