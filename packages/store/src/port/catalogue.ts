/** What a store knows about its spans as a whole: what there is to ask for. */
import type { AttributeValue, SpanKind } from "@spoor/trace";

import type { AttributeScope, AttributeTypeName } from "../base/attribute-scope.ts";
import type { DurationHistogram } from "../base/duration-histogram.ts";

/**
 * An interval of starts. Answers about the whole look at whole hours, those about calls and
 * durations at whole minutes. A span whose start a store cannot believe counts as of 1970.
 */
export interface TimeRange {
  /** Inclusive. */
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
}

/** What to list, and how much of it. */
export interface CatalogueQuery extends TimeRange {
  /** 1 to 1000. */
  readonly limit: number;
}

/** A list that may be cut. */
export interface CappedList<Item> {
  /** The most frequent first, those of one count by their text. */
  readonly items: readonly Item[];
  /** True when there are more, whether the limit cut them or they were never listed. */
  readonly capped: boolean;
}

/** A service, as its spans show it. */
export interface ServiceEntry {
  readonly service: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly lastStartTimeUnixNano: bigint;
}

/** Which span names to list. */
export interface SpanNameQuery extends CatalogueQuery {
  readonly service?: string;
  /** Only names that begin with it, in these letters. */
  readonly prefix?: string;
}

/** A span name of a service. */
export interface SpanNameEntry extends ServiceEntry {
  readonly name: string;
  /** In the order of their numbers. */
  readonly kinds: readonly SpanKind[];
}

/** Which attribute keys to list. */
export interface AttributeKeyQuery extends CatalogueQuery {
  readonly scope?: AttributeScope;
  /** Only keys that begin with it, in these letters. */
  readonly prefix?: string;
}

/** An attribute key. */
export interface AttributeKeyEntry {
  readonly scope: AttributeScope;
  readonly key: string;
  /** In the order of the alphabet; `other` is for bytes, lists, maps and empty values. */
  readonly types: readonly AttributeTypeName[];
  /** Spans, events or links that have it; for a resource or a scope the spans under it. */
  readonly count: number;
  /** Whether it has more values than are listed, as an id has. */
  readonly isHighCardinality: boolean;
}

/** Which values of an attribute to list. */
export interface AttributeValueQuery extends CatalogueQuery {
  readonly scope: AttributeScope;
  readonly key: string;
  /** Only values whose text begins with it, in these letters. */
  readonly prefix?: string;
}

/** A value of an attribute. Bytes, lists, maps and empty values are not listed. */
export interface AttributeValueEntry {
  readonly value: AttributeValue;
  /** As in {@link AttributeKeyEntry}; an estimate where a store looks at samples. */
  readonly count: number;
}

/** Which calls between services to list. */
export type ServiceEdgeQuery = CatalogueQuery;

/** What is called: a service, or what has no spans of its own. */
export type CalleeType = "service" | "database" | "messaging" | "external";

/**
 * Calls of one service by another, or of something without spans.
 *
 * A call of a service is a server or consumer span and its parent, which begins at most a minute
 * later and five minutes earlier. A client or producer span without such a child calls a database,
 * a queue or something external, named by its attributes; the name may be empty. A call belongs to
 * the minute of the calling span. A client or producer span says how long it took and whether it
 * failed, else the called one does.
 */
export interface ServiceEdge {
  readonly caller: string;
  readonly callee: string;
  readonly calleeType: CalleeType;
  readonly callCount: number;
  readonly errorCount: number;
  readonly durations: DurationHistogram;
}

/** Calls between services. */
export interface ServiceEdgeList extends CappedList<ServiceEdge> {
  /** Minutes of the range that are not counted up to their last span; 0 when all are. */
  readonly pendingMinutes: number;
}

/** Whose durations to add up. */
export interface OperationQuery extends TimeRange {
  readonly service: string;
  readonly name: string;
  /** Only spans of this kind: a call and its serving may have one name. */
  readonly kind?: SpanKind;
}

/** How a service did something. */
export interface OperationStats {
  readonly spanCount: number;
  readonly errorCount: number;
  readonly durations: DurationHistogram;
  /** As in {@link ServiceEdgeList}. */
  readonly pendingMinutes: number;
}

/** Cuts a list after the most frequent, those of one count by their text. */
export function mostFrequent<Item>(
  items: Iterable<Item>,
  limit: number,
  by: { readonly count: (item: Item) => number; readonly text: (item: Item) => string },
): CappedList<Item> {
  const sorted = [...items].sort((a, b) => {
    if (by.count(a) !== by.count(b)) return by.count(b) - by.count(a);
    return by.text(a) < by.text(b) ? -1 : 1;
  });
  return { items: sorted.slice(0, limit), capped: sorted.length > limit };
}
