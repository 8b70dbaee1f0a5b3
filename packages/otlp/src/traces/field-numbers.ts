/*
 * Field numbers of the OTLP trace messages.
 *
 * Source: opentelemetry-proto v1.9: collector/trace/v1/trace_service.proto, trace/v1/trace.proto,
 * resource/v1/resource.proto, common/v1/common.proto. Names are those of OTLP/JSON.
 */

/** ExportTraceServiceRequest, and TracesData, which has the same shape. */
export const RequestField = { resourceSpans: 1 } as const;

export const ResourceSpansField = { resource: 1, scopeSpans: 2, schemaUrl: 3 } as const;

export const ScopeSpansField = { scope: 1, spans: 2, schemaUrl: 3 } as const;

export const ResourceField = { attributes: 1, droppedAttributesCount: 2, entityRefs: 3 } as const;

export const EntityRefField = { schemaUrl: 1, type: 2, idKeys: 3, descriptionKeys: 4 } as const;

export const ScopeField = {
  name: 1,
  version: 2,
  attributes: 3,
  droppedAttributesCount: 4,
} as const;

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

/** `keyStrindex` refers to a string table that only profiles have. */
export const KeyValueField = { key: 1, value: 2, keyStrindex: 3 } as const;

/** `stringValueStrindex` refers to a string table that only profiles have. */
export const AnyValueField = {
  stringValue: 1,
  boolValue: 2,
  intValue: 3,
  doubleValue: 4,
  arrayValue: 5,
  kvlistValue: 6,
  bytesValue: 7,
  stringValueStrindex: 8,
} as const;

/** The one field of ArrayValue and of KeyValueList. */
export const ListField = { values: 1 } as const;
