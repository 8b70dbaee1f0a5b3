/*
 * Rows of any kind as a table: aligned for people; with tabs, as CSV or as Markdown for programs
 * and documents, in which nothing is shortened.
 */
import type { Palette } from "./palette.ts";
import { cutMiddle, padEnd, padStart, textWidth } from "./text-width.ts";
import { printable } from "./tree-view.ts";

/** One column. */
export interface Column<Row> {
  readonly title: string;
  readonly isNumber?: boolean;
  /** The only column that gives way when a terminal is too narrow. */
  readonly isElastic?: boolean;
  /** For people. */
  readonly text: (row: Row) => string;
  /** For programs, when it differs: exact, without units. */
  readonly exact?: (row: Row) => string;
}

/** How a table is to look for people. */
export interface DataTableView {
  readonly isAscii: boolean;
  readonly palette: Palette;
  readonly columns: number;
}

const GAP = "  ";
const ELASTIC_COLUMNS_MIN = 12;

/** Aligned, with a header. */
export function dataTable<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  view: DataTableView,
): string {
  const cells = rows.map((row) => columns.map(({ text }) => printable(text(row), view)));
  const widths = columns.map(({ title }, index) =>
    cells.reduce((widest, row) => Math.max(widest, textWidth(row[index] ?? "")), title.length),
  );
  const elastic = columns.findIndex(({ isElastic }) => isElastic === true);
  const sum = widths.reduce((total, width) => total + width + GAP.length, -GAP.length);
  const own = widths[elastic] ?? 0;
  if (elastic >= 0 && sum > view.columns) {
    widths[elastic] = Math.max(Math.min(own, ELASTIC_COLUMNS_MIN), own - (sum - view.columns));
  }
  const line = (row: readonly string[]): string =>
    row
      .map((text, index) => {
        const width = widths[index] ?? 0;
        const cut = cutMiddle(text, width, view.isAscii ? "..." : "…");
        return columns[index]?.isNumber === true ? padStart(cut, width) : padEnd(cut, width);
      })
      .join(GAP)
      .trimEnd();
  const header = view.palette.quiet(line(columns.map(({ title }) => title)));
  return [header, ...cells.map(line), ""].join("\n");
}

/** One line for each row, with tabs, without a header. */
export function dataLines<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  return exactCells(rows, columns)
    .map((cells) => `${cells.map((cell) => printable(cell, { isAscii: false })).join("\t")}\n`)
    .join("");
}

/** Comma-separated values with a header (RFC 4180, with plain line feeds). */
export function dataCsv<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const lines = [columns.map(({ title }) => title), ...exactCells(rows, columns)];
  return lines.map((cells) => `${cells.map(csvCell).join(",")}\n`).join("");
}

/** A table in Markdown. */
export function dataMarkdown<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string {
  const header = columns.map(({ title }) => title);
  const rule = columns.map(({ isNumber }) => (isNumber === true ? "--:" : "---"));
  const body = rows.map((row) => columns.map(({ text }) => markdownCell(text(row))));
  return [header, rule, ...body].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}

function exactCells<Row>(rows: readonly Row[], columns: readonly Column<Row>[]): string[][] {
  return rows.map((row) => columns.map(({ text, exact = text }) => exact(row)));
}

/** A cell that begins like a formula is text: spreadsheets would run it. */
function csvCell(text: string): string {
  const safe = /^[=+\-@\t\r]/u.test(text) && !/^-?\d+(?:\.\d+)?$/u.test(text) ? `'${text}` : text;
  return /[",\n\r]/u.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

function markdownCell(text: string): string {
  return printable(text, { isAscii: false }).replaceAll("\\", "\\\\").replaceAll("|", "\\|");
}
