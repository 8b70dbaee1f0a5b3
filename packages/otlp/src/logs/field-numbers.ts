/**
 * Field numbers of LogRecord; 4 was the name of OTLP before 0.14 and is reserved.
 * Source: opentelemetry-proto v1.9: logs/v1/logs.proto. Names are those of OTLP/JSON.
 */
export const LogRecordField = {
  timeUnixNano: 1,
  severityNumber: 2,
  severityText: 3,
  body: 5,
  attributes: 6,
  droppedAttributesCount: 7,
  flags: 8,
  traceId: 9,
  spanId: 10,
  observedTimeUnixNano: 11,
  eventName: 12,
} as const;
