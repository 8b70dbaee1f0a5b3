import type {
  LogBatch,
  LogRecord,
  Span,
  SpanBatch,
  SpanOutlines,
  Trace,
  TraceSummary,
} from "@spoor/trace";

import type {
  AttributeKeyEntry,
  AttributeKeyQuery,
  AttributeValueEntry,
  AttributeValueQuery,
  CappedList,
  CatalogueQuery,
  OperationQuery,
  OperationStats,
  ServiceEdgeList,
  ServiceEdgeQuery,
  ServiceEntry,
  SpanNameEntry,
  SpanNameQuery,
} from "./catalogue.ts";
import type { LogList, LogQuery } from "./log-search.ts";
import type { RangeAnswer, RangeRequest, SearchAnswer, SearchRequest } from "./search.ts";

/**
 * Keeps spans and log records and finds them again. Every driver passes the one contract suite.
 *
 * All methods may be called concurrently.
 */
export interface TraceStore extends AsyncDisposable {
  /** "clickhouse-embedded", "clickhouse" or "memory". */
  readonly driver: string;
  /** Where the data lies; empty for a store in memory. */
  readonly path: string;
  /** False while the store cannot take or give anything, such as during a restart. */
  readonly isReady: boolean;

  /**
   * Keeps all spans of `batch`. When it resolves they are durable, as far as this driver can make
   * anything durable, and in every answer. The batch may be reused afterwards, not before.
   *
   * Cost: a fixed part per call that is far larger than that of one span, so callers gather.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable) when nothing of the batch can be said to be kept.
   */
  write(batch: SpanBatch): Promise<void>;

  /**
   * All spans of one trace, ordered by start time, then by span id; undefined when there is none.
   * At most `spanLimit` spans, earliest first.
   */
  readTrace(
    traceId: string,
    options: { readonly spanLimit: number },
  ): Promise<TraceRead | undefined>;

  /**
   * The outlines of all spans of one trace: where each stands and how long it is, without what it
   * says. Undefined when there is no span. At most `spanLimit` spans, earliest first.
   *
   * Cost: a small part of {@link readTrace}, which a trace of a million spans cannot afford.
   */
  readOutlines(
    traceId: string,
    options: { readonly spanLimit: number },
  ): Promise<OutlineRead | undefined>;

  /**
   * Those spans of one trace that have one of the given ids, ordered like {@link readTrace}. An
   * unknown id has none; an id that several spans share has several.
   */
  readSpans(traceId: string, spanIds: readonly string[]): Promise<SpanRead>;

  /**
   * Keeps all log records of `batch`, those without a trace too, under the same promises as
   * {@link write}.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable) when nothing of the batch can be said to be kept.
   */
  writeLogs(batch: LogBatch): Promise<void>;

  /**
   * The log records of one trace, whether or not it has spans, ordered by their time; those of one
   * moment in the order in which they stood in their batch. At most `limit`, earliest first.
   */
  readLogs(traceId: string, options: { readonly limit: number }): Promise<LogRead>;

  /**
   * Log records of any trace and of none that fit `query`, newest first, page by page.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED, SPOOR_STORE_PAGE_TOKEN, or
   * the reason of the signal.
   */
  findLogs(query: LogQuery): Promise<LogList>;

  /** The ids that begin with `prefix` (4 to 31 hex digits), in ascending order, at most `limit`. */
  findTraceIds(prefix: string, options: { readonly limit: number }): Promise<string[]>;

  /** Summaries of the traces that fit `query`. */
  findTraces(query: TraceQuery): Promise<TraceList>;

  /**
   * Traces in which a query finds something, in a stable order, page by page. See
   * {@link SearchRequest} for what counts as found.
   *
   * Cost: bounded by time, rows and memory; an answer that a bound cut says so and goes on from its
   * page token.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED, SPOOR_STORE_PAGE_TOKEN, or
   * the reason of the signal.
   */
  search(request: SearchRequest): Promise<SearchAnswer>;

  /**
   * Numbers over time about the spans that a query finds.
   *
   * @throws as {@link search}.
   */
  queryRange(request: RangeRequest): Promise<RangeAnswer>;

  /** Summaries of the given traces, in any order; an unknown id has none. At most 1000 ids. */
  summarize(traceIds: readonly string[]): Promise<TraceSummary[]>;

  /** The services with a span that began in an hour of the range. */
  listServices(query: CatalogueQuery): Promise<CappedList<ServiceEntry>>;

  /** The names of such spans, of one service or of all. */
  listSpanNames(query: SpanNameQuery): Promise<CappedList<SpanNameEntry>>;

  /** The attribute keys of such spans, and of what belongs to them. */
  listAttributeKeys(query: AttributeKeyQuery): Promise<CappedList<AttributeKeyEntry>>;

  /** The values of one attribute. `capped` also says that some were never listed. */
  listAttributeValues(query: AttributeValueQuery): Promise<CappedList<AttributeValueEntry>>;

  /** The calls in the minutes of the range, each counted once, whatever order the spans came in. */
  listServiceEdges(query: ServiceEdgeQuery): Promise<ServiceEdgeList>;

  /** How often an operation ran in the minutes of the range, and how long it took. */
  readOperationStats(query: OperationQuery): Promise<OperationStats>;

  /** Waits for writes in flight, then lets go of every resource. A second call does nothing. */
  close(): Promise<void>;
}

/** Which traces to find. A trace fits when at least one of its spans started in the interval. */
export interface TraceQuery {
  /** Inclusive. */
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
  /** `recent`: by start, newest first. `duration`: longest first. */
  readonly sort: "recent" | "duration";
  /** Only traces in which a span of this service took part. */
  readonly service?: string;
  /** Only traces with at least one span whose status is error. */
  readonly onlyErrors?: boolean;
  /** 1 to 1000. */
  readonly limit: number;
}

/** A trace and what it took to read it. */
export interface TraceRead extends ReadCost {
  readonly trace: Trace;
  /** True when the trace has more spans than were asked for. */
  readonly hasMore: boolean;
}

/** The outlines of a trace and what it took to read them. */
export interface OutlineRead extends ReadCost {
  readonly outlines: SpanOutlines;
  /** True when the trace has more spans than were asked for. */
  readonly hasMore: boolean;
}

/** Spans and what it took to read them. */
export interface SpanRead extends ReadCost {
  readonly spans: readonly Span[];
}

/** Log records and what it took to read them. */
export interface LogRead extends ReadCost {
  readonly logRecords: readonly LogRecord[];
  /** True when there are more than were asked for. */
  readonly hasMore: boolean;
}

/** Summaries and what it took to find them. */
export interface TraceList extends ReadCost {
  readonly traces: readonly TraceSummary[];
  /** True when more traces fit than were asked for. */
  readonly hasMore: boolean;
}

/** What a read cost. */
export interface ReadCost {
  /** Rows the store looked at; an estimate for a store that does not count them. */
  readonly scannedRows: number;
}
