/*
 * Field numbers of the OTLP trace messages.
 *
 * Source: opentelemetry-proto v1.9: trace/v1/trace.proto. Names are those of OTLP/JSON.
 */

export const SpanField = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  parentSpanId: 4,
  name: 5,
  kind: 6,
  startTimeUnixNano: 7,
  endTimeUnixNano: 8,
  attributes: 9,
  droppedAttributesCount: 10,
  events: 11,
  droppedEventsCount: 12,
  links: 13,
  droppedLinksCount: 14,
  status: 15,
  flags: 16,
} as const;

export const EventField = {
  timeUnixNano: 1,
  name: 2,
  attributes: 3,
  droppedAttributesCount: 4,
} as const;

export const LinkField = {
  traceId: 1,
  spanId: 2,
  traceState: 3,
  attributes: 4,
  droppedAttributesCount: 5,
  flags: 6,
} as const;

/** Field 1 was a code of OTLP before 0.8; it is reserved. */
export const StatusField = { message: 2, code: 3 } as const;
