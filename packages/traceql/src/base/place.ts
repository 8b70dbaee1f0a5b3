/** Characters of a query: from `start` up to, not including, `end`. Counted from 0. */
export interface Place {
  readonly start: number;
  readonly end: number;
}

/** Something in a query that cannot be done, where it stands, and what to write instead. */
export interface Problem {
  readonly place: Place;
  /** A sentence without a full stop: "there is no field attribute". */
  readonly message: string;
  /** An imperative sentence, or undefined when there is nothing better to say. */
  readonly hint?: string;
}

/** Where a place lies: both counted from 1, columns in UTF-16 units. */
export function lineAndColumn(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lineStart = before.lastIndexOf("\n") + 1;
  return { line: before.split("\n").length, column: offset - lineStart + 1 };
}

/**
 * A problem for people, with the line it stands on and carets below the place:
 *
 * ```text
 * 1:3: there is no field attribute
 *   { attribute = 4 }
 *     ^^^^^^^^^
 *   Write .attribute for an attribute of any scope.
 * ```
 */
export function problemText(text: string, problem: Problem): string {
  const { start, end } = problem.place;
  const { line, column } = lineAndColumn(text, start);
  const lineText = text.split("\n")[line - 1] ?? "";
  // A line of ten thousand characters would hide what it is about.
  const from = Math.max(0, column - 1 - CONTEXT_CHARACTERS);
  const shown = lineText.slice(from, column - 1 + CONTEXT_CHARACTERS).replaceAll("\t", " ");
  const width = Math.max(1, Math.min(end - start, shown.length - (column - 1 - from)));
  const lines = [
    `${line}:${column}: ${problem.message}`,
    `  ${shown}`,
    `  ${" ".repeat(column - 1 - from)}${"^".repeat(width)}`,
  ];
  if (problem.hint !== undefined) lines.push(`  ${problem.hint}`);
  return lines.join("\n");
}

const CONTEXT_CHARACTERS = 60;
