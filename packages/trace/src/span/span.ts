import type { Attributes } from "./attributes.ts";
import type { SpanKind } from "./kind.ts";
import type { InstrumentationScope, Resource } from "./resource.ts";
import type { SpanStatus } from "./status.ts";

/**
 * One span, every field that OTLP carries. Immutable; resource and scope are shared objects.
 * Source: opentelemetry/proto/trace/v1/trace.proto, Span.
 */
export interface Span {
  /** 32 lower-case hex digits. */
  readonly traceId: string;
  /** 16 lower-case hex digits. */
  readonly spanId: string;
  /** 16 lower-case hex digits, or empty for a root span. */
  readonly parentSpanId: string;
  readonly traceState: string;
  /** W3C trace flags in bits 0-7, "parent is remote" in bits 8-9. */
  readonly flags: number;
  readonly name: string;
  readonly kind: SpanKind;
  /** 0 to 2^64-1; 0 means the sender did not say. */
  readonly startTimeUnixNano: bigint;
  /** 0 to 2^64-1; may lie before the start when a clock was set back. */
  readonly endTimeUnixNano: bigint;
  readonly status: SpanStatus;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  readonly events: readonly SpanEvent[];
  readonly droppedEventsCount: number;
  readonly links: readonly SpanLink[];
  readonly droppedLinksCount: number;
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/** A moment inside a span. Not a log record: it has no severity and no body. */
export interface SpanEvent {
  readonly timeUnixNano: bigint;
  readonly name: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** A pointer to a span of this or another trace. */
export interface SpanLink {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
}

/** All spans of one trace that are known now. Later spans may still arrive. */
export interface Trace {
  readonly traceId: string;
  /** Ordered by start time, then by span id. */
  readonly spans: readonly Span[];
}

/** One row in a list of traces. */
export interface TraceSummary {
  readonly traceId: string;
  /** `service.name` of the root span, or of the earliest span while no root has arrived. */
  readonly rootService: string;
  /** Name of the root span, or of the earliest span while no root has arrived. */
  readonly rootName: string;
  /** False while no span without a parent has arrived. */
  readonly hasRoot: boolean;
  readonly startTimeUnixNano: bigint;
  /** From the first start to the last end, over all spans. */
  readonly durationNano: bigint;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Distinct service names, sorted. */
  readonly services: readonly string[];
}

/** `end - start` in ns; negative when the clock was set back in between. Safe up to 104 days. */
export function spanDurationNano(
  span: Pick<Span, "startTimeUnixNano" | "endTimeUnixNano">,
): number {
  return Number(span.endTimeUnixNano - span.startTimeUnixNano);
}
