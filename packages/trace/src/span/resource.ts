import type { KeyValue } from "./any-value.ts";
import type { Attributes } from "./attributes.ts";

/**
 * Who speaks: the process that ended a span. One per distinct resource, shared by its spans.
 * Source: opentelemetry/proto/resource/v1/resource.proto and ResourceSpans.
 */
export interface Resource {
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  /** ResourceSpans.schema_url; empty when the sender gave none. */
  readonly schemaUrl: string;
  readonly entityRefs: readonly EntityRef[];
}

/** Which attributes of a resource identify one entity. resource.proto, EntityRef (development). */
export interface EntityRef {
  readonly schemaUrl: string;
  readonly type: string;
  readonly idKeys: readonly string[];
  readonly descriptionKeys: readonly string[];
}

/** What made a span: a piece of instrumentation. common.proto, InstrumentationScope. */
export interface InstrumentationScope {
  readonly name: string;
  readonly version: string;
  readonly attributes: Attributes;
  readonly droppedAttributesCount: number;
  /** ScopeSpans.schema_url; empty when the sender gave none. */
  readonly schemaUrl: string;
}

/** The resource as OTLP/JSON spells it, with the schema URL of its envelope. */
export interface ResourceDocument {
  readonly attributes: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly schemaUrl?: string;
  readonly entityRefs?: readonly EntityRef[];
}

/** The scope as OTLP/JSON spells it, with the schema URL of its envelope. */
export interface ScopeDocument {
  readonly name: string;
  readonly version?: string;
  readonly attributes?: readonly KeyValue[];
  readonly droppedAttributesCount?: number;
  readonly schemaUrl?: string;
}
