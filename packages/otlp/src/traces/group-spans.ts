import type { InstrumentationScope, Resource, Span } from "@spoor/trace";

/** The spans of one scope, and those of one resource by scope. */
export type SpanGroups = ReadonlyMap<Resource, ReadonlyMap<InstrumentationScope, readonly Span[]>>;

/**
 * Spans by resource and scope, as OTLP nests them, each in the order of its first span. Objects are
 * told apart by identity: equal ones that are not shared become groups of their own, which is
 * valid, only longer.
 */
export function groupSpans(spans: readonly Span[]): SpanGroups {
  const groups = new Map<Resource, Map<InstrumentationScope, Span[]>>();
  for (const span of spans) {
    const scopes = entryOf(groups, span.resource, () => new Map<InstrumentationScope, Span[]>());
    entryOf(scopes, span.scope, (): Span[] => []).push(span);
  }
  return groups;
}

function entryOf<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const known = map.get(key);
  if (known !== undefined) return known;
  const created = create();
  map.set(key, created);
  return created;
}
