/* The words of the language: what they are called, and what they mean. */
import { FINDING_KEY_PREFIX, WAIT_KEY_PREFIX } from "@spoor/trace";

import type { IntrinsicId, LiteralValue } from "./syntax-tree.ts";

/** What a field or a value can be. `any` is an attribute, whose type the sender decides. */
export type ValueType =
  | "any"
  | "string"
  | "int"
  | "float"
  | "duration"
  | "boolean"
  | "status"
  | "kind"
  | "state"
  | "nil";

/** An intrinsic, its type, and the name without a scope under which it is known too. */
export interface Intrinsic {
  readonly id: IntrinsicId;
  readonly type: ValueType;
  readonly shortName?: string;
  /** Of an id: how many hex digits it has. */
  readonly idDigits?: number;
  /** A line for a list of completions. */
  readonly meaning: string;
}

/** Every intrinsic. */
export const INTRINSICS: readonly Intrinsic[] = [
  { id: "span:name", type: "string", shortName: "name", meaning: "name of the span" },
  { id: "span:duration", type: "duration", shortName: "duration", meaning: "end minus start" },
  { id: "span:status", type: "status", shortName: "status", meaning: "ok, error or unset" },
  {
    id: "span:statusMessage",
    type: "string",
    shortName: "statusMessage",
    meaning: "words of the sender about the status",
  },
  { id: "span:kind", type: "kind", shortName: "kind", meaning: "server, client, …" },
  { id: "span:state", type: "state", meaning: "ended, or open, ending or gone" },
  { id: "span:id", type: "string", idDigits: 16, meaning: "16 hex digits" },
  { id: "span:parentID", type: "string", idDigits: 16, meaning: "16 hex digits, empty for a root" },
  { id: "span:childCount", type: "int", meaning: "number of direct children" },
  {
    id: "span:nestedSetLeft",
    type: "int",
    shortName: "nestedSetLeft",
    meaning: "number at which a walk through the tree enters the span",
  },
  {
    id: "span:nestedSetRight",
    type: "int",
    shortName: "nestedSetRight",
    meaning: "number at which it leaves the span",
  },
  {
    id: "span:nestedSetParent",
    type: "int",
    shortName: "nestedSetParent",
    meaning: "left number of the parent, -1 without one",
  },
  {
    id: "trace:duration",
    type: "duration",
    shortName: "traceDuration",
    meaning: "first start to last end of the trace",
  },
  { id: "trace:rootName", type: "string", shortName: "rootName", meaning: "name of the root span" },
  {
    id: "trace:rootService",
    type: "string",
    shortName: "rootServiceName",
    meaning: "service of the root span",
  },
  { id: "trace:id", type: "string", idDigits: 32, meaning: "32 hex digits" },
  { id: "event:name", type: "string", meaning: "names of the events" },
  {
    id: "event:timeSinceStart",
    type: "duration",
    meaning: "times of the events since the start of the span",
  },
  { id: "link:traceID", type: "string", idDigits: 32, meaning: "trace ids of the links" },
  { id: "link:spanID", type: "string", idDigits: 16, meaning: "span ids of the links" },
  { id: "instrumentation:name", type: "string", meaning: "name of the instrumentation scope" },
  { id: "instrumentation:version", type: "string", meaning: "its version" },
];

/** Intrinsics by the name with a scope. */
export const INTRINSIC_BY_ID: ReadonlyMap<string, Intrinsic> = new Map(
  INTRINSICS.map((intrinsic) => [intrinsic.id, intrinsic]),
);

/** Intrinsics by the name without a scope. */
export const INTRINSIC_BY_SHORT_NAME: ReadonlyMap<string, Intrinsic> = new Map(
  INTRINSICS.flatMap((intrinsic) =>
    intrinsic.shortName === undefined ? [] : [[intrinsic.shortName, intrinsic] as const],
  ),
);

/** Scopes that have attributes, as they stand before the dot. */
export const ATTRIBUTE_SCOPES = ["span", "resource", "event", "link", "instrumentation"] as const;

/**
 * Scopes of our own, and where they lie among the events of a span: what it waited for, and what
 * its process found wrong with its tracing.
 */
export const EVENT_SCOPES: ReadonlyMap<string, string> = new Map([
  ["wait", WAIT_KEY_PREFIX],
  ["finding", FINDING_KEY_PREFIX],
]);

/**
 * Whether a span has ended, by code. `open`: its process says that it has not. `ending`: its
 * process names it no longer, and it has not arrived. `gone`: its process fell silent.
 */
export const SPAN_STATES = ["ended", "open", "ending", "gone"] as const;

/** One of {@link SPAN_STATES}. */
export type SpanState = (typeof SPAN_STATES)[number];

/** Words that are values. Codes are those of OTLP. */
export const VALUE_WORDS: ReadonlyMap<string, LiteralValue> = new Map<string, LiteralValue>([
  ["true", { type: "boolean", value: true }],
  ["false", { type: "boolean", value: false }],
  ["nil", { type: "nil" }],
  ["unset", { type: "status", value: 0 }],
  ["ok", { type: "status", value: 1 }],
  ["error", { type: "status", value: 2 }],
  ["unspecified", { type: "kind", value: 0 }],
  ["internal", { type: "kind", value: 1 }],
  ["server", { type: "kind", value: 2 }],
  ["client", { type: "kind", value: 3 }],
  ["producer", { type: "kind", value: 4 }],
  ["consumer", { type: "kind", value: 5 }],
  ...SPAN_STATES.map((word, value): [string, LiteralValue] => [word, { type: "state", value }]),
  ["minInt", { type: "int", value: -(2n ** 63n) }],
  ["maxInt", { type: "int", value: 2n ** 63n - 1n }],
]);

/** Aggregates of a set of spans. */
export const AGGREGATES = ["count", "min", "max", "avg", "sum"] as const;

/** Functions that make series. */
export const METRICS_FUNCTIONS = [
  "rate",
  "count_over_time",
  "min_over_time",
  "max_over_time",
  "avg_over_time",
  "sum_over_time",
  "quantile_over_time",
  "histogram_over_time",
] as const;

/** Hints that mean something, with what they take. */
export const HINTS: ReadonlyMap<string, readonly ("boolean" | "number" | "string")[]> = new Map([
  ["sample", ["boolean", "number"]],
  ["span_sample", ["number"]],
  ["trace_sample", ["number"]],
  ["exemplars", ["boolean", "number"]],
  ["most_recent", ["boolean"]],
  ["order", ["string"]],
  ["buckets", ["number"]],
]);

/** Nanoseconds of each unit in which a duration may be written. */
export const DURATION_UNITS: ReadonlyMap<string, number> = new Map([
  ["ns", 1],
  ["us", 1e3],
  ["µs", 1e3],
  ["μs", 1e3],
  ["ms", 1e6],
  ["s", 1e9],
  ["m", 60e9],
  ["h", 3600e9],
  ["d", 86_400e9],
]);
