/* The whole query. */
import { nearest } from "@spoor/trace";

import type { Problem } from "../base/place.ts";
import { SyntaxProblem, tokens } from "./lexer.ts";
import { MetricsParser, SERIES_FUNCTIONS } from "./parse-metrics.ts";
import { SpansetParser } from "./parse-spansets.ts";
import type { Hint, Query } from "./syntax-tree.ts";
import { TokenReader } from "./token-reader.ts";
import { HINTS } from "./vocabulary.ts";

/** A query, or what is wrong with the text. */
export type Parsed =
  | { readonly ok: true; readonly query: Query }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Reads a query. Only its form is looked at; `check` says whether it makes sense too.
 *
 * Never throws. Cost: linear in the text, which may have 32,768 characters.
 */
export function parse(text: string): Parsed {
  try {
    return { ok: true, query: parseQuery(text) };
  } catch (error) {
    if (error instanceof SyntaxProblem) return { ok: false, problem: error.problem };
    throw error;
  }
}

function parseQuery(text: string): Query {
  const all = tokens(text);
  const reader = new TokenReader(all);
  const spansets = new SpansetParser(reader);
  const isMetrics = all.some(
    (token, at) =>
      token.kind === "word" && SERIES_FUNCTIONS.has(token.text) && isOpening(all[at + 1]),
  );
  if (reader.peek().kind === "end") {
    const hint = "{ } finds everything.";
    throw new SyntaxProblem(reader.peek().place, "there is no query", hint);
  }
  if (isMetrics) {
    const metrics = new MetricsParser(reader, spansets).metrics();
    const hints = parseHints(reader);
    requireEnd(reader);
    return { kind: "metrics", metrics, hints };
  }
  const pipeline = spansets.pipeline();
  const hints = parseHints(reader);
  requireEnd(reader);
  return { kind: "search", pipeline, hints };
}

function isOpening(token: ReturnType<TokenReader["peek"]> | undefined): boolean {
  return token?.kind === "symbol" && token.text === "(";
}

function requireEnd(reader: TokenReader): void {
  if (reader.peek().kind === "end") return;
  if (reader.isSymbol("|") && reader.peek(1).kind === "word") {
    const word = reader.peek(1);
    const message = "this step needs a metrics function before it";
    throw new SyntaxProblem(word.place, message, "Write … | rate() | topk(10).");
  }
  throw reader.unexpected("the end of the query, an operator or |");
}

function parseHints(reader: TokenReader): Hint[] {
  if (!reader.isWord("with")) return [];
  reader.take();
  reader.expect("(", "after with");
  const hints: Hint[] = [];
  do hints.push(parseHint(reader));
  while (reader.skip(","));
  reader.expect(")", "to end with");
  return hints;
}

function parseHint(reader: TokenReader): Hint {
  const token = reader.take();
  if (token.kind !== "word") {
    throw new SyntaxProblem(token.place, "a hint begins with its name", "Write with(sample=0.1).");
  }
  if (!HINTS.has(token.text)) {
    const meant = nearest(token.text, HINTS.keys());
    const known = meant ?? [...HINTS.keys()].join(", ");
    throw new SyntaxProblem(token.place, `there is no hint ${token.text}`, `Known: ${known}.`);
  }
  reader.expect("=", "and the value of the hint");
  const value = hintValue(reader);
  const types = HINTS.get(token.text) ?? [];
  const place = reader.since(token.place);
  if (!types.some((type) => type === typeof value)) {
    throw new SyntaxProblem(place, `${token.text} takes a ${types.join(" or a ")}`);
  }
  return { name: token.text, value, place };
}

function hintValue(reader: TokenReader): Hint["value"] {
  const token = reader.take();
  if (token.kind === "word" && token.text === "true") return true;
  if (token.kind === "word" && token.text === "false") return false;
  if (token.kind === "string") return token.value;
  if (token.kind === "int" || token.kind === "float") return Number(token.value);
  throw new SyntaxProblem(token.place, "a hint is true, false, a number or text");
}
