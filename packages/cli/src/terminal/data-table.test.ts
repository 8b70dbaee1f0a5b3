import assert from "node:assert/strict";
import { test } from "node:test";
import { type Column, dataCsv, dataLines, dataMarkdown, dataTable } from "./data-table.ts";
import { PLAIN } from "./palette.ts";

interface Row {
  readonly name: string;
  readonly nano: number;
}

const ROWS: readonly Row[] = [
  { name: "SELECT | \u001b[31m 'a\\b'", nano: 1_500 },
  { name: '=cmd("x"), y', nano: -20 },
];

const COLUMNS: readonly Column<Row>[] = [
  { title: "name", isElastic: true, text: ({ name }) => name },
  {
    title: "took",
    isNumber: true,
    text: ({ nano }) => `${nano}ns`,
    exact: ({ nano }) => `${nano}`,
  },
];

test("for people it is aligned, and one column gives way to the width", () => {
  const view = { isAscii: false, palette: PLAIN, columns: 80 };
  assert.equal(
    `\n${dataTable(ROWS, COLUMNS, view)}`,
    `
name                       took
SELECT | \\x1b[31m 'a\\b'  1500ns
=cmd("x"), y              -20ns
`,
  );
  const [, first = ""] = dataTable(ROWS, COLUMNS, { ...view, columns: 22 }).split("\n");
  assert.equal(first, "SELECT … 'a\\b'  1500ns");
});

test("for programs nothing is shortened, and a tab or an escape cannot break a line", () => {
  assert.equal(dataLines([{ name: "a\tb\nc", nano: 1 }], COLUMNS), "a\\tb\\nc\t1\n");
});

test("CSV quotes what it must, and no cell is run as a formula", () => {
  assert.deepEqual(dataCsv(ROWS, COLUMNS).split("\n").slice(1), [
    "SELECT | \u001b[31m 'a\\b',1500",
    '"\'=cmd(""x""), y",-20',
    "",
  ]);
});

test("Markdown keeps its columns whatever stands in them", () => {
  assert.equal(
    dataMarkdown(ROWS.slice(0, 1), COLUMNS),
    "| name | took |\n| --- | --: |\n| SELECT \\| \\\\x1b[31m 'a\\\\b' | 1500ns |\n",
  );
});
