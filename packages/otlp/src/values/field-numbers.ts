/*
 * Field numbers of the OTLP messages that all signals share. Names are those of OTLP/JSON.
 *
 * Source: opentelemetry-proto v1.9: collector/*_service.proto, resource/v1/resource.proto,
 * common/v1/common.proto. The envelopes have other names in each signal and the same numbers:
 * ResourceSpans and ResourceLogs, ScopeSpans and ScopeLogs.
 */

/** ExportTraceServiceRequest, ExportLogsServiceRequest, and TracesData and LogsData. */
export const RequestField = { resourceEnvelopes: 1 } as const;

/** ResourceSpans and ResourceLogs. */
export const ResourceEnvelopeField = { resource: 1, scopeEnvelopes: 2, schemaUrl: 3 } as const;

/** ScopeSpans, whose rows are spans, and ScopeLogs, whose rows are log records. */
export const ScopeEnvelopeField = { scope: 1, rows: 2, schemaUrl: 3 } as const;

export const ResourceField = { attributes: 1, droppedAttributesCount: 2, entityRefs: 3 } as const;

export const EntityRefField = { schemaUrl: 1, type: 2, idKeys: 3, descriptionKeys: 4 } as const;

export const ScopeField = {
  name: 1,
  version: 2,
  attributes: 3,
  droppedAttributesCount: 4,
} as const;

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
