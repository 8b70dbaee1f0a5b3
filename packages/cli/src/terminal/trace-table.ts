/*
 * Traces as a table: aligned, with a header, for people; with tabs and without a header, nothing
 * shortened, for programs.
 */
import { formatDuration, serviceHue, type TraceSummary } from "@spoor/trace";
import { type Column, dataLines } from "./data-table.ts";
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

/** What is told of a trace, exactly and not cut. */
export const TRACE_COLUMNS: readonly Column<TraceSummary>[] = [
  { title: "time", text: ({ startTimeUnixNano }) => exactTime(startTimeUnixNano) },
  { title: "trace", text: ({ traceId }) => traceId },
  { title: "service", text: ({ rootService }) => rootService },
  { title: "root", text: ({ rootName }) => rootName },
  { title: "duration", isNumber: true, text: ({ durationNano }) => `${durationNano}ns` },
  { title: "spans", isNumber: true, text: ({ spanCount }) => String(spanCount) },
  { title: "errors", isNumber: true, text: ({ errorCount }) => String(errorCount) },
];

/** One line a trace: time, id, service, root, duration in ns, spans, errors; separated by tabs. */
export function traceLines(traces: readonly TraceSummary[]): string {
  return dataLines(traces, TRACE_COLUMNS);
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

/** One row without a header, in columns that suit most traces: for a list that still grows. */
export function traceRow(trace: TraceSummary, view: TableView): string {
  const others = STREAM_WIDTHS.reduce((sum, width) => sum + width + GAP.length, 0);
  const root = Math.max(ROOT_COLUMNS_MIN, Math.min(STREAM_ROOT_COLUMNS, view.columns - others));
  const widths = STREAM_WIDTHS.with(HEADER.indexOf("root"), root);
  return `${paint(aligned(cells(trace, ID_DIGITS_MIN, view), widths, view), trace, view)}\n`;
}

/** In the order of the header; that of the root is what is left, up to the other number. */
const STREAM_WIDTHS = [9, ID_DIGITS_MIN, 14, 0, 8, 5, 6];
const STREAM_ROOT_COLUMNS = 40;

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
