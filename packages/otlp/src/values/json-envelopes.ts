import {
  type InstrumentationScope,
  type Resource,
  type ResourceDocument,
  type ScopeDocument,
  toResourceDocument,
  toScopeDocument,
} from "@spoor/trace";

/** A resource as the envelopes of OTLP/JSON hold it, the schema URL beside it. */
export interface ResourceEnvelopeDocument {
  readonly resource: Omit<ResourceDocument, "schemaUrl">;
  readonly schemaUrl?: string;
}

/** A scope as the envelopes of OTLP/JSON hold it. */
export interface ScopeEnvelopeDocument {
  readonly scope: Omit<ScopeDocument, "schemaUrl">;
  readonly schemaUrl?: string;
}

/** The fields of ResourceSpans or ResourceLogs, save the scopes. */
export function resourceEnvelopeOf(from: Resource): ResourceEnvelopeDocument {
  const { schemaUrl, ...resource } = toResourceDocument(from);
  return { resource, ...(schemaUrl === undefined ? {} : { schemaUrl }) };
}

/** The fields of ScopeSpans or ScopeLogs, save the rows. */
export function scopeEnvelopeOf(from: InstrumentationScope): ScopeEnvelopeDocument {
  const { schemaUrl, ...scope } = toScopeDocument(from);
  return { scope, ...(schemaUrl === undefined ? {} : { schemaUrl }) };
}
