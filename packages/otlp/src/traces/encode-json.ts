import { type Span, type SpanDocument, toSpanDocument } from "@spoor/trace";
import { groupRecords } from "../values/group-records.ts";
import {
  type ResourceEnvelopeDocument,
  resourceEnvelopeOf,
  type ScopeEnvelopeDocument,
  scopeEnvelopeOf,
} from "../values/json-envelopes.ts";

/** An OTLP/JSON trace request, and a TracesData file: the same shape. */
export interface TracesDataDocument {
  readonly resourceSpans: readonly ResourceSpansDocument[];
}

/** ResourceSpans in OTLP/JSON. */
export interface ResourceSpansDocument extends ResourceEnvelopeDocument {
  readonly scopeSpans: readonly ScopeSpansDocument[];
}

/** ScopeSpans in OTLP/JSON. */
export interface ScopeSpansDocument extends ScopeEnvelopeDocument {
  readonly spans: readonly OtlpSpanDocument[];
}

/** Span in OTLP/JSON. */
export interface OtlpSpanDocument extends Omit<SpanDocument, "resource" | "scope"> {
  readonly traceId: string;
}

/**
 * An OTLP/JSON document of `spans`, grouped by resource and scope, for JSON.stringify. Ids are in
 * hex, 64-bit numbers are text, enums are integers, fields at their default are left out.
 * Source: opentelemetry-proto, specification.md, "JSON Protobuf Encoding".
 */
export function encodeTracesJson(spans: readonly Span[]): TracesDataDocument {
  const resourceSpans = Array.from(groupRecords(spans), ([resource, scopes]) => ({
    ...resourceEnvelopeOf(resource),
    scopeSpans: Array.from(scopes, ([scope, members]) => ({
      ...scopeEnvelopeOf(scope),
      spans: members.map((span) => ({ traceId: span.traceId, ...toSpanDocument(span) })),
    })),
  }));
  return { resourceSpans };
}
