import {
  type Clock,
  systemClock,
  invariant,
  isTraceId,
  type LogBatch,
  type LossLedger,
  outlineOfSpan,
  type Span,
  spansOf,
  type SpanBatch,
  SpanOutlines,
  SpoorError,
  type TraceSummary,
} from "@spoor/trace";

import { TRACES_PER_QUERY_MAX } from "../base/limits.ts";
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
} from "../port/catalogue.ts";
import type {
  LogRead,
  OutlineRead,
  SpanRead,
  TraceList,
  TraceQuery,
  TraceRead,
  TraceStore,
} from "../port/trace-store.ts";
import * as calls from "./memory-calls.ts";
import * as catalogue from "./memory-catalogue.ts";
import type { LogList, LogQuery } from "../port/log-search.ts";
import type { RangeAnswer, RangeRequest, SearchAnswer, SearchRequest } from "../port/search.ts";
import { MemoryLogs } from "./memory-logs.ts";
import { rangeMemory, searchMemory } from "./memory-search.ts";
import { summarizeSpans } from "./summarize-spans.ts";

/** What a store in memory needs. */
export interface MemoryStoreOptions {
  /** Spans to keep; each costs some 3 kB. */
  readonly spanLimit: number;
  /** Log records to keep. */
  readonly logRecordLimit: number;
  /** Counts `span_evicted` and `log_record_evicted`. */
  readonly ledger: LossLedger;
  /** For the time-out of searches; that of the machine without one. */
  readonly clock?: Clock;
}

/**
 * Opens a store that keeps the newest spans and log records in this process and nothing on disk.
 *
 * When it is full, whole traces are let go, those first whose first span arrived first: half a
 * trace would look like a trace with missing spans. Every query looks at all spans.
 */
export function openMemoryStore(options: MemoryStoreOptions): TraceStore {
  return new MemoryStore(options);
}

class MemoryStore implements TraceStore {
  readonly driver = "memory";
  readonly path = "";
  readonly #spanLimit: number;
  readonly #ledger: LossLedger;
  readonly #clock: Clock;
  /** In the order in which the first span of each arrived. */
  readonly #traces = new Map<string, Span[]>();
  readonly #logs: MemoryLogs;
  #spanCount = 0;
  #isClosed = false;

  constructor(options: MemoryStoreOptions) {
    invariant(options.spanLimit >= 1, "a store keeps at least one span", { ...options });
    this.#spanLimit = options.spanLimit;
    this.#ledger = options.ledger;
    this.#clock = options.clock ?? systemClock;
    this.#logs = new MemoryLogs(options.logRecordLimit, options.ledger);
  }

  get isReady(): boolean {
    return !this.#isClosed;
  }

  async write(batch: SpanBatch): Promise<void> {
    this.#requireOpen();
    for (const span of spansOf(batch)) {
      const spans = this.#traces.get(span.traceId);
      if (spans === undefined) this.#traces.set(span.traceId, [span]);
      else spans.push(span);
    }
    this.#spanCount += batch.spanCount;
    this.#evict();
  }

  async readTrace(
    traceId: string,
    options: { readonly spanLimit: number },
  ): Promise<TraceRead | undefined> {
    this.#requireOpen();
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    const spans = this.#traces.get(traceId);
    if (spans === undefined) return undefined;
    const ordered = spans.toSorted(byStart);
    return {
      trace: { traceId, spans: ordered.slice(0, options.spanLimit) },
      hasMore: spans.length > options.spanLimit,
      scannedRows: spans.length,
    };
  }

  async readOutlines(
    traceId: string,
    options: { readonly spanLimit: number },
  ): Promise<OutlineRead | undefined> {
    const read = await this.readTrace(traceId, options);
    if (read === undefined) return undefined;
    const { hasMore, scannedRows } = read;
    const outlines = new SpanOutlines(read.trace.spans.length);
    for (const span of read.trace.spans) outlines.append(outlineOfSpan(span));
    return { outlines, hasMore, scannedRows };
  }

  async readSpans(traceId: string, spanIds: readonly string[]): Promise<SpanRead> {
    this.#requireOpen();
    const spans = this.#traces.get(traceId) ?? [];
    const wanted = new Set(spanIds);
    return {
      spans: spans.filter((span) => wanted.has(span.spanId)).sort(byStart),
      scannedRows: spans.length,
    };
  }

  async writeLogs(batch: LogBatch): Promise<void> {
    this.#requireOpen();
    this.#logs.write(batch);
  }

  async readLogs(traceId: string, { limit }: { readonly limit: number }): Promise<LogRead> {
    this.#requireOpen();
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    return this.#logs.read(traceId, limit);
  }

  async findLogs(query: LogQuery): Promise<LogList> {
    this.#requireOpen();
    query.signal?.throwIfAborted();
    return this.#logs.find(query);
  }

  async findTraceIds(prefix: string, options: { readonly limit: number }): Promise<string[]> {
    this.#requireOpen();
    invariant(/^[0-9a-f]{1,32}$/.test(prefix), "a prefix has hex digits", { prefix });
    return [...this.#traces.keys()]
      .filter((traceId) => traceId.startsWith(prefix))
      .sort()
      .slice(0, options.limit);
  }

  async findTraces(query: TraceQuery): Promise<TraceList> {
    this.#requireOpen();
    const { limit } = query;
    invariant(limit >= 1 && limit <= TRACES_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
    const summaries: TraceSummary[] = [];
    for (const [traceId, spans] of this.#traces) {
      if (!spans.some((span) => startsWithin(span, query))) continue;
      const summary = summarizeSpans(traceId, spans);
      if (fits(summary, query)) summaries.push(summary);
    }
    const key = query.sort === "recent" ? "startTimeUnixNano" : "durationNano";
    summaries.sort((a, b) => {
      if (a[key] !== b[key]) return a[key] > b[key] ? -1 : 1;
      return a.traceId < b.traceId ? -1 : 1;
    });
    return {
      traces: summaries.slice(0, limit),
      hasMore: summaries.length > limit,
      scannedRows: this.#spanCount,
    };
  }

  async search(request: SearchRequest): Promise<SearchAnswer> {
    this.#requireOpen();
    return searchMemory({ traces: this.#traces, spanCount: this.#spanCount }, request, this.#clock);
  }

  async queryRange(request: RangeRequest): Promise<RangeAnswer> {
    this.#requireOpen();
    return rangeMemory({ traces: this.#traces, spanCount: this.#spanCount }, request, this.#clock);
  }

  async summarize(traceIds: readonly string[]): Promise<TraceSummary[]> {
    this.#requireOpen();
    const { length } = traceIds;
    invariant(length <= TRACES_PER_QUERY_MAX, "at most 1000 traces at once", { length });
    return [...new Set(traceIds)].flatMap((traceId) => {
      const spans = this.#traces.get(traceId);
      return spans === undefined ? [] : summarizeSpans(traceId, spans);
    });
  }

  async listServices(query: CatalogueQuery): Promise<CappedList<ServiceEntry>> {
    return catalogue.listServices(this.#spans(), query);
  }

  async listSpanNames(query: SpanNameQuery): Promise<CappedList<SpanNameEntry>> {
    return catalogue.listSpanNames(this.#spans(), query);
  }

  async listAttributeKeys(query: AttributeKeyQuery): Promise<CappedList<AttributeKeyEntry>> {
    return catalogue.listAttributeKeys(this.#spans(), query);
  }

  async listAttributeValues(query: AttributeValueQuery): Promise<CappedList<AttributeValueEntry>> {
    return catalogue.listAttributeValues(this.#spans(), query);
  }

  async listServiceEdges(query: ServiceEdgeQuery): Promise<ServiceEdgeList> {
    this.#requireOpen();
    return calls.listServiceEdges(this.#traces.values(), query);
  }

  async readOperationStats(query: OperationQuery): Promise<OperationStats> {
    return calls.readOperationStats(this.#spans(), query);
  }

  *#spans(): Generator<Span> {
    this.#requireOpen();
    for (const spans of this.#traces.values()) yield* spans;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#traces.clear();
    this.#logs.clear();
    this.#spanCount = 0;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #evict(): void {
    for (const [traceId, spans] of this.#traces) {
      if (this.#spanCount <= this.#spanLimit) return;
      this.#traces.delete(traceId);
      this.#spanCount -= spans.length;
      this.#ledger.count("span_evicted", spans.length);
    }
  }

  #requireOpen(): void {
    if (!this.#isClosed) return;
    throw new SpoorError("cannot use the store: it was closed", { code: "SPOOR_STORE_CLOSED" });
  }
}

function startsWithin(span: Span, { fromUnixNano, toUnixNano }: TraceQuery): boolean {
  return span.startTimeUnixNano >= fromUnixNano && span.startTimeUnixNano < toUnixNano;
}

function fits(summary: TraceSummary, query: TraceQuery): boolean {
  if (query.onlyErrors === true && summary.errorCount === 0) return false;
  return query.service === undefined || summary.services.includes(query.service);
}

function byStart(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : Number(a.spanId > b.spanId);
}
