/*
 * What somebody means who types or pastes something into the one field that stands on every page.
 */
import { isTraceId, TRACE_ID_PREFIX_DIGITS_MIN } from "@spoor/trace";

/** Where the text leads. */
export type OmniboxTarget =
  | { readonly kind: "nothing" }
  | { readonly kind: "help" }
  | { readonly kind: "command"; readonly text: string }
  | { readonly kind: "trace"; readonly traceId: string; readonly spanId?: string }
  | { readonly kind: "query"; readonly q: string };

const TRACEPARENT = /\b[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}\b/i;
const UUID = /\b([0-9a-f]{8})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{4})-([0-9a-f]{12})\b/i;
const TRACE_ID = /(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])/i;
const SPAN_ID = /(?<![0-9a-f])[0-9a-f]{16}(?![0-9a-f])/i;
const PREFIX = /^[0-9a-f]+$/i;

/**
 * Reads a trace id or its beginning, a span id, a `traceparent`, a line of a log with one of them,
 * `>` and a command, `?`, or a query. Everything else is a query too: that is never wrong.
 */
export function readOmnibox(text: string): OmniboxTarget {
  const given = text.trim();
  if (given === "") return { kind: "nothing" };
  if (given === "?") return { kind: "help" };
  if (given.startsWith(">")) return { kind: "command", text: given.slice(1).trim() };
  // A query may name ids; they are conditions there and not the target.
  if (given.includes("{") && given.includes("}") && /^[{(]/.test(given) && !given.includes('":')) {
    return { kind: "query", q: given };
  }
  return traceIn(given) ?? spanOrPrefix(given) ?? { kind: "query", q: given };
}

/** A whole trace id anywhere in the text. */
function traceIn(text: string): OmniboxTarget | undefined {
  const parent = TRACEPARENT.exec(text);
  const uuid = UUID.exec(text);
  const found = parent?.[1] ?? TRACE_ID.exec(text)?.[0] ?? uuid?.slice(1).join("");
  const traceId = found?.toLowerCase() ?? "";
  if (!isTraceId(traceId)) return undefined;
  const spanId = (parent?.[2] ?? SPAN_ID.exec(text)?.[0])?.toLowerCase();
  return { kind: "trace", traceId, ...(spanId === undefined ? {} : { spanId }) };
}

/** The text is one word of hexadecimal digits: 16 of them are a span id or half a trace id. */
function spanOrPrefix(text: string): OmniboxTarget | undefined {
  const digits = text.toLowerCase();
  if (!PREFIX.test(digits) || digits.length < TRACE_ID_PREFIX_DIGITS_MIN) return undefined;
  if (digits.length === 16) {
    return { kind: "query", q: `{ span:id = "${digits}" || trace:id =~ "${digits}.*" }` };
  }
  return digits.length < 32 ? { kind: "trace", traceId: digits } : undefined;
}
