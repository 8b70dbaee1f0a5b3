/*
 * A trace as text for other places: a terminal, a ticket, another tool.
 */
import { formatDuration, isErrorRow, skeletonSpanId } from "@spoor/trace";
import { clipped, hiddenWords, lostWords, repeatWords } from "./line-words.ts";
import { durationOfRow, serviceOfRow, titleOfRow, type TraceModel } from "./trace-model.ts";
import type { TraceSight } from "./trace-sight.ts";

/** A ticket of more lines is read by nobody; how many are left out stands at the end. */
export const PICTURE_LINES_MAX = 500;

/** What shows the same in a terminal. */
export function commandText({ shape }: TraceModel): string {
  return `spoor show ${shape.skeleton.traceId}`;
}

/** A request that joins the trace below `row`, or below its first span. */
export function curlText({ shape }: TraceModel, row: number): string {
  const { traceId } = shape.skeleton;
  const spanId = skeletonSpanId(shape.skeleton, Math.max(0, row));
  return `curl -H 'traceparent: 00-${traceId}-${spanId}-01' 'http://localhost:8080/'`;
}

/** The lines in sight as a nested list, as they are folded and filtered now. */
export function markdownText(model: TraceModel, { lines }: TraceSight): string {
  const count = Math.min(lines.count, PICTURE_LINES_MAX);
  const texts = Array.from({ length: count }, (_, index) => {
    const line = lines.lines[index] ?? 0;
    const { level, name, rest } = lineText(model, line, lines.extras[-1 - line]);
    const text = [codeText(name), rest].filter((part) => part !== "").join(" ");
    return `${"  ".repeat(level - 1)}- ${text}`;
  });
  if (lines.count > count) texts.push(`- … and ${lines.count - count} lines more`);
  return [`Trace \`${model.shape.skeleton.traceId}\``, "", ...texts, ""].join("\n");
}

type Extra = TraceSight["lines"]["extras"][number];

/** What stands in a line: the name of something, and what is to be said of it. */
export interface LineText {
  readonly level: number;
  /** May be empty for a line that only says something. */
  readonly name: string;
  readonly rest: string;
}

/** The words of `line`, a row or, below 0, `extra`. */
export function lineText(model: TraceModel, line: number, extra: Extra | undefined): LineText {
  const { shape } = model;
  if (extra === undefined) {
    const isError = isErrorRow(shape.rows, line);
    const duration = formatDuration(durationOfRow(model, line));
    const rest = `${serviceOfRow(model, line)}, ${duration}${isError ? " ✕" : ""}`;
    return { level: shape.level[line] ?? 1, name: titleOfRow(model, line) || "(no name)", rest };
  }
  switch (extra.kind) {
    case "lost":
      return { level: 1, name: "", rest: lostWords(model, extra.lost) };
    case "repeat": {
      const first = model.repeats.list[extra.repeat]?.rows[0] ?? 0;
      const name = shape.skeleton.names[shape.skeleton.name[first] ?? -1] ?? "";
      return { level: extra.level, name, rest: repeatWords(model, extra.repeat) };
    }
    case "hidden":
      return { level: extra.level, name: "", rest: hiddenWords(extra.count) };
    case "note": {
      const holder = model.holdersOf.get(extra.row)?.[extra.note];
      const rest = `${holder?.verb ?? "held by"} ${holder?.who ?? ""}`;
      return { level: extra.level, name: "", rest };
    }
  }
}

/** As code, with more backticks around it than in it: a name is no markup. */
function codeText(text: string): string {
  const line = clipped(text.replaceAll(/\s+/g, " ").trim(), 160);
  if (line === "") return "";
  const longest = Math.max(0, ...Array.from(line.matchAll(/`+/g), ([ticks]) => ticks.length));
  if (longest === 0) return `\`${line}\``;
  const fence = "`".repeat(longest + 1);
  return `${fence} ${line} ${fence}`;
}
