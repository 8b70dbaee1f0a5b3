/** What the catalogue lists: services, span names, attribute keys and values. */
import { isSpanKind } from "@spoor/trace";

import { ATTRIBUTE_SCOPES } from "../base/attribute-scope.ts";
import {
  type AttributeKeyEntry,
  type AttributeKeyQuery,
  type AttributeValueEntry,
  type AttributeValueQuery,
  type CappedList,
  type CatalogueQuery,
  mostFrequent,
  type ServiceEntry,
  type SpanNameEntry,
  type SpanNameQuery,
  type TimeRange,
} from "../port/catalogue.ts";
import { fromTaggedText } from "../schema/tagged-text.ts";
import type { KeyCount, OperationCount } from "../write/block-catalogue.ts";
import type { CatalogueCopy } from "./catalogue-copy.ts";

/** The services that sent spans. */
export async function listServices(
  copy: CatalogueCopy,
  query: CatalogueQuery,
): Promise<CappedList<ServiceEntry>> {
  const byService = Map.groupBy(await copy.operations(query), ({ service }) => service);
  const entries = Array.from(byService, ([service, rows]) => ({ service, ...countsOf(rows) }));
  return mostFrequent(entries, query.limit, {
    count: ({ spanCount }) => spanCount,
    text: ({ service }) => service,
  });
}

/** The span names of one service or of all. */
export async function listSpanNames(
  copy: CatalogueCopy,
  query: SpanNameQuery,
): Promise<CappedList<SpanNameEntry>> {
  const { service, prefix = "" } = query;
  const meant = (await copy.operations(query)).filter(
    (row) => (service === undefined || row.service === service) && row.name.startsWith(prefix),
  );
  const byName = Map.groupBy(meant, (row) => `${row.service}\0${row.name}`);
  const entries = Array.from(byName.values(), (rows) => ({
    service: rows[0]?.service ?? "",
    name: rows[0]?.name ?? "",
    kinds: distinct(rows, ({ kind }) => kind).filter(isSpanKind),
    ...countsOf(rows),
  }));
  return mostFrequent(entries, query.limit, {
    count: ({ spanCount }) => spanCount,
    text: (entry) => `${entry.service}\0${entry.name}`,
  });
}

/** When something was last seen, and how often it is. */
export interface Frequency {
  readonly lastStartUnixNano: bigint;
  readonly spansPerHour: number;
}

/** Of an operation, or of all spans; undefined when there are none. */
export async function frequencyOf(
  copy: CatalogueCopy,
  { fromUnixNano, toUnixNano }: TimeRange,
  operation?: { readonly service: string; readonly name: string },
): Promise<Frequency | undefined> {
  const all = await copy.operations({ fromUnixNano, toUnixNano, limit: 1 });
  const rows =
    operation === undefined
      ? all
      : all.filter((row) => row.service === operation.service && row.name === operation.name);
  if (rows.length === 0) return undefined;
  const { spanCount, lastStartTimeUnixNano } = countsOf(rows);
  const hours = new Set(rows.map(({ hour }) => hour)).size;
  return { lastStartUnixNano: lastStartTimeUnixNano, spansPerHour: spanCount / hours };
}

function countsOf(rows: readonly OperationCount[]): Omit<ServiceEntry, "service"> {
  let [spanCount, errorCount, lastStartTimeUnixNano] = [0, 0, 0n];
  for (const row of rows) {
    spanCount += row.spanCount;
    errorCount += row.errorCount;
    if (row.lastStartUnixNano > lastStartTimeUnixNano) {
      lastStartTimeUnixNano = row.lastStartUnixNano;
    }
  }
  return { spanCount, errorCount, lastStartTimeUnixNano };
}

/** Attribute keys. */
export async function listAttributeKeys(
  copy: CatalogueCopy,
  query: AttributeKeyQuery,
): Promise<CappedList<AttributeKeyEntry>> {
  const { prefix = "" } = query;
  const scope = query.scope === undefined ? undefined : ATTRIBUTE_SCOPES.indexOf(query.scope);
  const meant = (await copy.keys(query)).filter(
    (row) => (scope === undefined || row.scope === scope) && row.key.startsWith(prefix),
  );
  const byKey = Map.groupBy(meant, (row) => `${row.scope} ${row.key}`);
  const entries = Array.from(byKey.values(), (rows) => ({
    scope: ATTRIBUTE_SCOPES[rows[0]?.scope ?? 0] ?? "span",
    key: rows[0]?.key ?? "",
    types: distinct(rows, ({ type }) => type),
    count: rows.reduce((sum, { count }) => sum + count, 0),
    isHighCardinality: isSomeCapped(rows),
  }));
  return mostFrequent(entries, query.limit, {
    count: ({ count }) => count,
    text: (entry) => `${entry.key}\0${entry.scope}`,
  });
}

/** Values of one attribute. */
export async function listAttributeValues(
  copy: CatalogueCopy,
  query: AttributeValueQuery,
): Promise<CappedList<AttributeValueEntry>> {
  const { prefix = "", key } = query;
  const scope = ATTRIBUTE_SCOPES.indexOf(query.scope);
  const [values, keys] = await Promise.all([copy.values(query), copy.keys(query)]);
  const counts = new Map<string, number>();
  for (const { value, count } of values) {
    if (!shownText(value).startsWith(prefix)) continue;
    counts.set(value, (counts.get(value) ?? 0) + count);
  }
  const { items, capped } = mostFrequent(counts, query.limit, {
    count: ([, count]) => count,
    text: ([value]) => value,
  });
  const ofKey = keys.filter((row) => row.scope === scope && row.key === key);
  return {
    items: items.map(([value, count]) => ({ value: fromTaggedText(value), count })),
    capped: capped || isSomeCapped(ofKey),
  };
}

function isSomeCapped(rows: readonly KeyCount[]): boolean {
  return rows.some(({ isCapped }) => isCapped);
}

/** A tagged text without its tag. */
function shownText(value: string): string {
  return value.startsWith("\u0001") ? value.slice(2) : value;
}

/** In their order, each once. */
function distinct<Row, Item extends string | number>(
  rows: readonly Row[],
  itemOf: (row: Row) => Item,
): Item[] {
  return [...new Set(rows.map(itemOf))].sort((a, b) => (a < b ? -1 : 1));
}
