/*
 * Where keys lead in the waterfall. Left and right are those of the ARIA tree pattern: fold, then
 * go to the parent; unfold, then go to the first child.
 */
import { isErrorRow } from "@spoor/trace";
import { type RowMove, movedPlace } from "../geometry/row-moves.ts";
import { nextRowWhere } from "../geometry/row-find.ts";
import { collapsedFrom, type ExtraLine } from "../geometry/shown-rows.ts";
import type { TraceModel } from "./trace-model.ts";
import type { TraceCommand } from "./trace-keys.ts";
import type { Folds, TraceSight } from "./trace-sight.ts";

/** What a key leads to. */
export type LineStep =
  /** Selects a line: a row, or below 0 an extra one of the lines in sight. */
  | { readonly kind: "line"; readonly line: number }
  /** Selects a row, whether or not it is in sight now. */
  | { readonly kind: "row"; readonly row: number }
  | { readonly kind: "fold"; readonly folds: Folds };

/** Where the reader is. */
export interface LinePosition {
  readonly model: TraceModel;
  readonly sight: TraceSight;
  readonly pageRows: number;
}

const MOVES: Partial<Record<TraceCommand, RowMove>> = {
  up: "up",
  down: "down",
  first: "first",
  last: "last",
  pageUp: "pageUp",
  pageDown: "pageDown",
};

/** What `command` does to lines; undefined when it is about something else, or leads nowhere. */
export function stepOf(command: TraceCommand, position: LinePosition): LineStep | undefined {
  const { sight, pageRows } = position;
  const { lines, place } = sight;
  const move = MOVES[command];
  if (move !== undefined) {
    const to = movedPlace(move, { from: place, count: lines.count, pageRows });
    return lines.count === 0 ? undefined : { kind: "line", line: lines.lines[to] ?? 0 };
  }
  switch (command) {
    case "left":
      return place === -1 ? undefined : leftOf(position);
    case "right":
      return place === -1 ? undefined : rightOf(position);
    case "nextMatch":
    case "previousMatch":
    case "nextError":
    case "previousError":
    case "nextCritical":
    case "previousCritical":
    case "blocker":
      return jumpOf(command, position);
    case "collapseAll":
    case "expandAll":
    case "lessLevel":
    case "moreLevel":
      return { kind: "fold", folds: levelFolds(command, position) };
    default:
      return undefined;
  }
}

/** Folds or unfolds what stands at a line; undefined when nothing can be folded there. */
export function toggled({ model, sight }: LinePosition, line: number): Folds | undefined {
  const { folds, lines } = sight;
  if (line >= 0) {
    if (isFirstOfOpenRepeat({ model, sight }, line)) return withoutRepeat({ model, sight }, line);
    if ((model.shape.childCount[line] ?? 0) === 0) return undefined;
    return { ...folds, collapsed: folds.collapsed.symmetricDifference(new Set([line])) };
  }
  const extra = lines.extras[-1 - line];
  if (extra?.kind === "lost") {
    const key = -1 - extra.lost;
    return { ...folds, collapsed: folds.collapsed.symmetricDifference(new Set([key])) };
  }
  if (extra?.kind !== "repeat") return undefined;
  const first = model.repeats.list[extra.repeat]?.rows[0] ?? -1;
  return { ...folds, openRows: folds.openRows.union(new Set([first])) };
}

type Seen = Pick<LinePosition, "model" | "sight">;

function isFirstOfOpenRepeat({ model, sight }: Seen, row: number): boolean {
  const repeat = model.repeats.ofRow[row] ?? -1;
  const isLeaf = (model.shape.childCount[row] ?? 0) === 0;
  return isLeaf && repeat !== -1 && sight.openRepeats.has(repeat);
}

function withoutRepeat({ model, sight: { folds } }: Seen, row: number): Folds {
  const repeat = model.repeats.ofRow[row] ?? -1;
  const others = Array.from(folds.openRows).filter((each) => model.repeats.ofRow[each] !== repeat);
  return { ...folds, openRows: new Set(others) };
}

/** The row that a line stands for, or -1. */
export function rowOfLine({ model, sight }: Seen, line: number): number {
  if (line >= 0) return line;
  const extra = sight.lines.extras[-1 - line];
  if (extra === undefined || extra.kind === "lost") return -1;
  return extra.kind === "repeat" ? (model.repeats.list[extra.repeat]?.rows[0] ?? -1) : extra.row;
}

function leftOf(position: LinePosition): LineStep | undefined {
  const { model, sight } = position;
  const line = sight.lines.lines[sight.place] ?? 0;
  const extra = line < 0 ? sight.lines.extras[-1 - line] : undefined;
  if (canBeFolded(position, line, extra)) {
    const folds = toggled(position, line);
    if (folds !== undefined) return { kind: "fold", folds };
  }
  if (extra?.kind === "note") return { kind: "row", row: extra.row };
  const row = rowOfLine(position, line);
  const parent = row === -1 ? -1 : (model.shape.rows.parentRow[row] ?? -1);
  if (parent !== -1) return { kind: "row", row: parent };
  const lost = model.shape.lostParents.findIndex(({ rows }) => rows.includes(row));
  const index = sight.lines.extras.findIndex((each) => each.kind === "lost" && each.lost === lost);
  return { kind: "line", line: lost === -1 || index === -1 ? line : -1 - index };
}

function canBeFolded({ sight, model }: Seen, line: number, extra?: ExtraLine): boolean {
  const { collapsed } = sight.folds;
  if (line >= 0) {
    if (isFirstOfOpenRepeat({ model, sight }, line)) return true;
    return (model.shape.childCount[line] ?? 0) > 0 && !collapsed.has(line);
  }
  return extra?.kind === "lost" && !collapsed.has(-1 - extra.lost);
}

function rightOf(position: LinePosition): LineStep | undefined {
  const { model, sight } = position;
  const line = sight.lines.lines[sight.place] ?? 0;
  const extra = line < 0 ? sight.lines.extras[-1 - line] : undefined;
  if (extra?.kind === "repeat" || isFolded(sight.folds, line, extra)) {
    const folds = toggled(position, line);
    return folds === undefined ? undefined : { kind: "fold", folds };
  }
  const hasBelow = line >= 0 ? (model.shape.childCount[line] ?? 0) > 0 : extra?.kind === "lost";
  const below = sight.lines.lines[sight.place + 1] ?? line;
  return { kind: "line", line: hasBelow ? below : line };
}

/** Whether what is below a line is folded away. */
export function isFolded({ collapsed }: Folds, line: number, extra?: ExtraLine): boolean {
  if (line >= 0) return collapsed.has(line);
  return extra?.kind === "lost" ? collapsed.has(-1 - extra.lost) : extra?.kind === "repeat";
}

/** The next row of some kind, from where the reader is and round the end. */
function jumpOf(command: TraceCommand, position: LinePosition): LineStep | undefined {
  const { model, sight } = position;
  const { rows, criticalNano } = model.shape;
  const from = sight.place === -1 ? -1 : rowOfLine(position, sight.lines.lines[sight.place] ?? 0);
  const step = command.startsWith("previous") ? -1 : 1;
  const isWanted = (row: number): boolean => {
    switch (command) {
      case "nextError":
      case "previousError":
        return isErrorRow(rows, row);
      case "nextCritical":
      case "previousCritical":
        return (criticalNano[row] ?? 0) > 0;
      case "blocker":
        return model.openOf.size > 0
          ? (model.openOf.get(row)?.wait.length ?? 0) > 0
          : model.slowNano.has(row);
      default:
        return sight.matches?.[row] === 1;
    }
  };
  const row = nextRowWhere(rows.rowCount, { from, step }, isWanted);
  return row === -1 ? undefined : { kind: "row", row };
}

function levelFolds(command: TraceCommand, { model: { shape }, sight }: LinePosition): Folds {
  const { folds } = sight;
  if (command === "expandAll") return { ...folds, collapsed: new Set() };
  const deepest = shape.level.reduce((level, each) => Math.max(level, each), 1);
  const shown = folds.collapsed.size === 0 ? deepest : shownLevels(shape.level, folds.collapsed);
  const wished =
    command === "collapseAll" ? 1 : Math.max(1, command === "lessLevel" ? shown - 1 : shown + 1);
  return { ...folds, collapsed: wished >= deepest ? new Set() : collapsedFrom(shape, wished) };
}

/** How many levels are in sight: those down to the deepest that is folded. */
function shownLevels(level: Uint32Array, collapsed: ReadonlySet<number>): number {
  let deepest = 1;
  for (const row of collapsed) if (row >= 0) deepest = Math.max(deepest, level[row] ?? 1);
  return deepest;
}
