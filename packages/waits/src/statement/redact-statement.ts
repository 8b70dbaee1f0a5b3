/*
 * A statement without its literals: whatever could be a person's data or a password becomes `?`.
 *
 * One pass over the characters, without a grammar. In doubt a character is data: a string that
 * never ends hides the rest, because statements arrive cut in the middle.
 */

/** How strings are quoted. */
export type SqlDialect = "postgresql" | "mysql";

/** Comments go too: people put user ids into them. */
const COMMENT = String.raw`--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)`;
/** In PostgreSQL comments nest. How deep is not counted: a second opening hides the rest. */
const NESTED_COMMENT = String.raw`\/\*(?:(?!\*\/)[\s\S])*?\/\*[\s\S]*`;
/** Not part of a name: `t1` stays, `1` goes, and so do `0xff`, `1e5` and `.5`. */
const NUMBER = String.raw`(?<![\w$])[+-]?(?:0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)(?!\w)`;

/** Each matches what is replaced, and as a group what looks alike and stays. */
const TOKENS: Readonly<Record<SqlDialect, RegExp>> = {
  postgresql: new RegExp(
    [
      NESTED_COMMENT,
      COMMENT,
      // E'…' knows backslashes, '…' does not; both double the quote.
      String.raw`\b[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
      String.raw`(?:\b(?:[bBxXnN]|[uU]&))?'(?:[^']|'')*(?:'|$)`,
      String.raw`\$(?<mark>[A-Za-z_]\w*)?\$[\s\S]*?(?:\$\k<mark>\$|$)`,
      // A quoted name stays, and a number in it with it.
      String.raw`(?<name>"(?:[^"]|"")*(?:"|$))`,
      String.raw`(?<parameter>\$\d+)`,
      NUMBER,
    ].join("|"),
    "gu",
  ),
  mysql: new RegExp(
    [
      COMMENT,
      String.raw`#[^\n]*`,
      String.raw`(?:\b[xXbBnN])?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
      // A string by default; where it is a name, the name is lost rather than a secret told.
      String.raw`"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)`,
      "(?<name>`(?:[^`]|``)*(?:`|$))",
      NUMBER,
    ].join("|"),
    "gu",
  ),
};

/** `statement` with `?` for each literal and without comments, on one line. */
export function redactStatement(statement: string, dialect: SqlDialect): string {
  return statement
    .replaceAll(TOKENS[dialect], (token, ...rest) => {
      // The last argument is the named groups, because the pattern has some.
      const groups = rest.at(-1) as Readonly<Record<string, string | undefined>>;
      if (groups["name"] !== undefined || groups["parameter"] !== undefined) return token;
      return /^(?:--|\/\*|#)/u.test(token) ? " " : "?";
    })
    .replaceAll(/\s+/gu, " ")
    .trim();
}
