/*
 * What of a trace a reader looks for, and which rows have it.
 */
import { attributeText, type Attributes, type Span, spanTitle } from "@spoor/trace";
import type { TraceShape } from "./trace-shape.ts";

/** What the reader typed, understood. */
export type Find =
  | { readonly kind: "nothing" }
  /** Anywhere in name, service, status message, event names and attributes; in lower case. */
  | { readonly kind: "text"; readonly text: string }
  /** The attribute `key` has exactly this value, as text. */
  | { readonly kind: "attribute"; readonly key: string; readonly value: string }
  | { readonly kind: "duration"; readonly sign: ">" | "<"; readonly nano: number };

const DURATION = /^([<>])\s*(\d+(?:\.\d+)?)\s*(ns|us|µs|ms|s|m|h)$/;
const ATTRIBUTE = /^([^\s=<>]+)\s*=\s*(.*)$/s;
const UNIT_NANO: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3,
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
};

/** `redis` is text, `http.route = /cart` an attribute, `>50ms` a duration. */
export function parseFind(typed: string): Find {
  const text = typed.trim();
  if (text === "") return { kind: "nothing" };
  const [, sign, amount = "", unit = ""] = DURATION.exec(text) ?? [];
  if (sign === ">" || sign === "<") {
    return { kind: "duration", sign, nano: Number(amount) * (UNIT_NANO[unit] ?? 1) };
  }
  const [, key, value = ""] = ATTRIBUTE.exec(text) ?? [];
  if (key !== undefined) return { kind: "attribute", key, value: unquoted(value) };
  return { kind: "text", text: text.toLowerCase() };
}

/** What finds an attribute again when it is typed. */
export function attributeFind(key: string, value: string): string {
  return `${key}=${/^["\s]|["\s]$/.test(value) ? JSON.stringify(value) : value}`;
}

function unquoted(value: string): string {
  if (!/^".*"$/s.test(value)) return value;
  try {
    const parsed: unknown = JSON.parse(value);
    return typeof parsed === "string" ? parsed : value;
  } catch {
    // Quotes that belong to the value.
    return value;
  }
}

/**
 * 1 for each row that has what is looked for; undefined when nothing is. What spans say counts only
 * for those in `loaded`. Cost: O(rows) and the length of what the loaded spans say.
 */
export function matchesOf(
  shape: TraceShape,
  find: Find,
  loaded: Iterable<readonly [row: number, span: Span]>,
): Uint8Array | undefined {
  if (find.kind === "nothing") return undefined;
  const matches = new Uint8Array(shape.rows.rowCount);
  if (find.kind === "duration") {
    for (const [row, nano] of shape.skeleton.durationNano.entries()) {
      if (find.sign === ">" ? nano > find.nano : nano < find.nano) matches[row] = 1;
    }
    return matches;
  }
  if (find.kind === "text") matchWords(shape, find.text, matches);
  for (const [row, span] of loaded) {
    if (matches[row] === 0 && saysIt(span, find)) matches[row] = 1;
  }
  return matches;
}

/** Each word once, however many rows have it. */
function matchWords({ skeleton }: TraceShape, text: string, matches: Uint8Array): void {
  const has = (word: string): boolean => word.toLowerCase().includes(text);
  const [names, services] = [skeleton.names.map(has), skeleton.services.map(has)];
  for (let row = 0; row < matches.length; row += 1) {
    if (names[skeleton.name[row] ?? -1] === true) matches[row] = 1;
    else if (services[skeleton.service[row] ?? -1] === true) matches[row] = 1;
  }
}

function saysIt(span: Span, find: Exclude<Find, { kind: "nothing" | "duration" }>): boolean {
  if (find.kind === "attribute") {
    return [span.attributes, span.resource.attributes].some((attributes) => {
      const value = attributes.get(find.key);
      return value !== undefined && attributeText(value) === find.value;
    });
  }
  const { text } = find;
  return (
    spanTitle(span).toLowerCase().includes(text) ||
    span.spanId.startsWith(text) ||
    span.status.message.toLowerCase().includes(text) ||
    hasText(span.attributes, text) ||
    hasText(span.resource.attributes, text) ||
    span.events.some(
      (event) => event.name.toLowerCase().includes(text) || hasText(event.attributes, text),
    )
  );
}

function hasText(attributes: Attributes, text: string): boolean {
  for (const [key, value] of attributes) {
    if (key.toLowerCase().includes(text)) return true;
    if (attributeText(value).toLowerCase().includes(text)) return true;
  }
  return false;
}

/** The next row after `from` that is wanted, round the end if need be; -1 when none is. */
export function nextRowWhere(
  rowCount: number,
  { from, step }: { readonly from: number; readonly step: 1 | -1 },
  isWanted: (row: number) => boolean,
): number {
  const start = from === -1 && step === -1 ? 0 : from;
  for (let count = 1; count <= rowCount; count += 1) {
    const row = (((start + count * step) % rowCount) + rowCount) % rowCount;
    if (isWanted(row)) return row;
  }
  return -1;
}
