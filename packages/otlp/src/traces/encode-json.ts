import {
  type InstrumentationScope,
  type Resource,
  type ResourceDocument,
  type ScopeDocument,
  type Span,
  type SpanDocument,
  toResourceDocument,
  toScopeDocument,
  toSpanDocument,
} from "@spoor/trace";
import { groupRecords } from "../values/group-records.ts";

/** An OTLP/JSON trace request, and a TracesData file: the same shape. */
export interface TracesDataDocument {
  readonly resourceSpans: readonly ResourceSpansDocument[];
}

/** ResourceSpans in OTLP/JSON. */
export interface ResourceSpansDocument {
  readonly resource: Omit<ResourceDocument, "schemaUrl">;
  readonly scopeSpans: readonly ScopeSpansDocument[];
  readonly schemaUrl?: string;
}

/** ScopeSpans in OTLP/JSON. */
export interface ScopeSpansDocument {
  readonly scope: Omit<ScopeDocument, "schemaUrl">;
  readonly spans: readonly OtlpSpanDocument[];
  readonly schemaUrl?: string;
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
  const resourceSpans = Array.from(groupRecords(spans), ([resource, scopes]) =>
    resourceSpansOf(
      resource,
      Array.from(scopes, ([scope, members]) => scopeSpansOf(scope, members)),
    ),
  );
  return { resourceSpans };
}

function resourceSpansOf(
  from: Resource,
  scopeSpans: readonly ScopeSpansDocument[],
): ResourceSpansDocument {
  const { schemaUrl, ...resource } = toResourceDocument(from);
  return { resource, scopeSpans, ...(schemaUrl === undefined ? {} : { schemaUrl }) };
}

function scopeSpansOf(from: InstrumentationScope, members: readonly Span[]): ScopeSpansDocument {
  const { schemaUrl, ...scope } = toScopeDocument(from);
  const spans = members.map((span) => ({ traceId: span.traceId, ...toSpanDocument(span) }));
  return { scope, spans, ...(schemaUrl === undefined ? {} : { schemaUrl }) };
}
