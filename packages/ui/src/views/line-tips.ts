/*
 * What a line says to a pointer that rests on it. Worked out when a pointer comes and not for each
 * line that is drawn: exact durations and whole names of fifty lines cost a tenth of a scroll step.
 */
import { countText, exactDurationText } from "../design/time-text.ts";
import { clipped } from "./line-words.ts";
import { durationOfRow, titleOfRow, type TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";

/** Where lines are. */
export interface TippedLines {
  readonly model: TraceModel;
  readonly sight: TraceSight;
}

/** Gives the part of a line under the pointer its tip. */
export function showTip(target: EventTarget, lines: TippedLines): void {
  if (!(target instanceof HTMLElement)) return;
  const part = target.closest<HTMLElement>(".number, .span-title, [data-twisty]");
  const index = part?.closest<HTMLElement>("[data-index]")?.dataset["index"];
  if (part === null || index === undefined) return;
  part.title = tipOf(part, lines.sight.lines.lines[Number(index)] ?? 0, lines);
}

function tipOf(part: HTMLElement, line: number, { model, sight }: TippedLines): string {
  const { shape, repeats } = model;
  const extra = line < 0 ? sight.lines.extras[-1 - line] : undefined;
  if (part.matches("[data-twisty]")) {
    const lost = extra?.kind === "lost" ? shape.lostParents[extra.lost]?.rows.length : undefined;
    const repeat = extra?.kind === "repeat" ? repeats.list[extra.repeat]?.rows.length : undefined;
    const below = (shape.rows.endRow[line] ?? 0) - line - 1;
    return `${countText(lost ?? repeat ?? below, "span")} below`;
  }
  if (extra === undefined) {
    if (part.matches(".span-title")) return clipped(titleOfRow(model, line));
    const isSelf = part.matches(".quiet");
    return exactDurationText(isSelf ? (shape.selfNano[line] ?? 0) : durationOfRow(model, line));
  }
  if (extra.kind === "lost") return shape.lostParents[extra.lost]?.spanId ?? "";
  if (extra.kind !== "repeat") return "";
  const rows = repeats.list[extra.repeat]?.rows ?? [];
  if (part.matches(".span-title")) return clipped(titleOfRow(model, rows[0] ?? 0));
  const column = part.matches(".quiet") ? shape.selfNano : shape.skeleton.durationNano;
  return exactDurationText(rows.reduce((sum, row) => sum + (column[row] ?? 0), 0));
}
