/** Bytes in a trace id. W3C Trace Context level 2, section 3.2.2.3. */
export const TRACE_ID_BYTES = 16;
/** Bytes in a span id. W3C Trace Context level 2, section 3.2.2.4. */
export const SPAN_ID_BYTES = 8;

const TRACE_ID = /^[0-9a-f]{32}$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const ALL_ZERO = /^0+$/;

/** True for 32 lower-case hex digits that are not all zero (the invalid trace id). */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text) && !ALL_ZERO.test(text);
}

/** True for 16 lower-case hex digits that are not all zero (the invalid span id). */
export function isSpanId(text: string): boolean {
  return SPAN_ID.test(text) && !ALL_ZERO.test(text);
}
