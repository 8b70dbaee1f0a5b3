import type { InstrumentationScope, Resource } from "@spoor/trace";

/** What spans and log records have in common. */
export interface OfResource {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/** The rows of one scope, and those of one resource by scope. */
export type RecordGroups<T> = ReadonlyMap<
  Resource,
  ReadonlyMap<InstrumentationScope, readonly T[]>
>;

/**
 * Spans or log records by resource and scope, as OTLP nests them, each in the order of its first.
 * Objects are told apart by identity: equal ones that are not shared become groups of their own,
 * which is valid, only longer.
 */
export function groupRecords<T extends OfResource>(records: readonly T[]): RecordGroups<T> {
  const groups = new Map<Resource, Map<InstrumentationScope, T[]>>();
  for (const record of records) {
    const scopes = entryOf(groups, record.resource, () => new Map<InstrumentationScope, T[]>());
    entryOf(scopes, record.scope, (): T[] => []).push(record);
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
