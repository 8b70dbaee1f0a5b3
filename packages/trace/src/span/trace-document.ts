/*
 * A trace as JSON: what the native API answers and what the page and the CLI read.
 *
 * Field names and value spellings are those of OTLP/JSON; resources and scopes stand once and are
 * referred to by index, because a trace of 10,000 spans has some ten of them. Fields at their
 * default (empty, zero) are left out.
 */
import { fromKeyValues, type KeyValue, toKeyValues } from "./any-value.ts";
import { indexOf, unlessDefault } from "./document-fields.ts";
import { isSpanKind, SpanKind } from "./kind.ts";
import type {
  InstrumentationScope,
  Resource,
  ResourceDocument,
  ScopeDocument,
} from "./resource.ts";
import type { Span, SpanEvent, SpanLink, Trace, TraceSummary } from "./span.ts";
import { isStatusCode, StatusCode } from "./status.ts";

/** {@link Trace} in JSON. */
export interface TraceDocument {
  readonly traceId: string;
  readonly resources: readonly ResourceDocument[];
  readonly scopes: readonly ScopeDocument[];
  readonly spans: readonly SpanDocument[];
}

/** {@link Span} in JSON; 64-bit times are decimal text. */
export interface SpanDocument {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly name: string;
  readonly kind?: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code: number; readonly message?: string };
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly events?: readonly EventDocument[];
  readonly droppedEventsCount?: number;
  readonly links?: readonly LinkDocument[];
  readonly droppedLinksCount?: number;
  /** Index into `resources`. */
  readonly resource: number;
  /** Index into `scopes`. */
  readonly scope: number;
}

/** {@link SpanEvent} in JSON. */
export interface EventDocument {
  readonly timeUnixNano: string;
  readonly name: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
}

/** {@link SpanLink} in JSON. */
export interface LinkDocument {
  readonly traceId: string;
  readonly spanId: string;
  readonly traceState?: string;
  readonly flags?: number;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
}

/** {@link TraceSummary} in JSON. */
export interface TraceSummaryDocument extends Omit<
  TraceSummary,
  "startTimeUnixNano" | "durationNano"
> {
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
}

/** A trace in its JSON form. Cost: one object per span, event, link and attribute. */
export function toTraceDocument(trace: Trace): TraceDocument {
  const resources = new Map<Resource, number>();
  const scopes = new Map<InstrumentationScope, number>();
  const spans = trace.spans.map((span) => ({
    ...toSpanDocument(span),
    resource: indexOf(resources, span.resource),
    scope: indexOf(scopes, span.scope),
  }));
  return {
    traceId: trace.traceId,
    resources: Array.from(resources.keys(), toResourceDocument),
    scopes: Array.from(scopes.keys(), toScopeDocument),
    spans,
  };
}

/** The trace that {@link toTraceDocument} wrote. */
export function fromTraceDocument(document: TraceDocument): Trace {
  const resources = document.resources.map(fromResourceDocument);
  const scopes = document.scopes.map(fromScopeDocument);
  const spans = document.spans.map((span) => {
    const resource = resources[span.resource];
    const scope = scopes[span.scope];
    if (resource === undefined || scope === undefined) {
      throw new RangeError(`span ${span.spanId} refers to a resource or scope that is not there`);
    }
    return fromSpanDocument(span, { traceId: document.traceId, resource, scope });
  });
  return { traceId: document.traceId, spans };
}

/** A summary in its JSON form. */
export function toSummaryDocument(summary: TraceSummary): TraceSummaryDocument {
  return {
    ...summary,
    startTimeUnixNano: summary.startTimeUnixNano.toString(),
    durationNano: summary.durationNano.toString(),
  };
}

/** The summary that {@link toSummaryDocument} wrote. */
export function fromSummaryDocument(document: TraceSummaryDocument): TraceSummary {
  return {
    ...document,
    startTimeUnixNano: BigInt(document.startTimeUnixNano),
    durationNano: BigInt(document.durationNano),
  };
}

/** A span in its JSON form, without its trace id and without what it shares with other spans. */
export function toSpanDocument(span: Span): Omit<SpanDocument, "resource" | "scope"> {
  const { status } = span;
  return {
    spanId: span.spanId,
    ...unlessDefault("parentSpanId", span.parentSpanId),
    ...unlessDefault("traceState", span.traceState),
    ...unlessDefault("flags", span.flags),
    name: span.name,
    ...unlessDefault("kind", span.kind),
    startTimeUnixNano: span.startTimeUnixNano.toString(),
    endTimeUnixNano: span.endTimeUnixNano.toString(),
    ...(status.code === StatusCode.unset && status.message === ""
      ? {}
      : { status: { code: status.code, ...unlessDefault("message", status.message) } }),
    ...unlessDefault("attributes", toKeyValues(span.attributes)),
    ...unlessDefault("droppedAttributesCount", span.droppedAttributesCount),
    ...unlessDefault("events", span.events.map(toEventDocument)),
    ...unlessDefault("droppedEventsCount", span.droppedEventsCount),
    ...unlessDefault("links", span.links.map(toLinkDocument)),
    ...unlessDefault("droppedLinksCount", span.droppedLinksCount),
  };
}

function toEventDocument(event: SpanEvent): EventDocument {
  return {
    timeUnixNano: event.timeUnixNano.toString(),
    name: event.name,
    ...unlessDefault("attributes", toKeyValues(event.attributes)),
    ...unlessDefault("droppedAttributesCount", event.droppedAttributesCount),
  };
}

function toLinkDocument(link: SpanLink): LinkDocument {
  return {
    traceId: link.traceId,
    spanId: link.spanId,
    ...unlessDefault("traceState", link.traceState),
    ...unlessDefault("flags", link.flags),
    ...unlessDefault("attributes", toKeyValues(link.attributes)),
    ...unlessDefault("droppedAttributesCount", link.droppedAttributesCount),
  };
}

/** A resource in its JSON form. */
export function toResourceDocument(resource: Resource): ResourceDocument {
  return {
    attributes: toKeyValues(resource.attributes),
    ...unlessDefault("droppedAttributesCount", resource.droppedAttributesCount),
    ...unlessDefault("schemaUrl", resource.schemaUrl),
    ...unlessDefault("entityRefs", resource.entityRefs),
  };
}

/** A scope in its JSON form. */
export function toScopeDocument(scope: InstrumentationScope): ScopeDocument {
  return {
    name: scope.name,
    ...unlessDefault("version", scope.version),
    ...unlessDefault("attributes", toKeyValues(scope.attributes)),
    ...unlessDefault("droppedAttributesCount", scope.droppedAttributesCount),
    ...unlessDefault("schemaUrl", scope.schemaUrl),
  };
}

interface SpanOwner {
  readonly traceId: string;
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

function fromSpanDocument(document: SpanDocument, owner: SpanOwner): Span {
  const kind = document.kind ?? 0;
  const code = document.status?.code ?? 0;
  return {
    traceId: owner.traceId,
    spanId: document.spanId,
    parentSpanId: document.parentSpanId ?? "",
    traceState: document.traceState ?? "",
    flags: document.flags ?? 0,
    name: document.name,
    kind: isSpanKind(kind) ? kind : SpanKind.unspecified,
    startTimeUnixNano: BigInt(document.startTimeUnixNano),
    endTimeUnixNano: BigInt(document.endTimeUnixNano),
    status: {
      code: isStatusCode(code) ? code : StatusCode.unset,
      message: document.status?.message ?? "",
    },
    attributes: fromKeyValues(document.attributes ?? []),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
    events: (document.events ?? []).map(fromEventDocument),
    droppedEventsCount: document.droppedEventsCount ?? 0,
    links: (document.links ?? []).map(fromLinkDocument),
    droppedLinksCount: document.droppedLinksCount ?? 0,
    resource: owner.resource,
    scope: owner.scope,
  };
}

function fromEventDocument(document: EventDocument): SpanEvent {
  return {
    timeUnixNano: BigInt(document.timeUnixNano),
    name: document.name,
    attributes: fromKeyValues(document.attributes ?? []),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
  };
}

function fromLinkDocument(document: LinkDocument): SpanLink {
  return {
    traceId: document.traceId,
    spanId: document.spanId,
    traceState: document.traceState ?? "",
    flags: document.flags ?? 0,
    attributes: fromKeyValues(document.attributes ?? []),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
  };
}

/** The resource that {@link toResourceDocument} wrote. */
export function fromResourceDocument(document: ResourceDocument): Resource {
  return {
    attributes: fromKeyValues(document.attributes),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
    schemaUrl: document.schemaUrl ?? "",
    entityRefs: document.entityRefs ?? [],
  };
}

/** The scope that {@link toScopeDocument} wrote. */
export function fromScopeDocument(document: ScopeDocument): InstrumentationScope {
  return {
    name: document.name,
    version: document.version ?? "",
    attributes: fromKeyValues(document.attributes ?? []),
    droppedAttributesCount: document.droppedAttributesCount ?? 0,
    schemaUrl: document.schemaUrl ?? "",
  };
}
