/*
 * The plain form of a search, as people type it into a box: `service:checkout duration>2s
 * -status:ok user.id:42 "timed out"`.
 *
 * Words belong to one span, all of them. `-` before a word negates it. The result is the TraceQL
 * text, which is shown, so that whoever needs more can go on from there.
 */
import type { Place, Problem } from "../base/place.ts";
import { parseDurationNano } from "../syntax/lexer.ts";
import { print } from "../syntax/print.ts";
import { parse } from "../syntax/parse.ts";
import { INTRINSIC_BY_ID, INTRINSIC_BY_SHORT_NAME, VALUE_WORDS } from "../syntax/vocabulary.ts";

/** What a plain search means in TraceQL, or why it means nothing. */
export type Translation =
  | { readonly ok: true; readonly traceql: string }
  | { readonly ok: false; readonly problem: Problem };

/**
 * Translates a plain search. Text that is TraceQL already comes back as it is.
 *
 * A word is `key:value` or `key` with one of `= != > >= < <=` and a value; `key:a,b` is either; `*`
 * in a value stands for any text; a word without a key is looked for in names and status messages.
 * `service`, `name`, `state`, `status`, `kind`, `duration`, `trace`, `root` and `rootservice` are
 * what they say, `resource.x` and `span.x` are attributes of that scope, other keys of any scope.
 */
export function translate(text: string): Translation {
  if (isTraceQl(text)) return { ok: true, traceql: text.trim() };
  const words = wordsOf(text);
  const conditions: string[] = [];
  for (const word of words) {
    const condition = conditionOf(word);
    if (typeof condition !== "string") return { ok: false, problem: condition };
    conditions.push(word.isNegated ? negated(condition) : condition);
  }
  const traceql = conditions.length === 0 ? "{ }" : `{ ${conditions.join(" && ")} }`;
  const parsed = parse(traceql);
  if (parsed.ok) return { ok: true, traceql: print(parsed.query) };
  const place = { start: 0, end: text.length };
  return { ok: false, problem: { ...parsed.problem, place } };
}

/** Braces and calls are in no plain search. */
function isTraceQl(text: string): boolean {
  return /^\s*[!(]*\s*\{|^\s*(?:count|min|max|avg|sum|by|select)\s*\(/u.test(text);
}

interface Word {
  readonly isNegated: boolean;
  /** Empty for a word without a key. */
  readonly key: string;
  readonly operator: string;
  readonly value: string;
  /** A value between quotation marks is text, whatever it looks like. */
  readonly isQuoted: boolean;
  readonly place: Place;
}

const WORD =
  /(?<negation>-?)(?:(?<key>[^\s:=<>!"]+)(?<operator>:|!=|>=|<=|=|>|<))?(?:"(?<quoted>(?:[^"\\]|\\.)*)"|(?<plain>\S*))/gu;

function wordsOf(text: string): Word[] {
  return Array.from(text.matchAll(WORD)).flatMap((match) => {
    const { negation = "", key = "", operator = ":", quoted, plain = "" } = match.groups ?? {};
    if (match[0] === "" || match[0] === "-") return [];
    const value = quoted === undefined ? plain : quoted.replaceAll(/\\(.)/gu, "$1");
    const place = { start: match.index, end: match.index + match[0].length };
    const isQuoted = quoted !== undefined;
    return [{ isNegated: negation !== "", key, operator, value, isQuoted, place }];
  });
}

/** `-key:value` is true as well for spans that do not have the key. */
function negated(condition: string): string {
  return `!(${condition})`;
}

function conditionOf(word: Word): string | Problem {
  if (word.key === "") return freeText(word);
  const field = isState(word) ? STATE : fieldOf(word.key);
  const { place } = word;
  if (word.value === "") {
    const message = `${word.key} is compared with nothing`;
    return { place, message, hint: "Write the value behind it: status:error." };
  }
  const operator = word.operator === ":" ? "=" : word.operator;
  const values = word.isQuoted ? [word.value] : word.value.split(",").filter((one) => one !== "");
  const conditions: string[] = [];
  for (const value of values) {
    const condition = comparison(field, operator, { ...word, value });
    if (typeof condition !== "string") return condition;
    conditions.push(condition);
  }
  const joined = conditions.join(operator === "!=" ? " && " : " || ");
  return conditions.length === 1 ? joined : `(${joined})`;
}

/** Text that is meant to occur somewhere: in the name of a span or in what it says went wrong. */
function freeText({ value }: Word): string {
  const pattern = quote(`(?i).*${escapePattern(value)}.*`);
  return `(name =~ ${pattern} || statusMessage =~ ${pattern})`;
}

/** `state:open`; an attribute of that name has other values. */
function isState({ key, value }: Word): boolean {
  const words = value.toLowerCase().split(",");
  return key === "state" && words.every((one) => VALUE_WORDS.get(one)?.type === "state");
}

const STATE: PlainField = { text: "span:state", type: "state" };

interface PlainField {
  readonly text: string;
  /** The type that a value must have; undefined for an attribute. */
  readonly type: string | undefined;
}

const ALIASES: ReadonlyMap<string, string> = new Map([
  ["service", "resource.service.name"],
  ["trace", "trace:id"],
  ["traceid", "trace:id"],
  ["span", "span:id"],
  ["spanid", "span:id"],
  ["root", "trace:rootName"],
  ["rootservice", "trace:rootService"],
  ["message", "statusMessage"],
  ["error", "statusMessage"],
]);

function fieldOf(key: string): PlainField {
  const alias = ALIASES.get(key.toLowerCase()) ?? key;
  const intrinsic = INTRINSIC_BY_SHORT_NAME.get(alias) ?? INTRINSIC_BY_ID.get(alias);
  if (intrinsic !== undefined) return { text: alias, type: intrinsic.type };
  if (alias !== key) return { text: alias, type: "string" };
  const scope =
    /^(?:span|resource|event|link|instrumentation|wait|finding)\./u.exec(key)?.[0] ?? ".";
  const name = key.startsWith(scope) ? key.slice(scope.length) : key;
  const isPlain = !/[{}()~&|^,]/u.test(name) && !(scope === "." && /^\d/u.test(name));
  return { text: `${scope}${isPlain ? name : quote(name)}`, type: undefined };
}

function comparison({ text, type }: PlainField, operator: string, word: Word): string | Problem {
  const { value, isQuoted, place } = word;
  if (type === "status" || type === "kind" || type === "state") {
    const literal = VALUE_WORDS.get(value.toLowerCase());
    if (literal?.type === type) return `${text} ${operator} ${value.toLowerCase()}`;
    const known = [...VALUE_WORDS].filter(([, { type: other }]) => other === type);
    const hint = `It is one of ${known.map(([name]) => name).join(", ")}.`;
    return { place, message: `there is no ${type} ${value}`, hint };
  }
  if (type === "duration") {
    if (parseDurationNano(value) !== undefined) return `${text} ${operator} ${value}`;
    const hint = "Write a number with a unit: 250ms, 1.5s, 2m.";
    return { place, message: `${value} is no duration`, hint };
  }
  if (!isQuoted && value.includes("*") && (operator === "=" || operator === "!=")) {
    const pattern = value.split("*").map(escapePattern).join(".*");
    return `${text} ${operator === "=" ? "=~" : "!~"} ${quote(pattern)}`;
  }
  const literals = isQuoted || type === "string" ? [quote(value)] : literalsOf(value);
  const joined = literals.map((literal) => `${text} ${operator} ${literal}`);
  const [only] = joined;
  if (joined.length === 1 && only !== undefined) return only;
  return `(${joined.join(operator === "!=" ? " && " : " || ")})`;
}

/** `42` may have been sent as a number or as text: nobody who searches knows. */
function literalsOf(value: string): string[] {
  if (/^-?\d{1,18}(?:\.\d+)?$/u.test(value)) return [value, quote(value)];
  if (value === "true" || value === "false") return [value, quote(value)];
  if (parseDurationNano(value) !== undefined) return [value, quote(value)];
  return [quote(value)];
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.|?*+()[\]{}]/gu, "\\$&");
}

function quote(text: string): string {
  return JSON.stringify(text);
}
