import type { ClickHouseClient } from "@clickhouse/client";
import {
  type Attributes,
  type EntityRef,
  type InstrumentationScope,
  NO_ATTRIBUTES,
  NO_RESOURCE,
  NO_SCOPE,
  type Resource,
} from "@spoor/trace";

import { DIMENSION_CACHE_ENTRIES_MAX, DIMENSIONS_READ_AHEAD } from "../base/limits.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import { fromTaggedText } from "../schema/tagged-text.ts";
import { runQuery } from "./run-query.ts";

/** Key and tagged text. */
export type TextPair = readonly [key: string, value: string];

/** Attributes from a map of tagged text. */
export function attributesOf(pairs: readonly TextPair[]): Attributes {
  if (pairs.length === 0) return NO_ATTRIBUTES;
  return new Map(pairs.map(([key, value]) => [key, fromTaggedText(value)]));
}

/** Finds resources and scopes by the ids in span rows, and remembers them: they never change. */
export class DimensionReader {
  readonly #resources = new Map<string, Resource>();
  readonly #scopes = new Map<string, InstrumentationScope>();
  readonly #onEvent: StoreEventListener;

  constructor(onEvent: StoreEventListener) {
    this.#onEvent = onEvent;
  }

  /** Makes `resource` and `scope` answer for these ids. Returns the rows that were read. */
  async load(
    client: ClickHouseClient,
    ids: { readonly resources: Iterable<string>; readonly scopes: Iterable<string> },
  ): Promise<number> {
    const [resources, scopes] = await Promise.all([
      this.#loadResources(client, missing(ids.resources, this.#resources)),
      this.#loadScopes(client, missing(ids.scopes, this.#scopes)),
    ]);
    return resources + scopes;
  }

  /** The resource with this id, or an empty one, which is reported. */
  resource(id: string): Resource {
    const resource = this.#resources.get(id);
    if (resource === undefined) this.#report("resources", id);
    return resource ?? NO_RESOURCE;
  }

  /** The scope with this id, or an empty one, which is reported. */
  scope(id: string): InstrumentationScope {
    const scope = this.#scopes.get(id);
    if (scope === undefined) this.#report("scopes", id);
    return scope ?? NO_SCOPE;
  }

  async #loadResources(client: ClickHouseClient, ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const { rows, scannedRows } = await runQuery<
      [id: string, attrs: TextPair[], dropped: number, schemaUrl: string, entityRefs: string]
    >(client, "read resources", SELECT_RESOURCES, selection(ids, this.#resources));
    for (const [id, attrs, droppedAttributesCount, schemaUrl, entityRefs] of rows.toReversed()) {
      remember(this.#resources, id, {
        attributes: attributesOf(attrs),
        droppedAttributesCount,
        schemaUrl,
        // Written by the store itself from the same type.
        entityRefs: JSON.parse(entityRefs) as EntityRef[],
      });
    }
    return scannedRows;
  }

  async #loadScopes(client: ClickHouseClient, ids: readonly string[]): Promise<number> {
    if (ids.length === 0) return 0;
    const { rows, scannedRows } = await runQuery<
      [
        id: string,
        name: string,
        version: string,
        attrs: TextPair[],
        dropped: number,
        schemaUrl: string,
      ]
    >(client, "read scopes", SELECT_SCOPES, selection(ids, this.#scopes));
    for (const row of rows.toReversed()) {
      const [id, name, version, attrs, droppedAttributesCount, schemaUrl] = row;
      const attributes = attributesOf(attrs);
      const scope = { name, version, attributes, droppedAttributesCount, schemaUrl };
      remember(this.#scopes, id, scope);
    }
    return scannedRows;
  }

  #report(table: string, id: string): void {
    // Id 0 is that of a batch that names no resource or scope at all.
    if (id !== "0") this.#onEvent({ kind: "dimension_missing", table, id });
  }
}

/** Those that are asked for come first, and are remembered last: what is remembered is bounded. */
const SELECTED = `
WHERE {others:UInt32} > 0 OR id IN {ids:Array(UInt64)}
ORDER BY id IN {ids:Array(UInt64)} DESC
LIMIT 1 BY id
LIMIT {limit:UInt32}`;

/** Who knows none yet asks for some more: most systems have few, and the next trace needs them. */
function selection(
  ids: readonly string[],
  known: ReadonlyMap<string, unknown>,
): Record<string, unknown> {
  const others = known.size === 0 ? DIMENSIONS_READ_AHEAD : 0;
  return { ids: ids.map(BigInt), others, limit: ids.length + others };
}

const SELECT_RESOURCES = `
SELECT toString(id), attrs, dropped_attrs, schema_url, entity_refs
FROM resources ${SELECTED}`;

const SELECT_SCOPES = `
SELECT toString(id), name, version, attrs, dropped_attrs, schema_url
FROM scopes ${SELECTED}`;

function missing(ids: Iterable<string>, known: ReadonlyMap<string, unknown>): string[] {
  return [...new Set(ids)].filter((id) => id !== "0" && !known.has(id));
}

function remember<T>(map: Map<string, T>, id: string, item: T): void {
  if (map.size >= DIMENSION_CACHE_ENTRIES_MAX) map.clear();
  map.set(id, item);
}
