/*
 * What may follow at a place in a query, for the page and the command line.
 *
 * Only the text before the cursor is looked at, and it need not be right: the last tokens say what
 * is expected. Names and values of attributes come from the store; the answer says which are wanted
 * and which filters before the cursor they should fit.
 */
import { keys, WAIT_KINDS } from "@spoor/trace";

import { SyntaxProblem, type Token, tokens } from "../syntax/lexer.ts";
import {
  AGGREGATES,
  ATTRIBUTE_SCOPES,
  HINTS,
  INTRINSIC_BY_ID,
  INTRINSIC_BY_SHORT_NAME,
  INTRINSICS,
  METRICS_FUNCTIONS,
  VALUE_WORDS,
  type ValueType,
} from "../syntax/vocabulary.ts";

/** One thing that may be inserted. */
export interface Completion {
  readonly text: string;
  readonly kind: "field" | "scope" | "value" | "operator" | "function" | "hint" | "structure";
  /** A few words on what it is; may be empty. */
  readonly meaning: string;
}

/** What a store should be asked for besides. */
export type CompletionLookup =
  | { readonly kind: "keys"; readonly scope: string }
  /** `field` as it stands in the query. */
  | { readonly kind: "values"; readonly field: string };

/** What may follow at a cursor. */
export interface Completions {
  /** The text from here to the cursor is replaced. */
  readonly start: number;
  /** What is being typed: items that do not begin so were left out. */
  readonly prefix: string;
  readonly items: readonly Completion[];
  readonly lookup: CompletionLookup | undefined;
}

/** What may stand at `cursor`, a number of characters from the start of `text`. Never throws. */
export function complete(text: string, cursor: number = text.length): Completions {
  const before = text.slice(0, cursor);
  const read = readTokens(before);
  const { typed, start, done } = splitLast(read, before);
  const state = stateAfter(done);
  const { items, lookup } = expected(state, done, typed);
  const prefix = typed.toLowerCase();
  return {
    start,
    prefix: typed,
    items: items.filter((one) => one.text.toLowerCase().startsWith(prefix)),
    lookup,
  };
}

/** As many tokens as can be read; an open string at the end is one too. */
function readTokens(text: string): readonly Token[] {
  for (const ending of ["", '"', "`", "x"]) {
    try {
      return tokens(text + ending).slice(0, -1);
    } catch (error) {
      if (!(error instanceof SyntaxProblem)) throw error;
    }
  }
  return [];
}

/** Divides what is being typed at the end from what is complete. */
function splitLast(
  read: readonly Token[],
  text: string,
): { typed: string; start: number; done: readonly Token[] } {
  const last = read.at(-1);
  const isTyping =
    last !== undefined &&
    last.place.end >= text.length &&
    (last.kind !== "symbol" || last.place.end > text.length) &&
    last.kind !== "end";
  if (!isTyping) return { typed: "", start: text.length, done: read };
  const { start } = last.place;
  return { typed: text.slice(start), start, done: read.slice(0, -1) };
}

/** What kind of thing stands next. */
type State = "stage" | "operand" | "value" | "afterOperand" | "afterStage" | "hint" | "fieldList";

/** Follows parentheses and braces to the place. */
function stateAfter(done: readonly Token[]): State {
  const open: string[] = [];
  for (const [index, token] of done.entries()) {
    if (token.kind !== "symbol") continue;
    if (token.text === "{") open.push("{");
    else if (token.text === "(") open.push(openerOf(done[index - 1]));
    else if (token.text === "}" || token.text === ")") open.pop();
  }
  const last = done.at(-1);
  const symbol = last?.kind === "symbol" ? last.text : undefined;
  const inside = open.at(-1);
  if (inside === "with") return "hint";
  if (inside === "list") return symbol === "(" || symbol === "," ? "fieldList" : "afterOperand";
  if (inside === "{" || inside === "field" || (inside === "(" && open.includes("{"))) {
    if (symbol !== undefined && COMPARING.has(symbol)) return "value";
    return symbol === undefined || symbol === ")" ? "afterOperand" : "operand";
  }
  return symbol === "}" || symbol === ")" ? "afterStage" : "stage";
}

function openerOf(before: Token | undefined): string {
  if (before?.kind !== "word") return "(";
  if (before.text === "with") return "with";
  return before.text === "by" || before.text === "select" ? "list" : "field";
}

const COMPARING: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">=", "=~", "!~"]);

interface Expected {
  readonly items: readonly Completion[];
  readonly lookup: CompletionLookup | undefined;
}

function expected(state: State, done: readonly Token[], typed: string): Expected {
  switch (state) {
    case "stage":
      return { items: done.length === 0 ? FIRST_STAGE : LATER_STAGE, lookup: undefined };
    case "afterStage":
      return { items: AFTER_STAGE, lookup: undefined };
    case "operand":
    case "fieldList":
      return { items: FIELDS, lookup: keysLookup(typed) };
    case "value":
      return values(done);
    case "afterOperand":
      return { items: operatorsFor(done.at(-1)), lookup: undefined };
    case "hint":
      return { items: hintItems(), lookup: undefined };
  }
}

/** `span.htt` asks for keys of spans, `.htt` for those of any scope. */
function keysLookup(typed: string): CompletionLookup {
  const scope = /^(?:parent\.)?(\w+)\./u.exec(typed)?.[1];
  const isScope = ATTRIBUTE_SCOPES.some((name) => name === scope);
  return { kind: "keys", scope: isScope && scope !== undefined ? scope : "any" };
}

function values(done: readonly Token[]): Expected {
  const field = done.at(-2);
  const type = field === undefined ? undefined : typeOfToken(field);
  const words = Array.from(VALUE_WORDS)
    .filter(([, literal]) => type === undefined || type === "any" || literal.type === type)
    .map(([text]) => item(text, "value", ""));
  const isText = type === undefined || type === "any" || type === "string";
  const text = field === undefined ? undefined : textOfToken(field);
  const lookup =
    isText && text !== undefined ? ({ kind: "values", field: text } as const) : undefined;
  const durations = type === "duration" ? ["10ms", "100ms", "1s", "10s"] : [];
  const isWait = field?.kind === "attribute" && field.key === keys.spoorWaitKind;
  const waits = isWait ? Object.entries(WAIT_KINDS) : [];
  return {
    items: [
      ...words,
      ...durations.map((one) => item(one, "value", "")),
      ...waits.map(([kind, meaning]) => item(JSON.stringify(kind), "value", meaning)),
    ],
    lookup,
  };
}

function typeOfToken(token: Token): ValueType | undefined {
  if (token.kind === "word") return INTRINSIC_BY_SHORT_NAME.get(token.text)?.type;
  if (token.kind === "scoped") return INTRINSIC_BY_ID.get(`${token.scope}:${token.name}`)?.type;
  return token.kind === "attribute" ? "any" : undefined;
}

function textOfToken(token: Token): string | undefined {
  if (token.kind === "word") return token.text;
  if (token.kind === "scoped") return `${token.scope}:${token.name}`;
  if (token.kind !== "attribute") return undefined;
  return `${token.scope === "any" ? "" : token.scope}.${token.key}`;
}

function operatorsFor(last: Token | undefined): readonly Completion[] {
  const type = last === undefined ? undefined : typeOfToken(last);
  const joining = ["&&", "||", "}"].map((text) => item(text, "operator", ""));
  if (type === undefined) return joining;
  const isCode = type !== undefined && CODES.has(type);
  const order = isCode ? [] : [">", ">=", "<", "<="];
  const patterns = type === "string" || type === "any" ? ["=~", "!~"] : [];
  const texts = ["=", "!=", ...patterns, ...order];
  return [...texts.map((text) => item(text, "operator", "")), ...joining];
}

const CODES: ReadonlySet<ValueType> = new Set(["status", "kind", "state", "boolean"]);

function item(text: string, kind: Completion["kind"], meaning: string): Completion {
  return { text, kind, meaning };
}

const AGGREGATE_ITEMS = AGGREGATES.map((name) =>
  item(`${name}(`, "function", "of the spans that were found"),
);

const FIRST_STAGE: readonly Completion[] = [
  item("{ ", "structure", "spans for which something is true"),
  item("!{ ", "structure", "traces without such a span"),
  ...AGGREGATE_ITEMS,
];

const LATER_STAGE: readonly Completion[] = [
  item("{ ", "structure", "spans for which something is true"),
  item("by(", "function", "divide the spans by a value"),
  item("select(", "function", "show more fields"),
  item("coalesce()", "function", "join what by( ) divided"),
  ...AGGREGATE_ITEMS,
  ...METRICS_FUNCTIONS.map((name) => item(`${name}(`, "function", "numbers over time")),
  item("compare(", "function", "what is different about some spans"),
  item("topk(", "function", "the largest series"),
  item("bottomk(", "function", "the smallest series"),
];

const AFTER_STAGE: readonly Completion[] = [
  item("| ", "structure", "what to do with the spans"),
  item("&& ", "operator", "both in one trace"),
  item("|| ", "operator", "one of both in a trace"),
  item(">> ", "operator", "with an ancestor on the left"),
  item("> ", "operator", "with a parent on the left"),
  item("<< ", "operator", "with a descendant on the left"),
  item("< ", "operator", "with a child on the left"),
  item("~ ", "operator", "with a sibling on the left"),
  item("&>> ", "operator", "both sides of >>"),
  item("!>> ", "operator", "without an ancestor on the left"),
  item("by (", "function", "a series for each value"),
  item("with(", "hint", "how to run the query"),
];

/** The fields of our own scopes that are asked for most; the formats have all. */
const WAIT_FIELDS: readonly (readonly [text: string, meaning: string])[] = [
  ["wait.kind", "what the span waited for, or waits for: db.lock"],
  ["wait.resource.name", "the table, the key of a lock, the host that is waited for"],
  ["wait.holder.process.command", "the process that holds it"],
  ["wait.holder.session.application", "the name that its session in the database has"],
  ["wait.holder.session.statement", "its last statement"],
  ["finding.code", "what its process found wrong with its tracing"],
];

const FIELDS: readonly Completion[] = [
  ...INTRINSICS.map(({ id, shortName, meaning }) => item(shortName ?? id, "field", meaning)),
  ...ATTRIBUTE_SCOPES.map((scope) => item(`${scope}.`, "scope", `attributes of the ${scope}`)),
  item("parent.", "scope", "the same of the parent"),
  ...WAIT_FIELDS.map(([text, meaning]) => item(text, "field", meaning)),
];

function hintItems(): Completion[] {
  return Array.from(HINTS, ([name, types]) => item(`${name}=`, "hint", types.join(" or ")));
}
