import { isSpanId, isTraceId } from "./ids.ts";

/** What a person or a header meant when it named a trace. */
export type TraceReference =
  | { readonly kind: "traceId"; readonly traceId: string; readonly spanId?: string }
  | { readonly kind: "prefix"; readonly prefix: string }
  | { readonly kind: "invalid"; readonly reason: string };

/** The shortest prefix that is looked up: 4 digits already tell 65,536 traces apart. */
export const TRACE_ID_PREFIX_DIGITS_MIN = 4;

const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}(?:-.*)?$/;
const PREFIX = /^[0-9a-f]+$/;

/**
 * Reads a trace id, a prefix of one, or a `traceparent` header value, in either case and with
 * surrounding white space or the dashes of a UUID.
 *
 * Never throws: what cannot be read comes back as `invalid` with a reason meant for a person.
 */
export function parseTraceReference(text: string): TraceReference {
  const given = text.trim().toLowerCase();
  const traceparent = TRACEPARENT.exec(given);
  if (traceparent !== null) return fromTraceparent(traceparent[1] ?? "", traceparent[2] ?? "");
  const digits = given.replaceAll("-", "");
  if (isTraceId(digits)) return { kind: "traceId", traceId: digits };
  if (/^0{32}$/.test(digits)) {
    return { kind: "invalid", reason: "a trace id of 32 zeros is the invalid trace id" };
  }
  if (!PREFIX.test(digits)) {
    return { kind: "invalid", reason: "a trace id has only the digits 0-9 and a-f" };
  }
  if (digits.length > 32) {
    return { kind: "invalid", reason: `a trace id has 32 digits, this has ${digits.length}` };
  }
  if (digits.length < TRACE_ID_PREFIX_DIGITS_MIN) {
    const reason = `a prefix needs at least ${TRACE_ID_PREFIX_DIGITS_MIN} digits`;
    return { kind: "invalid", reason };
  }
  return { kind: "prefix", prefix: digits };
}

function fromTraceparent(traceId: string, spanId: string): TraceReference {
  if (!isTraceId(traceId)) return { kind: "invalid", reason: "this traceparent has no trace id" };
  return isSpanId(spanId) ? { kind: "traceId", traceId, spanId } : { kind: "traceId", traceId };
}
