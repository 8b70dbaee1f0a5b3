/*
 * Resources and scopes as rows: stored once each, under an id that is made from their contents, so
 * that any server gives the same resource the same id and writing one twice changes nothing.
 */
import { createHash } from "node:crypto";

import {
  type InstrumentationScope,
  type Resource,
  toResourceDocument,
  toScopeDocument,
} from "@spoor/trace";

import { taggedAttributes } from "../schema/tagged-text.ts";

/** A row of `resources` or `scopes`, as JSONEachRow takes it. */
export type DimensionRow = Readonly<Record<string, unknown>> & {
  /** 64 bits in decimal digits. */
  readonly id: string;
};

/** The row of a resource. Cost: a SHA-256 of its text; one per distinct resource of a batch. */
export function resourceRow(resource: Resource): DimensionRow {
  return {
    id: contentId("resource", toResourceDocument(resource)),
    attrs: taggedAttributes(resource.attributes),
    dropped_attrs: resource.droppedAttributesCount,
    schema_url: resource.schemaUrl,
    entity_refs: JSON.stringify(resource.entityRefs),
  };
}

/** The row of a scope. */
export function scopeRow(scope: InstrumentationScope): DimensionRow {
  return {
    id: contentId("scope", toScopeDocument(scope)),
    name: scope.name,
    version: scope.version,
    attrs: taggedAttributes(scope.attributes),
    dropped_attrs: scope.droppedAttributesCount,
    schema_url: scope.schemaUrl,
  };
}

/** The first 64 bits of the SHA-256 of the document's text, attributes sorted by key. */
function contentId(
  kind: string,
  document: { readonly attributes?: readonly { readonly key: string }[] },
): string {
  const attributes = [...(document.attributes ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  const text = `${kind} ${JSON.stringify({ ...document, attributes })}`;
  return createHash("sha256").update(text).digest().readBigUInt64BE(0).toString();
}
