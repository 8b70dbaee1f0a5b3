/** What there is among the spans in memory, counted when it is asked. */
import { type Attributes, type AttributeValue, serviceName, type Span } from "@spoor/trace";

import {
  type AttributeScope,
  type AttributeTypeName,
  attributeTypeName,
} from "../base/attribute-scope.ts";
import { CATALOGUE_VALUE_BYTES_MAX } from "../base/limits.ts";
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
} from "../port/catalogue.ts";

const HOUR_NANO = 3_600_000_000_000n;

/** The spans of the hours that the query touches. */
function* within(spans: Iterable<Span>, query: CatalogueQuery): Generator<Span> {
  const first = query.fromUnixNano / HOUR_NANO;
  const last = (query.toUnixNano - 1n) / HOUR_NANO;
  for (const span of spans) {
    const hour = span.startTimeUnixNano / HOUR_NANO;
    if (hour >= first && hour <= last) yield span;
  }
}

/** The services that sent spans. */
export function listServices(
  spans: Iterable<Span>,
  query: CatalogueQuery,
): CappedList<ServiceEntry> {
  const entries = new Map<string, ServiceEntry>();
  for (const span of within(spans, query)) {
    const service = serviceName(span.resource);
    entries.set(service, { service, ...countsWith(entries.get(service), span) });
  }
  return mostFrequent(entries.values(), query.limit, {
    count: ({ spanCount }) => spanCount,
    text: ({ service }) => service,
  });
}

/** The span names of one service or of all. */
export function listSpanNames(
  spans: Iterable<Span>,
  query: SpanNameQuery,
): CappedList<SpanNameEntry> {
  const entries = new Map<string, SpanNameEntry>();
  for (const span of within(spans, query)) {
    const service = serviceName(span.resource);
    const { name, kind } = span;
    if (query.service !== undefined && service !== query.service) continue;
    if (!name.startsWith(query.prefix ?? "")) continue;
    const id = `${service}\0${name}`;
    const known = entries.get(id);
    const kinds = [...new Set([...(known?.kinds ?? []), kind])].sort((a, b) => a - b);
    entries.set(id, { service, name, kinds, ...countsWith(known, span) });
  }
  return mostFrequent(entries.values(), query.limit, {
    count: ({ spanCount }) => spanCount,
    text: ({ service, name }) => `${service}\0${name}`,
  });
}

function countsWith(known: ServiceEntry | undefined, span: Span): Omit<ServiceEntry, "service"> {
  const last = known?.lastStartTimeUnixNano ?? 0n;
  const { startTimeUnixNano: start, status } = span;
  return {
    spanCount: (known?.spanCount ?? 0) + 1,
    errorCount: (known?.errorCount ?? 0) + (status.code === 2 ? 1 : 0),
    lastStartTimeUnixNano: start > last ? start : last,
  };
}

/** Each attribute of a span and of all that belongs to it. */
function* attributesOf(span: Span): Generator<readonly [AttributeScope, string, AttributeValue]> {
  const groups: (readonly [AttributeScope, Attributes])[] = [
    ["span", span.attributes],
    ...span.events.map(({ attributes }) => ["event", attributes] as const),
    ...span.links.map(({ attributes }) => ["link", attributes] as const),
    ["resource", span.resource.attributes],
    ["scope", span.scope.attributes],
  ];
  for (const [scope, attributes] of groups) {
    for (const [key, value] of attributes) yield [scope, key, value];
  }
}

/** Attribute keys. */
export function listAttributeKeys(
  spans: Iterable<Span>,
  query: AttributeKeyQuery,
): CappedList<AttributeKeyEntry> {
  const entries = new Map<string, AttributeKeyEntry>();
  for (const span of within(spans, query)) {
    for (const [scope, key, value] of attributesOf(span)) {
      if (query.scope !== undefined && scope !== query.scope) continue;
      if (!key.startsWith(query.prefix ?? "")) continue;
      const id = `${scope} ${key}`;
      const known = entries.get(id);
      const types: AttributeTypeName[] = [
        ...new Set([...(known?.types ?? []), attributeTypeName(value)]),
      ];
      entries.set(id, {
        scope,
        key,
        types: types.sort(),
        count: (known?.count ?? 0) + 1,
        isHighCardinality: (known?.isHighCardinality ?? false) || listedText(value) === undefined,
      });
    }
  }
  return mostFrequent(entries.values(), query.limit, {
    count: ({ count }) => count,
    text: ({ key, scope }) => `${key}\0${scope}`,
  });
}

/** Values of one attribute. */
export function listAttributeValues(
  spans: Iterable<Span>,
  query: AttributeValueQuery,
): CappedList<AttributeValueEntry> {
  const entries = new Map<string, AttributeValueEntry>();
  let isCapped = false;
  for (const span of within(spans, query)) {
    for (const [scope, key, value] of attributesOf(span)) {
      if (scope !== query.scope || key !== query.key) continue;
      const text = listedText(value);
      isCapped ||= text === undefined;
      if (text === undefined || !text.startsWith(query.prefix ?? "")) continue;
      const id = `${typeof value} ${text}`;
      entries.set(id, { value, count: (entries.get(id)?.count ?? 0) + 1 });
    }
  }
  const list = mostFrequent(entries.values(), query.limit, {
    count: ({ count }) => count,
    text: ({ value }) => listedText(value) ?? "",
  });
  return { ...list, capped: list.capped || isCapped };
}

/** The text of a value; undefined for one that is not listed. */
function listedText(value: AttributeValue): string | undefined {
  switch (typeof value) {
    case "string":
      return value.length > CATALOGUE_VALUE_BYTES_MAX ? undefined : value;
    case "bigint":
    case "number":
    case "boolean":
      return String(value);
    default:
      return undefined;
  }
}
