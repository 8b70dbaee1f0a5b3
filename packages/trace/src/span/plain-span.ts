import { NO_ATTRIBUTES } from "./attributes.ts";
import { SpanKind } from "./kind.ts";
import type { InstrumentationScope, Resource } from "./resource.ts";
import type { Span } from "./span.ts";
import { StatusCode } from "./status.ts";

/** A process that says nothing about itself. */
export const NO_RESOURCE: Resource = {
  attributes: NO_ATTRIBUTES,
  droppedAttributesCount: 0,
  schemaUrl: "",
  entityRefs: [],
};

/** Instrumentation that says nothing about itself. */
export const NO_SCOPE: InstrumentationScope = {
  name: "",
  version: "",
  attributes: NO_ATTRIBUTES,
  droppedAttributesCount: 0,
  schemaUrl: "",
};

/**
 * A span of which only `fields` are said; the rest is as OTLP reads a field that is absent: empty,
 * zero, unset. Without ids it is no valid span yet.
 */
export function plainSpan(fields: Partial<Span>): Span {
  return { ...NO_SPAN, ...fields };
}

/** A resource that says only which service speaks, by `service.name`. */
export function plainResource(service: string): Resource {
  return { ...NO_RESOURCE, attributes: new Map([["service.name", service]]) };
}

/** A scope that says only its name. */
export function plainScope(name: string): InstrumentationScope {
  return { ...NO_SCOPE, name };
}

const NO_SPAN: Span = {
  traceId: "",
  spanId: "",
  parentSpanId: "",
  traceState: "",
  flags: 0,
  name: "",
  kind: SpanKind.unspecified,
  startTimeUnixNano: 0n,
  endTimeUnixNano: 0n,
  status: { code: StatusCode.unset, message: "" },
  attributes: NO_ATTRIBUTES,
  droppedAttributesCount: 0,
  events: [],
  droppedEventsCount: 0,
  links: [],
  droppedLinksCount: 0,
  resource: NO_RESOURCE,
  scope: NO_SCOPE,
};
