/** SpanKind as OTLP numbers it (opentelemetry/proto/trace/v1/trace.proto, enum SpanKind). */
export const SpanKind = {
  unspecified: 0,
  internal: 1,
  server: 2,
  client: 3,
  producer: 4,
  consumer: 5,
} as const;

export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

/** The kinds in words, by their numbers. */
export const SPAN_KIND_NAMES = [
  "unspecified",
  "internal",
  "server",
  "client",
  "producer",
  "consumer",
] as const;

/** A kind in words. */
export type SpanKindName = (typeof SPAN_KIND_NAMES)[number];

/** The kind in words, as documentation and user interfaces spell it. */
export function spanKindName(kind: SpanKind): SpanKindName {
  return SPAN_KIND_NAMES[kind];
}

/** Whether a number read from the wire is a kind that this version knows. */
export function isSpanKind(value: number): value is SpanKind {
  return Number.isInteger(value) && value >= 0 && value <= SpanKind.consumer;
}
