import type { HolderSpan } from "@spoor/trace";

/**
 * The span in a text that carries a W3C traceparent: a comment in a statement, as sqlcommenter
 * writes it (`traceparent='00-…-01'`), or an `application_name`. Undefined without a valid one.
 */
export function spanIn(text: string | undefined): HolderSpan | undefined {
  const match = /\b[\da-f]{2}-([\da-f]{32})-([\da-f]{16})-[\da-f]{2}\b/u.exec(text ?? "");
  const [, traceId, spanId] = match ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  // All zeros are invalid. W3C Trace Context, section 3.2.2.3 and 3.2.2.4.
  if (/^0+$/u.test(traceId) || /^0+$/u.test(spanId)) return undefined;
  return { traceId, spanId };
}
