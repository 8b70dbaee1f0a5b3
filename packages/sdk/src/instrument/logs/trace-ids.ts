/** The ids that a log line carries: those of the span in which it is written. */
import { type Context, context, isSpanContextValid, trace } from "@opentelemetry/api";

/** Where a line belongs. */
export interface LineOrigin {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
}

/**
 * The span of `within`, or undefined outside of any. A span that was sampled out counts: its lines
 * are still those of one request, also in other services.
 */
export function lineOrigin(within: Context = context.active()): LineOrigin | undefined {
  const spanContext = trace.getSpanContext(within);
  return spanContext !== undefined && isSpanContextValid(spanContext) ? spanContext : undefined;
}
