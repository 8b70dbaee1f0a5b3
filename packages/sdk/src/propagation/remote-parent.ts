import type { Context, SpanContext, TraceState } from "@opentelemetry/api";
import { TraceIdentity } from "../base/trace-identity.ts";
import { UnrecordedSpan } from "../base/unrecorded-span.ts";
import { isTracingSuppressed, LinkedContext, spanOf } from "../context/linked-context.ts";

/** What a header says about the parent of the spans here. */
export interface RemoteParent {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceFlags: number;
  readonly traceState?: TraceState | undefined;
}

/** `context` with a parent from another process. The ids must have been found valid. */
export function withRemoteParent(context: Context, parent: RemoteParent): LinkedContext {
  const { traceId, spanId, traceFlags, traceState } = parent;
  const ids = { traceId, spanId, traceFlags, isRemote: true };
  const spanContext: SpanContext = traceState === undefined ? ids : { ...ids, traceState };
  const span = new UnrecordedSpan(TraceIdentity.of(spanContext), spanContext);
  return LinkedContext.on(context).withSpan(span);
}

/** The span whose context goes into the headers of a request, if one should. */
export function spanContextToSend(context: Context): SpanContext | undefined {
  if (isTracingSuppressed(context)) return undefined;
  const spanContext = spanOf(context)?.spanContext();
  if (spanContext === undefined) return undefined;
  return isTraceId(spanContext.traceId) && isSpanId(spanContext.spanId) ? spanContext : undefined;
}

const TRACE_ID = /^[0-9a-f]{32}$/i;
const SPAN_ID = /^[0-9a-f]{16}$/i;

/** 32 hexadecimal digits, not all of them zero. */
export function isTraceId(text: string): boolean {
  return TRACE_ID.test(text) && text !== "00000000000000000000000000000000";
}

/** 16 hexadecimal digits, not all of them zero. */
export function isSpanId(text: string): boolean {
  return SPAN_ID.test(text) && text !== "0000000000000000";
}
