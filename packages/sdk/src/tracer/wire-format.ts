/*
 * What stands before each field of OTLP's trace messages: field number times eight plus wire type
 * (0 varint, 1 fixed64, 2 bytes, 5 fixed32). Source: trace.proto and common.proto of
 * opentelemetry-proto v1.9.
 */

/** `ScopeSpans.spans`. */
export const SPANS_TAG = 0x12;

export const SpanWire = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  parentSpanId: 0x22,
  name: 0x2a,
  kind: 0x30,
  startTimeUnixNano: 0x39,
  endTimeUnixNano: 0x41,
  attributes: 0x4a,
  droppedAttributesCount: 0x50,
  events: 0x5a,
  droppedEventsCount: 0x60,
  links: 0x6a,
  droppedLinksCount: 0x70,
  status: 0x7a,
  /** The only tag of two bytes. */
  flags: 0x85,
} as const;

export const EventWire = {
  timeUnixNano: 0x09,
  name: 0x12,
  attributes: 0x1a,
  droppedAttributesCount: 0x20,
} as const;

export const LinkWire = {
  traceId: 0x0a,
  spanId: 0x12,
  traceState: 0x1a,
  attributes: 0x22,
  droppedAttributesCount: 0x28,
  flags: 0x35,
} as const;

export const StatusWire = { message: 0x12, code: 0x18 } as const;

export const KeyValueWire = { key: 0x0a, value: 0x12 } as const;

export const AnyValueWire = {
  stringValue: 0x0a,
  boolValue: 0x10,
  intValue: 0x18,
  doubleValue: 0x21,
  arrayValue: 0x2a,
  kvlistValue: 0x32,
  bytesValue: 0x3a,
} as const;

/** The one field of `ArrayValue` and of `KeyValueList`. */
export const LIST_TAG = 0x0a;
