/*
 * SQL without what users typed into it: literals become `?`.
 *
 * A statement is read once, left to right. Quoted identifiers and placeholders stay; comments,
 * strings, numbers, dollar-quoted bodies and hexadecimal literals go. What cannot be told apart in
 * all dialects (`"x"` is a name in PostgreSQL and may be a string in MySQL) is decided by the
 * dialect. A quote that never closes takes the rest of the statement with it: the error is on the
 * side of saying too little.
 */

/** How a database writes strings and identifiers. */
export type SqlDialect = "postgresql" | "mysql";

const BLOCK_COMMENT = String.raw`\/\*[\s\S]*?(?:\*\/|$)`;
const LINE_COMMENT = String.raw`--[^\n]*`;
const NUMBER = String.raw`0[xX][\da-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?`;
const WORD_REST = String.raw`[\w$\u0080-\uffff]*`;

/** In order: comments, strings, quoted names, placeholders, words, numbers. */
const POSTGRESQL = tokenPattern(
  LINE_COMMENT,
  BLOCK_COMMENT,
  String.raw`[eE]'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
  String.raw`(?:[bBxXnN]|[uU]&)?'(?:[^']|'')*(?:'|$)`,
  String.raw`\$([A-Za-z_][A-Za-z_0-9]*)?\$[\s\S]*?(?:\$\1\$|$)`,
  String.raw`"(?:[^"]|"")*(?:"|$)`,
  String.raw`\$\d+`,
  String.raw`[A-Za-z_\u0080-\uffff]${WORD_REST}`,
  NUMBER,
);
const MYSQL = tokenPattern(
  LINE_COMMENT,
  String.raw`#[^\n]*`,
  BLOCK_COMMENT,
  String.raw`[bBxXnN]?'(?:[^'\\]|\\[\s\S]|'')*(?:'|$)`,
  String.raw`"(?:[^"\\]|\\[\s\S]|"")*(?:"|$)`,
  "`(?:[^`]|``)*(?:`|$)",
  String.raw`[A-Za-z_\u0080-\uffff@]${WORD_REST}`,
  NUMBER,
);

function tokenPattern(...tokens: readonly string[]): RegExp {
  return new RegExp(tokens.join("|"), "gu");
}

/** Statements of which the result is kept. An application has few, and runs each of them often. */
const REMEMBERED_MAX = 500;
/** A longer statement, in characters, is most likely unique. */
const REMEMBERED_LENGTH_MAX = 2000;

/** What is known of a statement without parsing it. */
export interface Statement {
  /** With `?` in the place of every literal, and without its comments. */
  readonly sanitised: string;
  /** Its first word in capitals, such as `SELECT`; empty where there is none. */
  readonly operation: string;
}

const remembered: Readonly<Record<SqlDialect, Map<string, Statement>>> = {
  postgresql: new Map(),
  mysql: new Map(),
};

/** What is known of `statement`. */
export function readStatement(statement: string, dialect: SqlDialect): Statement {
  const known = remembered[dialect];
  const kept = known.get(statement);
  if (kept !== undefined) return kept;
  const sanitised = withoutLiterals(statement, dialect);
  const [operation = ""] = /^[A-Za-z]+/u.exec(sanitised) ?? [];
  const read = { sanitised, operation: operation.toUpperCase() };
  if (statement.length > REMEMBERED_LENGTH_MAX) return read;
  // Emptied when full: an application that makes its statements from literals gains nothing anyway.
  if (known.size >= REMEMBERED_MAX) known.clear();
  known.set(statement, read);
  return read;
}

/**
 * `statement` with `?` in the place of every literal, and without its comments.
 *
 * @example
 * sanitiseStatement("SELECT * FROM users WHERE name = 'Ann' LIMIT 10", "postgresql");
 * // "SELECT * FROM users WHERE name = ? LIMIT ?"
 */
export function sanitiseStatement(statement: string, dialect: SqlDialect): string {
  return readStatement(statement, dialect).sanitised;
}

function withoutLiterals(statement: string, dialect: SqlDialect): string {
  const pattern = dialect === "postgresql" ? POSTGRESQL : MYSQL;
  const sanitised = statement.replace(pattern, (token) => {
    const first = token[0] ?? "";
    if (token.startsWith("--") || token.startsWith("/*")) return "";
    if (dialect === "mysql" && first === "#") return "";
    if (isKept(token, first, dialect)) return token;
    return "?";
  });
  return sanitised.trim();
}

function isKept(token: string, first: string, dialect: SqlDialect): boolean {
  if (first === "`") return true;
  if (first === '"') return dialect === "postgresql";
  // A name, unless it is the prefix of a string; or a placeholder such as $1.
  if (/^[A-Za-z_@\u0080-\uffff]/u.test(token)) return !token.includes("'");
  return /^\$\d+$/u.test(token);
}
