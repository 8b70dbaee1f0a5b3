/*
 * What the native API (`/api/v1`) answers, in the JSON that goes over the wire. The server writes
 * these, the page and the CLI read them.
 */
import type { LogRecordListDocument } from "../log/log-record-document.ts";
import type { OpenSpansOfTrace } from "./inflight-answer.ts";
import type { TraceDocument, TraceSummaryDocument } from "../span/trace-document.ts";

/** How far an answer can be trusted. Part of every answer, printed by the page and the CLI. */
export interface Coverage {
  /** False when a limit or a time-out left something out, or a part did not answer. */
  readonly complete: boolean;
  /** The limit that cut the answer, or null. */
  readonly capped: CoverageCap | null;
  /** The share of spans that was kept, 0 to 1; 1 while nothing is sampled out. */
  readonly sampledRate: number;
  /** Rows the store read to find the answer. */
  readonly scannedRows: number;
  readonly tookMs: number;
}

/** The limit that an answer ran into. */
export interface CoverageCap {
  /** What was counted: "traces", "spans", "log records". */
  readonly unit: string;
  readonly limit: number;
}

/** `GET /api/v1/traces`: newest first, slowest first, or only those with an error. */
export interface TraceListAnswer extends Coverage {
  readonly traces: readonly TraceSummaryDocument[];
}

/** `POST /api/v1/traces/{traceId}/spans`: those spans of the trace that were asked for. */
export interface SpansAnswer extends Coverage {
  /** Finished spans; none while all that is known of the trace is open. */
  readonly trace: TraceDocument;
}

/**
 * `GET /api/v1/traces/{traceId}`. With `wholeUpTo=N`, a trace of more than N spans is answered
 * without any, capped at N: whoever asks so reads its skeleton then.
 */
export interface TraceAnswer extends SpansAnswer, OpenSpansOfTrace {}

/** The last frame of `GET /api/v1/traces/{traceId}/skeleton`; its open spans are rows as well. */
export interface SkeletonEnd extends Coverage, OpenSpansOfTrace {}

/**
 * `GET /api/v1/traces/{traceId}/logs`: the log records of one trace, earliest first. Empty for a
 * trace that has none, and for one that is not known.
 */
export interface LogRecordsAnswer extends Coverage, LogRecordListDocument {
  readonly traceId: string;
}

/** `GET /api/v1/status`: who listens where, since when, and what has arrived. */
export interface StatusAnswer {
  readonly version: string;
  readonly startedAtUnixNano: string;
  readonly nowUnixNano: string;
  readonly listeners: readonly ListenerStatus[];
  readonly store: StoreStatus;
  readonly received: ReceivedStatus;
  /** Losses since the start, by reason. */
  readonly losses: readonly {
    readonly reason: string;
    readonly count: number;
    readonly meaning: string;
  }[];
  /** What the last client did wrong, newest first, at most ten; for the first-run page. */
  readonly mistakes: readonly ClientMistake[];
}

/** One listening port. */
export interface ListenerStatus {
  readonly name: "OTLP/gRPC" | "OTLP/HTTP" | "UI and API";
  readonly host: string;
  readonly port: number;
}

/** Where spans are kept. */
export interface StoreStatus {
  /** "clickhouse-embedded" or "memory". */
  readonly driver: string;
  /** The data directory; empty for a store in memory. */
  readonly path: string;
  readonly ready: boolean;
}

/** What has arrived since the start. */
export interface ReceivedStatus {
  readonly connections: number;
  readonly lastConnectionFrom: string;
  readonly requests: number;
  readonly spans: number;
  readonly logRecords: number;
  /** Empty until the first span. */
  readonly lastSpanAtUnixNano: string;
}

/** A request that was refused, in words that help to mend the sender. */
export interface ClientMistake {
  readonly atUnixNano: string;
  readonly from: string;
  readonly reason: string;
  readonly message: string;
}

/** Every error of the native API: RFC 9457, `application/problem+json`. */
export interface ProblemDocument {
  /** A stable code, `SPOOR_API_…`. */
  readonly code: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly hint?: string;
  /** With SPOOR_API_TRACE_AMBIGUOUS: the ids that begin so, at most ten. */
  readonly traceIds?: readonly string[];
  /** With SPOOR_API_QUERY_INVALID: where in the query, and what to write instead. */
  readonly query?: QueryProblem;
}

/** What is wrong with a query. */
export interface QueryProblem {
  /** Characters of the text that was given: from `start` up to, not including, `end`. */
  readonly start: number;
  readonly end: number;
  /** Where `start` lies, both counted from 1, columns in UTF-16 units. */
  readonly line: number;
  readonly column: number;
  readonly message: string;
  /** What to write instead; empty when there is nothing better to say. */
  readonly suggestion: string;
  /** All of it for a terminal: the line, carets below the place, the suggestion. */
  readonly text: string;
}

/** One event of `GET /api/v1/stream` (server-sent events, event name `traces`). */
export interface TraceStreamEvent {
  /** Summaries of the traces that got new spans since the event before. */
  readonly traces: readonly TraceSummaryDocument[];
}

/** The body of `POST /api/v1/traces/{traceId}/spans`. */
export interface SpansRequest {
  /** 1 to 1000, of 16 hex digits. */
  readonly spanIds: readonly string[];
}
