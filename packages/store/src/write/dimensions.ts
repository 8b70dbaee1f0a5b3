/*
 * Resources and scopes: stored once each, under an id that is made from their contents, so that
 * any server gives the same resource the same id and writing one twice changes nothing.
 */
import { createHash } from "node:crypto";

import type { ClickHouseClient } from "@clickhouse/client";
import {
  type InstrumentationScope,
  type Resource,
  toResourceDocument,
  toScopeDocument,
} from "@spoor/trace";

import { KNOWN_IDS_MAX } from "../base/limits.ts";
import { taggedAttributes } from "../schema/tagged-text.ts";

/** A row of `spoor.resources` or `spoor.scopes`, as JSONEachRow takes it. */
type DimensionRow = Readonly<Record<string, unknown>> & { readonly id: string };

/** Writes resources and scopes that were not written before. */
export class DimensionWriter {
  readonly #known = new Set<bigint>();
  readonly #resourceIds = new WeakMap<Resource, bigint>();
  readonly #scopeIds = new WeakMap<InstrumentationScope, bigint>();

  /** The ids of `resources`, whose rows are on disk when it resolves. */
  async resources(
    client: ClickHouseClient,
    resources: readonly Resource[],
  ): Promise<BigUint64Array> {
    const ids = BigUint64Array.from(resources, (resource) => this.#resourceId(resource));
    await this.#write(client, "spoor.resources", ids, (index) => {
      const resource = resources[index];
      return resource === undefined ? {} : resourceRow(resource);
    });
    return ids;
  }

  /** The ids of `scopes`, whose rows are on disk when it resolves. */
  async scopes(
    client: ClickHouseClient,
    scopes: readonly InstrumentationScope[],
  ): Promise<BigUint64Array> {
    const ids = BigUint64Array.from(scopes, (scope) => this.#scopeId(scope));
    await this.#write(client, "spoor.scopes", ids, (index) => {
      const scope = scopes[index];
      return scope === undefined ? {} : scopeRow(scope);
    });
    return ids;
  }

  async #write(
    client: ClickHouseClient,
    table: string,
    ids: BigUint64Array,
    rowAt: (index: number) => Readonly<Record<string, unknown>>,
  ): Promise<void> {
    const rows: DimensionRow[] = [];
    ids.forEach((id, index) => {
      if (!this.#known.has(id)) rows.push({ ...rowAt(index), id: id.toString() });
    });
    if (rows.length === 0) return;
    await client.insert({
      table,
      values: rows,
      format: "JSONEachRow",
      clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
    });
    if (this.#known.size + rows.length > KNOWN_IDS_MAX) this.#known.clear();
    for (const id of ids) this.#known.add(id);
  }

  #resourceId(resource: Resource): bigint {
    const known = this.#resourceIds.get(resource);
    if (known !== undefined) return known;
    const id = contentId("resource", toResourceDocument(resource));
    this.#resourceIds.set(resource, id);
    return id;
  }

  #scopeId(scope: InstrumentationScope): bigint {
    const known = this.#scopeIds.get(scope);
    if (known !== undefined) return known;
    const id = contentId("scope", toScopeDocument(scope));
    this.#scopeIds.set(scope, id);
    return id;
  }
}

/** The first 64 bits of the SHA-256 of the document's text, attributes sorted by key. */
function contentId(
  kind: string,
  document: { readonly attributes?: readonly { readonly key: string }[] },
): bigint {
  const attributes = [...(document.attributes ?? [])].sort((a, b) => (a.key < b.key ? -1 : 1));
  const text = `${kind} ${JSON.stringify({ ...document, attributes })}`;
  return createHash("sha256").update(text).digest().readBigUInt64BE(0);
}

function resourceRow(resource: Resource): Readonly<Record<string, unknown>> {
  return {
    attrs: taggedAttributes(resource.attributes),
    dropped_attrs: resource.droppedAttributesCount,
    schema_url: resource.schemaUrl,
    entity_refs: JSON.stringify(resource.entityRefs),
  };
}

function scopeRow(scope: InstrumentationScope): Readonly<Record<string, unknown>> {
  return {
    name: scope.name,
    version: scope.version,
    attrs: taggedAttributes(scope.attributes),
    dropped_attrs: scope.droppedAttributesCount,
    schema_url: scope.schemaUrl,
  };
}
