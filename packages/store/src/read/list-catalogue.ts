/** What the catalogue lists: services, span names, attribute keys and values. */
import type { ClickHouseClient } from "@clickhouse/client";
import { isSpanKind } from "@spoor/trace";

import { ATTRIBUTE_SCOPES, type AttributeTypeName } from "../base/attribute-scope.ts";
import type {
  AttributeKeyEntry,
  AttributeKeyQuery,
  AttributeValueEntry,
  AttributeValueQuery,
  CappedList,
  CatalogueQuery,
  ServiceEntry,
  SpanNameEntry,
  SpanNameQuery,
} from "../port/catalogue.ts";
import { fromTaggedText } from "../schema/tagged-text.ts";
import { hourRange } from "../schema/time-bucket.ts";
import { runQuery } from "./run-query.ts";

const WITHIN = "tb >= {first:UInt32} AND tb <= {last:UInt32}";

type ServiceRow = [service: string, spans: string, errors: string, last: string];

/** The services that sent spans. */
export async function listServices(
  client: ClickHouseClient,
  query: CatalogueQuery,
): Promise<CappedList<ServiceEntry>> {
  const { rows } = await runQuery<ServiceRow>(
    client,
    "list services",
    `SELECT service, sum(span_count) AS spans, sum(error_count), max(last_start)
    FROM operations WHERE ${WITHIN}
    GROUP BY service ORDER BY spans DESC, service LIMIT {limit:UInt64}`,
    parametersOf(query),
  );
  return cut(query, rows, ([service, spans, errors, last]) => ({
    service,
    spanCount: Number(spans),
    errorCount: Number(errors),
    lastStartTimeUnixNano: BigInt(last),
  }));
}

type NameRow = [...ServiceRow, name: string, kinds: number[]];

/** The span names of one service or of all. */
export async function listSpanNames(
  client: ClickHouseClient,
  query: SpanNameQuery,
): Promise<CappedList<SpanNameEntry>> {
  const { service = "", prefix = "" } = query;
  const { rows } = await runQuery<NameRow>(
    client,
    "list span names",
    `SELECT service, sum(span_count) AS spans, sum(error_count), max(last_start), name,
      arraySort(groupUniqArray(kind))
    FROM operations
    WHERE ${WITHIN} ${query.service === undefined ? "" : "AND service = {service:String}"}
      AND startsWith(name, {prefix:String})
    GROUP BY service, name ORDER BY spans DESC, service, name LIMIT {limit:UInt64}`,
    { ...parametersOf(query), service, prefix },
  );
  return cut(query, rows, ([of, spans, errors, last, name, kinds]) => ({
    service: of,
    name,
    kinds: kinds.filter(isSpanKind),
    spanCount: Number(spans),
    errorCount: Number(errors),
    lastStartTimeUnixNano: BigInt(last),
  }));
}

type KeyRow = [
  scope: number,
  key: string,
  types: AttributeTypeName[],
  count: string,
  capped: number,
];

/** Attribute keys. */
export async function listAttributeKeys(
  client: ClickHouseClient,
  query: AttributeKeyQuery,
): Promise<CappedList<AttributeKeyEntry>> {
  const { prefix = "" } = query;
  const scope = query.scope === undefined ? 0 : ATTRIBUTE_SCOPES.indexOf(query.scope);
  const { rows } = await runQuery<KeyRow>(
    client,
    "list attribute keys",
    `SELECT scope, key, arraySort(groupUniqArray(type)), sum(count) AS found, max(capped)
    FROM attribute_keys
    WHERE ${WITHIN} ${query.scope === undefined ? "" : "AND scope = {scope:UInt8}"}
      AND startsWith(key, {prefix:String})
    GROUP BY scope, key ORDER BY found DESC, key, scope LIMIT {limit:UInt64}`,
    { ...parametersOf(query), scope, prefix },
  );
  return cut(query, rows, ([of, key, types, count, capped]) => ({
    scope: ATTRIBUTE_SCOPES[of] ?? "span",
    key,
    types,
    count: Number(count),
    isHighCardinality: capped === 1,
  }));
}

/** Values of one attribute. */
export async function listAttributeValues(
  client: ClickHouseClient,
  query: AttributeValueQuery,
): Promise<CappedList<AttributeValueEntry>> {
  const { key, prefix = "" } = query;
  const scope = ATTRIBUTE_SCOPES.indexOf(query.scope);
  const parameters = { ...parametersOf(query), scope, key, prefix };
  const isMeant = `${WITHIN} AND scope = {scope:UInt8} AND key = {key:String}`;
  const [values, keys] = await Promise.all([
    runQuery<[value: string, count: string]>(
      client,
      "list attribute values",
      `SELECT value, sum(count) AS found
      FROM attribute_values
      WHERE ${isMeant}
        AND startsWith(if(startsWith(value, '\\x01'), substring(value, 3), value), {prefix:String})
      GROUP BY value ORDER BY found DESC, value LIMIT {limit:UInt64}`,
      parameters,
    ),
    runQuery<[capped: number]>(
      client,
      "list attribute values",
      `SELECT max(capped) FROM attribute_keys WHERE ${isMeant}`,
      parameters,
    ),
  ]);
  const list = cut(query, values.rows, ([value, count]) => ({
    value: fromTaggedText(value),
    count: Number(count),
  }));
  return { ...list, capped: list.capped || keys.rows[0]?.[0] === 1 };
}

function parametersOf(query: CatalogueQuery): Record<string, unknown> {
  return { ...hourRange(query.fromUnixNano, query.toUnixNano - 1n), limit: query.limit + 1 };
}

function cut<Row, Item>(
  { limit }: CatalogueQuery,
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
): CappedList<Item> {
  return { items: rows.slice(0, limit).map(itemOf), capped: rows.length > limit };
}
