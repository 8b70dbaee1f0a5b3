import type { Attributes, AttributeValue } from "../span/attributes.ts";
import type { InstrumentationScope, Resource } from "../span/resource.ts";

/**
 * One log record, every field that OTLP carries. Immutable; resource and scope are shared objects.
 * A log record belongs to a trace when it has a trace id; it is never part of a span.
 * Source: opentelemetry/proto/logs/v1/logs.proto, LogRecord.
 */
export interface LogRecord {
  /** 32 lower-case hex digits, or empty when the log record belongs to no trace. */
  readonly traceId: string;
  /** 16 lower-case hex digits, or empty when it belongs to no span. */
  readonly spanId: string;
  /** When it happened, 0 to 2^64-1; 0 means that the sender did not know. */
  readonly timeUnixNano: bigint;
  /** When it was first seen by a telemetry system, 0 to 2^64-1. */
  readonly observedTimeUnixNano: bigint;
  /** 1 to 24, or 0 for none. */
  readonly severityNumber: number;
  /** The sender's own word for the severity. */
  readonly severityText: string;
  /** Which event this is; empty for a log record that is not an event. */
  readonly eventName: string;
  /** Text, or any other value; null when there is none. */
  readonly body: AttributeValue;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  /** W3C trace flags in bits 0-7. */
  readonly flags: number;
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/**
 * The time by which log records are put in order: when it happened or, where the sender did not
 * know, when it was seen. Source: OpenTelemetry logs data model, "Field: ObservedTimestamp".
 */
export function logRecordTimeUnixNano(
  record: Pick<LogRecord, "timeUnixNano" | "observedTimeUnixNano">,
): bigint {
  return record.timeUnixNano === 0n ? record.observedTimeUnixNano : record.timeUnixNano;
}
