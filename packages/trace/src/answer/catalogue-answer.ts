/* What the native API answers about the whole of what is stored: what there is to ask for. */
import type { SpanKind, SpanKindName } from "../span/kind.ts";
import type { Coverage } from "./answers.ts";
import type { AskedInterval, FieldValue } from "./search-answer.ts";

/** `GET /api/v1/services`: most spans first. */
export interface ServicesAnswer extends Coverage, AskedInterval {
  readonly services: readonly ServiceDocument[];
}

/** A service, as its spans show it. */
export interface ServiceDocument {
  readonly service: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly lastStartTimeUnixNano: string;
}

/** `GET /api/v1/names`: the span names of a service or of all, most spans first. */
export interface SpanNamesAnswer extends Coverage, AskedInterval {
  readonly names: readonly SpanNameDocument[];
}

/** A span name of a service. */
export interface SpanNameDocument extends ServiceDocument {
  readonly name: string;
  readonly kinds: readonly SpanKind[];
}

/** `GET /api/v1/keys`: attribute keys, most frequent first. */
export interface AttributeKeysAnswer extends Coverage, AskedInterval {
  readonly keys: readonly AttributeKeyDocument[];
}

/** An attribute key. */
export interface AttributeKeyDocument {
  /** As TraceQL names it: `span.http.route`. */
  readonly field: string;
  readonly scope: "span" | "event" | "link" | "resource" | "instrumentation";
  readonly key: string;
  readonly types: readonly ("string" | "int" | "double" | "bool" | "other")[];
  readonly count: number;
  /** Whether it has more values than are listed, as an id has. */
  readonly isHighCardinality: boolean;
}

/** `GET /api/v1/values`: the values of a field, most frequent first. */
export interface AttributeValuesAnswer extends Coverage, AskedInterval {
  /** The field as it was understood. */
  readonly field: string;
  readonly values: readonly AttributeValueDocument[];
}

/** A value of a field. */
export interface AttributeValueDocument {
  readonly value: FieldValue;
  /** The same as TraceQL spells it: `"GET /cart"`, `42`, `error`. */
  readonly literal: string;
  readonly count: number;
}

/** `GET /api/v1/map`: calls between services, most calls first. */
export interface ServiceMapAnswer extends Coverage, AskedInterval {
  readonly edges: readonly ServiceEdgeDocument[];
  /** Minutes of the interval that are not counted up to their last span; 0 when all are. */
  readonly pendingMinutes: number;
}

/** Calls of one service by another, or of something without spans. */
export interface ServiceEdgeDocument {
  readonly caller: string;
  /** A service, or the name of a database, queue or host; may be empty. */
  readonly callee: string;
  readonly calleeType: "service" | "database" | "messaging" | "external";
  readonly callCount: number;
  readonly errorCount: number;
  /** Within 4.5 %; null for calls of which nobody knows how long they took. */
  readonly p50Nano: number | null;
  readonly p95Nano: number | null;
  readonly p99Nano: number | null;
}

/** `GET /api/v1/baseline`: how long an operation usually takes. */
export interface BaselineAnswer extends Coverage, AskedInterval {
  readonly service: string;
  readonly name: string;
  /** The kind of span that was asked for, null for any. */
  readonly kind: SpanKindName | null;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Within 4.5 %; null without a span. */
  readonly p50Nano: number | null;
  readonly p95Nano: number | null;
  readonly p99Nano: number | null;
  /** "usually 118 ms", empty where there are too few spans for one to be usual. */
  readonly sentence: string;
  /** The least share that was shorter than `duration`, 0 to 1; null without one or a span. */
  readonly shorterShare: number | null;
  readonly pendingMinutes: number;
}

/** `GET /api/v1/complete`: what may be inserted at a cursor of a query. */
export interface CompletionAnswer extends Coverage {
  /** The text from here to the cursor is replaced. In UTF-16 units. */
  readonly start: number;
  readonly prefix: string;
  readonly items: readonly CompletionItem[];
}

/** One thing that may be inserted. */
export interface CompletionItem {
  readonly text: string;
  readonly kind: "field" | "scope" | "value" | "operator" | "function" | "hint" | "structure";
  /** A few words on what it is; may be empty. */
  readonly meaning: string;
  /** How often it occurs, null for what is part of the language. */
  readonly count: number | null;
}
