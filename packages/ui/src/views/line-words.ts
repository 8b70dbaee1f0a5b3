/*
 * What a line of the waterfall says: its words for the eye and for the ear, and where it stands in
 * the tree.
 */
import {
  formatDuration,
  isErrorRow,
  type LostParentReason,
  type OpenSpan,
  openSpanSentence,
  OutlineFlag,
  RowFlag,
  skeletonSpanId,
} from "@spoor/trace";
import { countText } from "../design/time-text.ts";
import type { ExtraLine } from "../geometry/shown-rows.ts";
import {
  calleeOfRow,
  durationOfRow,
  errorOfRow,
  hasFlag,
  movedOfRow,
  serviceOfRow,
  titleOfRow,
  type TraceModel,
} from "./trace-model.ts";

/** More of a name than any column shows; the detail has all of it. */
const WORDS_MAX = 400;
/** More than this is not listened to. */
const SPOKEN_MAX = 160;

/** Where a line stands in the tree, and what it is called there. */
export interface LinePlace {
  readonly key: string;
  readonly level: number;
  readonly position: number;
  readonly setSize: number;
  readonly canFold: boolean;
}

/** The place of `line`, a row or, below 0, `extra`. */
export function linePlace(model: TraceModel, line: number, extra?: ExtraLine): LinePlace {
  if (extra === undefined) return rowPlace(model, line);
  const { shape, repeats } = model;
  const idOf = (row: number): string => skeletonSpanId(shape.skeleton, row);
  switch (extra.kind) {
    case "lost": {
      const parent = shape.lostParents[extra.lost];
      return {
        key: `parent-${parent?.spanId ?? ""}`,
        level: 1,
        position: shape.tops.indexOf(-1 - extra.lost) + 1,
        setSize: shape.tops.length,
        canFold: true,
      };
    }
    case "repeat": {
      const first = repeats.list[extra.repeat]?.rows[0] ?? 0;
      return { ...rowPlace(model, first), key: `repeat-${idOf(first)}`, canFold: true };
    }
    case "hidden":
      return {
        ...rowPlace(model, extra.row),
        key: `hidden-${idOf(extra.row)}`,
        level: extra.level,
        canFold: false,
      };
    case "note":
      return {
        key: `holder-${idOf(extra.row)}${extra.note === 0 ? "" : `~${extra.note + 1}`}`,
        level: extra.level,
        position: extra.note + 1,
        setSize: model.holdersOf.get(extra.row)?.length ?? 1,
        canFold: false,
      };
  }
}

function rowPlace({ shape }: TraceModel, row: number): LinePlace {
  const parent = shape.rows.parentRow[row] ?? -1;
  const isOrphan = hasFlag(shape, row, RowFlag.orphan);
  const lost = isOrphan ? shape.lostParents.find(({ rows }) => rows.includes(row)) : undefined;
  const siblings = lost === undefined ? shape.tops.length : lost.rows.length;
  return {
    key: skeletonSpanId(shape.skeleton, row),
    level: shape.level[row] ?? 1,
    position: shape.position[row] ?? 1,
    setSize: parent === -1 ? siblings : (shape.childCount[parent] ?? 1),
    canFold: (shape.childCount[row] ?? 0) > 0,
  };
}

/** `text` as far as a column could show it. */
export function clipped(text: string, max: number = WORDS_MAX): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}

/** What stands in place of a parent that never arrived. */
export function lostWords({ shape }: TraceModel, lost: number): string {
  return `parent ${shape.lostParents[lost]?.spanId.slice(0, 4) ?? ""}… never arrived`;
}

/** Why it did not, as far as somebody said. */
export function lostReason(
  { shape, lostReasons }: TraceModel,
  lost: number,
): LostParentReason | undefined {
  return lostReasons.get(shape.lostParents[lost]?.spanId ?? "");
}

/** Sums over the rows of a repeat: `×37, total 12ms, max 1ms`. */
export function repeatWords({ shape, repeats }: TraceModel, repeat: number): string {
  let [total, longest] = [0, 0];
  const rows = repeats.list[repeat]?.rows ?? [];
  for (const row of rows) {
    const nano = shape.skeleton.durationNano[row] ?? 0;
    total += nano;
    longest = Math.max(longest, nano);
  }
  return `×${rows.length.toLocaleString("en")}, total ${formatDuration(total)}, max ${formatDuration(longest)}`;
}

/** `214 spans hidden`. */
export function hiddenWords(count: number): string {
  return `${countText(count, "span")} hidden`;
}

/** What is odd about where or when `row` is; empty for most. */
export function oddityOf(model: TraceModel, row: number): string {
  const { shape } = model;
  const movedNano = movedOfRow(model, row);
  if (hasFlag(shape, row, RowFlag.selfParent)) return "names itself as parent";
  if (hasFlag(shape, row, RowFlag.cycle)) return "parents in a circle";
  if (hasFlag(shape, row, OutlineFlag.endBeforeStart)) return "ends before it starts";
  if (hasFlag(shape, row, OutlineFlag.timeMissing)) return "without times";
  return movedNano === 0 ? "" : `clock moved ${signedDuration(movedNano)}`;
}

/** `+12ms`, `-1h 2m`. */
export function signedDuration(nano: number): string {
  return `${nano < 0 ? "" : "+"}${formatDuration(nano)}`;
}

/** What an open span does, in a word or three. */
export function openWords({ state, isCallerGone, wait }: OpenSpan): string {
  const words = { open: "open", ending: "ended, not arrived", gone: "open, process gone" }[state];
  const blocked = wait.length > 0 && state === "open" ? "‖ waits" : words;
  return isCallerGone ? `${blocked}, caller gone` : blocked;
}

/** The line as it is read out: what, how long, from when, and what is wrong with it. */
export function spokenLine(model: TraceModel, line: number, extra?: ExtraLine): string {
  if (extra === undefined) return spokenRow(model, line);
  switch (extra.kind) {
    case "lost":
      return [lostWords(model, extra.lost), lostReason(model, extra.lost)?.sentence]
        .filter((text) => text !== undefined)
        .join(": ");
    case "repeat": {
      const first = model.repeats.list[extra.repeat]?.rows[0] ?? 0;
      return `${clipped(titleOfRow(model, first), SPOKEN_MAX)}, ${serviceOfRow(model, first)}, ${repeatWords(model, extra.repeat)}, folded`;
    }
    case "hidden":
      return hiddenWords(extra.count);
    case "note": {
      const holder = model.holdersOf.get(extra.row)?.[extra.note];
      return `${holder?.verb ?? "held by"} ${holder?.who ?? ""}, ${holder?.session ?? ""}`;
    }
  }
}

function spokenRow(model: TraceModel, row: number): string {
  const { shape, openOf, slowNano, running } = model;
  const open = openOf.get(row);
  const isError = isErrorRow(shape.rows, row);
  const callee = calleeOfRow(model, row);
  return [
    clipped(titleOfRow(model, row), SPOKEN_MAX),
    serviceOfRow(model, row),
    formatDuration(durationOfRow(model, row)),
    `starts at ${formatDuration(shape.rows.startNano[row] ?? 0)}`,
    isError ? `error ${clipped(errorOfRow(model, row), SPOKEN_MAX)}`.trim() : "",
    slowNano.has(row) ? "slow" : "",
    (shape.criticalNano[row] ?? 0) > 0 ? "on the critical path" : "",
    callee === "" ? "" : `calls ${clipped(callee, SPOKEN_MAX)}, which has no spans here`,
    model.waitedOf.get(row) ?? "",
    open === undefined ? "" : `still open, ${openSpanSentence(open, running.nowUnixNano)}`,
    oddityOf(model, row),
  ]
    .filter((text) => text !== "")
    .join(", ");
}
