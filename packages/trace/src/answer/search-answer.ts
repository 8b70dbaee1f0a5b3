/* What the native API answers to queries: traces, numbers over time, groups, differences. */
import type { LogRecordListDocument } from "../log/log-record-document.ts";
import type { TraceSummaryDocument } from "../span/trace-document.ts";
import type { Coverage } from "./answers.ts";

/** The query as it was understood: part of every answer to one. */
export interface AskedQuery {
  /** In TraceQL, also when the plain form was given. */
  readonly traceql: string;
  /** True when the plain form (`service:checkout duration>2s`) was given and translated. */
  readonly isTranslated: boolean;
}

/** A value of a field. */
export interface FieldValue {
  /** `nil` for what a span does not have; `other` for bytes and maps. */
  readonly type:
    | "string"
    | "int"
    | "double"
    | "bool"
    | "duration"
    | "status"
    | "kind"
    | "state"
    | "array"
    | "other"
    | "nil";
  /** For people and for tables: `checkout`, `42`, `error`; a duration in ns; empty for nil. */
  readonly text: string;
}

/** A name and its value. */
export interface FieldLabel extends FieldValue {
  readonly name: string;
}

/** The interval that was looked at. */
export interface AskedInterval {
  /** Inclusive. */
  readonly fromUnixNano: string;
  /** Exclusive. */
  readonly toUnixNano: string;
}

/** `GET /api/v1/search`: traces that a query finds. */
export interface TraceSearchAnswer extends Coverage, AskedQuery, AskedInterval {
  readonly traces: readonly FoundTraceDocument[];
  /** What `page` is to be for the page behind this one; null after the last. */
  readonly nextPage: string | null;
}

/** `GET /api/v1/logs`: log records of any trace and of none, newest first. */
export interface LogSearchAnswer extends Coverage, AskedInterval, LogRecordListDocument {
  /** What `page` is to be for the page behind this one; null after the last. */
  readonly nextPage: string | null;
}

/** A trace, and what the query found in it. */
export interface FoundTraceDocument extends TraceSummaryDocument {
  /** One, or one for each value of `by`. Without spans for a trace found by what it has not. */
  readonly groups: readonly FoundGroupDocument[];
}

/** Spans that were found together. */
export interface FoundGroupDocument {
  /** How many were found; `spans` may be fewer. */
  readonly spanCount: number;
  /** The earliest. */
  readonly spans: readonly FoundSpanDocument[];
  /** What `by` and aggregates said: `by(name)`, `count()`. */
  readonly labels: readonly FieldLabel[];
}

/** A span that was found. */
export interface FoundSpanDocument {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startTimeUnixNano: string;
  readonly durationNano: string;
  /** What `select` named. */
  readonly fields: readonly FieldLabel[];
}

/** An event of `GET /api/v1/tail` (server-sent events, event name `traces`). */
export interface TailEvent {
  /** Traces that got spans since the event before and fit the query now; the newest version. */
  readonly traces: readonly FoundTraceDocument[];
  /** Changed traces that were not looked at, because too much came at once. */
  readonly skippedCount: number;
}

/** `GET /api/v1/query-range`: series of numbers. */
export interface QueryRangeAnswer extends Coverage, AskedQuery, AskedInterval {
  readonly stepNano: string;
  readonly series: readonly SeriesDocument[];
}

/** One series. */
export interface SeriesDocument {
  readonly labels: readonly FieldLabel[];
  /** One for each step from the beginning of the interval, null where there is none. */
  readonly values: readonly (number | null)[];
  readonly exemplars: readonly ExemplarDocument[];
}

/** A span that stands behind a number. */
export interface ExemplarDocument {
  readonly traceId: string;
  readonly spanId: string;
  readonly startTimeUnixNano: string;
  readonly value: number;
}

/** `GET /api/v1/heatmap`: how many spans began when and took how long. */
export interface HeatmapAnswer extends Coverage, AskedQuery, AskedInterval {
  readonly stepNano: string;
  readonly stepCount: number;
  /** Bucket `b` holds durations of more than 2^(b/8) up to and with 2^((b+1)/8) ns; 0 also less. */
  readonly bucketsPerDoubling: 8;
  /** All that are not 0, by step and bucket. */
  readonly cells: readonly HeatmapCell[];
  readonly spanCount: number;
  /**
   * The query asks for what has not ended, or what was found wrong. That is of one moment and makes
   * no series, so there are no cells: `GET /api/v1/search` finds it.
   */
  readonly ofPresent: boolean;
}

/** Spans that began in one step with durations of one bucket. */
export interface HeatmapCell {
  /** Index of the step. */
  readonly step: number;
  readonly bucket: number;
  readonly spanCount: number;
  readonly errorCount: number;
}

/** `GET /api/v1/groups`: what a query finds, divided by a field. Most spans first. */
export interface GroupsAnswer extends Coverage, AskedQuery, AskedInterval {
  /** The field as it was understood: `resource.service.name`. */
  readonly by: string;
  readonly groups: readonly SpanGroupDocument[];
}

/** Spans with one value of the field. */
export interface SpanGroupDocument {
  readonly value: FieldValue;
  /** A TraceQL condition that is true for these spans, null where there is none. */
  readonly condition: string | null;
  readonly spanCount: number;
  readonly errorCount: number;
  /** Spans each second of the interval. */
  readonly rate: number;
  /** Durations, in ns. */
  readonly p50Nano: number;
  readonly p95Nano: number;
  readonly p99Nano: number;
  readonly maxNano: number;
}

/** The body of `POST /api/v1/difference`. */
export interface DifferenceRequest {
  readonly selection: DifferenceSide;
  /** Without it: all other spans of the same interval that the query of the selection finds. */
  readonly baseline?: DifferenceSide;
}

/** Some spans: what a query finds, and of these those in a box of time and duration. */
export interface DifferenceSide {
  /** TraceQL or the plain form; finds everything when it is empty. */
  readonly q: string;
  /** As in the parameters of the other routes. */
  readonly from?: string;
  readonly to?: string;
  readonly box?: DifferenceBox;
}

/** A rectangle of a heat map. What is absent does not restrict. */
export interface DifferenceBox {
  /** As `from` and `to`: when spans began. */
  readonly from?: string;
  readonly to?: string;
  /** Inclusive, in ns. */
  readonly durationMinNano?: number;
  /** Exclusive, in ns. */
  readonly durationMaxNano?: number;
}

/** `POST /api/v1/difference`: what is different about the selection. */
export interface DifferenceAnswer extends Coverage {
  /** Spans. */
  readonly selectionCount: number;
  readonly baselineCount: number;
  /** The greatest difference first. */
  readonly keys: readonly KeyDifference[];
}

/** A field whose values are shared out differently. */
export interface KeyDifference {
  /** As TraceQL names it: `span.http.route`. */
  readonly field: string;
  /** The greatest difference of the two shares of one value, 0 to 1. */
  readonly difference: number;
  /** The greatest difference first; `nil` stands for spans without the field. */
  readonly values: readonly ValueDifference[];
}

/** How often a value occurs in both. */
export interface ValueDifference {
  readonly value: FieldValue;
  readonly condition: string | null;
  readonly selectionCount: number;
  readonly baselineCount: number;
  /** Of the spans of the selection, 0 to 1. */
  readonly selectionShare: number;
  readonly baselineShare: number;
}
