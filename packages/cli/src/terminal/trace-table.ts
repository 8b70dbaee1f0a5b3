/*
 * Traces as a table: aligned, with a header, for people; with tabs and without a header, nothing
 * shortened, for programs.
 */
import { formatDuration, serviceHue, type TraceSummary } from "@spoor/trace";
import type { Glyphs } from "./glyphs.ts";
import type { Palette } from "./palette.ts";
import { cutMiddle, padEnd, padStart, textWidth } from "./text-width.ts";
import { exactTime } from "./time-text.ts";
import { printable } from "./tree-view.ts";

/** How a table is to look. */
export interface TableView {
  readonly isAscii: boolean;
  readonly glyphs: Glyphs;
  readonly palette: Palette;
  readonly columns: number;
  readonly timeText: (unixNano: bigint) => string;
}

const HEADER = ["time", "trace", "service", "root", "duration", "spans", "errors"] as const;
/** Digits of a trace id that are always printed. */
const ID_DIGITS_MIN = 8;
const ROOT_COLUMNS_MIN = 12;
const GAP = "  ";

/** One line a trace: time, id, service, root, duration in ns, spans, errors; separated by tabs. */
export function traceLines(traces: readonly TraceSummary[]): string {
  return traces
    .map((trace) => {
      const fields = [
        exactTime(trace.startTimeUnixNano),
        trace.traceId,
        trace.rootService,
        trace.rootName,
        `${trace.durationNano}ns`,
        trace.spanCount,
        trace.errorCount,
      ];
      return `${fields.map((field) => printable(String(field), { isAscii: false })).join("\t")}\n`;
    })
    .join("");
}

/** The table for people. Ids are as long as it takes to tell them apart, at least 8 digits. */
export function traceTable(traces: readonly TraceSummary[], view: TableView): string {
  const idDigits = distinctDigits(traces.map(({ traceId }) => traceId));
  const rows = traces.map((trace) => cells(trace, idDigits, view));
  const widths = HEADER.map((title, column) =>
    rows.reduce((widest, row) => Math.max(widest, textWidth(row[column] ?? "")), title.length),
  );
  const others = widths.reduce((sum, width) => sum + width + GAP.length, -GAP.length);
  const rootColumn = HEADER.indexOf("root");
  const rootWidth = widths[rootColumn] ?? 0;
  widths[rootColumn] = Math.min(
    rootWidth,
    Math.max(ROOT_COLUMNS_MIN, view.columns - (others - rootWidth)),
  );
  const header = view.palette.quiet(aligned(HEADER, widths, view).join(GAP).trimEnd());
  const lines = rows.map((row, index) => {
    const trace = traces[index];
    return trace === undefined ? "" : paint(aligned(row, widths, view), trace, view);
  });
  return [header, ...lines, ""].join("\n");
}

function cells(trace: TraceSummary, idDigits: number, view: TableView): string[] {
  const duration = formatDuration(trace.durationNano);
  const name = trace.hasRoot ? trace.rootName : `${view.glyphs.orphan} ${trace.rootName}`;
  return [
    view.timeText(trace.startTimeUnixNano),
    trace.traceId.slice(0, idDigits),
    printable(trace.rootService, view),
    printable(name, view),
    view.isAscii ? duration.replace("µ", "u") : duration,
    String(trace.spanCount),
    trace.errorCount === 0 ? "0" : `${view.glyphs.error} ${trace.errorCount}`,
  ];
}

/** Text to the left, numbers to the right. */
function aligned(row: readonly string[], widths: readonly number[], view: TableView): string[] {
  return row.map((text, column) => {
    const width = widths[column] ?? 0;
    const cut = cutMiddle(text, width, view.glyphs.ellipsis);
    return column < HEADER.indexOf("duration") ? padEnd(cut, width) : padStart(cut, width);
  });
}

function paint(row: readonly string[], trace: TraceSummary, { palette }: TableView): string {
  const hue = serviceHue(trace.rootService);
  const painted = row.map((text, column) => {
    if (HEADER[column] === "service") return palette.service(hue, text);
    if (HEADER[column] === "errors" && trace.errorCount > 0) return palette.error(text);
    return HEADER[column] === "time" ? palette.quiet(text) : text;
  });
  return painted.join(GAP);
}

/** How many leading digits tell all ids apart. */
function distinctDigits(ids: readonly string[]): number {
  const sorted = [...new Set(ids)].sort();
  let digits = ID_DIGITS_MIN;
  for (const [index, id] of sorted.entries()) {
    const before = sorted[index - 1] ?? "";
    while (digits < id.length && before.slice(0, digits) === id.slice(0, digits)) digits += 1;
  }
  return digits;
}
