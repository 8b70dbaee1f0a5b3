/* Rows in the form that --output names. */
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import {
  type Column,
  dataCsv,
  dataLines,
  dataMarkdown,
  dataTable,
} from "../terminal/data-table.ts";
import type { CommandContext } from "./command.ts";
import { lookOf } from "./query-flags.ts";

/** The rows as the flags ask for; `answer` is all of the answer, for json. */
export function rowsText<Row extends object>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  {
    answer,
    given,
    context,
  }: {
    readonly answer: object;
    readonly given: ParsedArguments;
    readonly context: CommandContext;
  },
): string {
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return rows.map((row) => `${JSON.stringify({ v: 1, ...row })}\n`).join("");
    case "csv":
      return dataCsv(rows, columns);
    case "md":
      return dataMarkdown(rows, columns);
    default: {
      const look = lookOf(given, context);
      if (look.columns === undefined || rows.length === 0) return dataLines(rows, columns);
      return dataTable(rows, columns, { ...look, columns: look.columns });
    }
  }
}
