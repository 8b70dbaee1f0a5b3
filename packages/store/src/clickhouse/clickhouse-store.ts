import { randomUUID } from "node:crypto";

import {
  type Clock,
  invariant,
  isTraceId,
  type LogBatch,
  type SpanBatch,
  type TraceSummary,
} from "@spoor/trace";

import { CATALOGUE_ITEMS_MAX, SPANS_PER_READ_MAX, TRACES_PER_QUERY_MAX } from "../base/limits.ts";
import type { RetentionPolicy, RetentionReport } from "../base/retention-policy.ts";
import type { StoreEventListener } from "../base/store-event.ts";
import { connect, type ConnectionSource, disconnect } from "../engine/connection.ts";
import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import type { Endpoint } from "../engine/endpoint.ts";
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
import { CatalogueCopy } from "../catalogue/catalogue-copy.ts";
import { MinuteJob } from "../derive/minute-job.ts";
import { readOperationStats, readServiceEdges } from "../derive/read-minutes.ts";
import type { LogList, LogQuery } from "../port/log-search.ts";
import type {
  RangeAnswer,
  RangeRequest,
  SearchAnswer,
  SearchBounds,
  SearchRequest,
} from "../port/search.ts";
import { DimensionReader } from "../read/dimension-reader.ts";
import { findTraceIds } from "../read/find-trace-ids.ts";
import { findTraces } from "../read/find-traces.ts";
import {
  frequencyOf,
  listAttributeKeys,
  listAttributeValues,
  listServices,
  listSpanNames,
} from "../catalogue/list-catalogue.ts";
import { readLogs } from "../read/read-logs.ts";
import { readOutlines } from "../read/read-outlines.ts";
import { readSpans, readTrace } from "../read/read-trace.ts";
import { readSummaries } from "../read/summaries.ts";
import { applyRetention } from "../retention/apply-retention.ts";
import { EMBEDDED_PLACE, migrate } from "../schema/migrate.ts";
import type { SchemaPlace } from "../schema/table-ddl.ts";
import { queryRange } from "../search/query-range.ts";
import { DimensionKeys } from "../search/dimension-keys.ts";
import { SearchQueries } from "../search/search-queries.ts";
import { searchLogs } from "../search/search-logs.ts";
import { searchTraces } from "../search/search-traces.ts";
import { encodeLogBlock, encodeSpanBlock, type LogBlock, type SpanBlock } from "../write/block.ts";
import { SpanWriter } from "../write/span-writer.ts";

/** A store that also takes spans and log records which were encoded elsewhere. */
export interface BlockStore extends TraceStore {
  /**
   * Keeps the spans of an encoded block, once: a block whose token was written before is not
   * written again, for at least the last thousand tokens. Resolves when they are durable and in
   * every answer.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable) when nothing of the block can be said to be kept.
   */
  writeBlock(block: SpanBlock, token: string): Promise<void>;

  /** The same for log records; their tokens are apart from those of spans. */
  writeLogBlock(block: LogBlock, token: string): Promise<void>;

  /**
   * Counts calls and durations of all minutes that are due, which else happens once a minute.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED
   */
  countMinutes(): Promise<void>;

  /**
   * Deletes what `policy` no longer keeps, as of now, and tells it in an event. Writes of this
   * process wait while rows are counted. Where others write too, resources and scopes stay, and
   * rows that are deleted by two at the same moment may be counted by both.
   *
   * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED
   */
  retain(policy: RetentionPolicy): Promise<RetentionReport>;
}

/** What a store on the embedded engine needs. */
export interface EmbeddedStoreOptions {
  /** A directory of its own; created when it does not exist. */
  readonly dataPath: string;
  readonly clock: Clock;
  /** Told when the engine starts, dies and starts again. Must not throw. */
  readonly onEvent?: StoreEventListener;
}

/**
 * Opens a store on the embedded ClickHouse: locks the directory, starts the engine as a process of
 * its own, brings the schema up to date. Takes less than half a second on a small machine.
 *
 * The caller closes the store. A parent that dies without that takes the engine with it.
 *
 * @throws SPOOR_STORE_LOCKED, SPOOR_STORE_PATH, SPOOR_STORE_PLATFORM, SPOOR_STORE_ENGINE_MISSING,
 * SPOOR_STORE_ENGINE_START, SPOOR_STORE_NEWER
 */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<BlockStore> {
  const onEvent = options.onEvent ?? (() => undefined);
  const engine = await EmbeddedEngine.start({ ...options, onEvent });
  try {
    await migrate(engine.current().writer);
  } catch (error) {
    await engine.close();
    throw error;
  }
  return new ClickHouseStore({
    driver: "clickhouse-embedded",
    path: options.dataPath,
    source: engine,
    clock: options.clock,
    onEvent,
    place: EMBEDDED_PLACE,
    isOnlyWriter: true,
  });
}

/** What a store on ClickHouse is made of. */
export interface ClickHouseStoreOptions {
  readonly driver: string;
  readonly path: string;
  readonly source: ConnectionSource;
  readonly clock: Clock;
  readonly onEvent: StoreEventListener;
  /** Where the tables lie. */
  readonly place: SchemaPlace;
  /** All nodes of a cluster whose nodes do not tell each other; else none. */
  readonly nodes?: readonly Endpoint[];
  /** Whether no other process writes there. */
  readonly isOnlyWriter: boolean;
}

/** Spans in ClickHouse, wherever it runs. */
export class ClickHouseStore implements BlockStore {
  readonly driver: string;
  readonly path: string;
  readonly #source: ConnectionSource;
  readonly #clock: Clock;
  readonly #writer: SpanWriter;
  readonly #catalogue: CatalogueCopy;
  readonly #dimensions: DimensionReader;
  readonly #dimensionKeys: DimensionKeys | undefined;
  readonly #writing = new Set<Promise<void>>();
  readonly #onEvent: StoreEventListener;
  readonly #minutes: MinuteJob;
  readonly #where: Pick<ClickHouseStoreOptions, "place" | "nodes" | "isOnlyWriter">;
  /** Settles when writes may go on; undefined while they may. */
  #retaining: Promise<void> | undefined;

  constructor(options: ClickHouseStoreOptions) {
    this.driver = options.driver;
    this.path = options.path;
    this.#source = options.source;
    this.#where = options;
    this.#writer = new SpanWriter(options.source);
    this.#clock = options.clock;
    this.#catalogue = new CatalogueCopy({
      ...options,
      writer: this.#writer.catalogue,
      reader: () => options.source.current().reader,
    });
    this.#onEvent = options.onEvent;
    this.#dimensions = new DimensionReader(options.onEvent);
    this.#dimensionKeys = options.isOnlyWriter
      ? new DimensionKeys(() => this.#writer.dimensionsVersion)
      : undefined;
    this.#minutes = new MinuteJob(options);
    this.#minutes.start();
  }

  get isReady(): boolean {
    return this.#source.isReady;
  }

  async write(batch: SpanBatch): Promise<void> {
    if (batch.spanCount === 0) return;
    const block = encodeSpanBlock(batch, { nowUnixNano: this.#clock.nowUnixNano() });
    await this.writeBlock(block, randomUUID());
  }

  async writeLogs(batch: LogBatch): Promise<void> {
    if (batch.logRecordCount === 0) return;
    const block = encodeLogBlock(batch, { nowUnixNano: this.#clock.nowUnixNano() });
    await this.writeLogBlock(block, randomUUID());
  }

  async writeBlock(block: SpanBlock, token: string): Promise<void> {
    await this.#retaining;
    await this.#track(this.#writer.write(block, token));
  }

  async writeLogBlock(block: LogBlock, token: string): Promise<void> {
    await this.#retaining;
    await this.#track(this.#writer.writeLogs(block, token));
  }

  async retain(policy: RetentionPolicy): Promise<RetentionReport> {
    const { place, nodes = [], isOnlyWriter } = this.#where;
    const { writer } = this.#source.current();
    const connections = nodes.map(connect);
    try {
      const report = await applyRetention(writer, policy, {
        nowUnixNano: this.#clock.nowUnixNano(),
        place,
        nodes: connections.length === 0 ? [writer] : connections.map((each) => each.writer),
        isOnlyWriter,
        withoutWrites: (work) => this.#withoutWrites(work),
      });
      this.#onEvent({ kind: "retention_applied", report });
      return report;
    } finally {
      await Promise.all(connections.map(disconnect));
    }
  }

  /** Does `work` while nothing is written: after the writes in flight, before those that come. */
  async #withoutWrites<T>(work: () => Promise<T>): Promise<T> {
    const retaining = Promise.withResolvers<void>();
    this.#retaining = retaining.promise;
    try {
      await Promise.allSettled(this.#writing);
      // Rows that go must be written again when a span needs them again.
      this.#writer.forget();
      return await work();
    } finally {
      this.#catalogue.forget();
      this.#retaining = undefined;
      retaining.resolve();
    }
  }

  /** Lets `close` and `retain` wait for a write. */
  async #track(writing: Promise<void>): Promise<void> {
    this.#writing.add(writing);
    try {
      await writing;
    } finally {
      this.#writing.delete(writing);
    }
  }

  async readTrace(
    traceId: string,
    options: { readonly spanLimit: number },
  ): Promise<TraceRead | undefined> {
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    const { spanLimit } = options;
    return readTrace(this.#source.current().reader, this.#dimensions, { traceId, spanLimit });
  }

  async readOutlines(
    traceId: string,
    { spanLimit }: { readonly spanLimit: number },
  ): Promise<OutlineRead | undefined> {
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    return readOutlines(this.#source.current().reader, { traceId, spanLimit });
  }

  async readSpans(traceId: string, spanIds: readonly string[]): Promise<SpanRead> {
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    invariant(spanIds.length <= SPANS_PER_READ_MAX, "at most 1000 spans at once", {});
    return readSpans(this.#source.current().reader, this.#dimensions, { traceId, spanIds });
  }

  async readLogs(traceId: string, { limit }: { readonly limit: number }): Promise<LogRead> {
    invariant(isTraceId(traceId), "a trace id is 32 lower-case hex digits", { traceId });
    return readLogs(this.#source.current().reader, this.#dimensions, { traceId, limit });
  }

  async findLogs(query: LogQuery): Promise<LogList> {
    return searchLogs(query, {
      queries: this.#queries(query),
      dimensions: this.#dimensions,
      nowUnixNano: this.#clock.nowUnixNano(),
    });
  }

  async findTraceIds(prefix: string, options: { readonly limit: number }): Promise<string[]> {
    invariant(/^[0-9a-f]{1,32}$/.test(prefix), "a prefix has hex digits", { prefix });
    return findTraceIds(this.#source.current().reader, { prefix, limit: options.limit });
  }

  async findTraces(query: TraceQuery): Promise<TraceList> {
    const { limit } = query;
    invariant(limit >= 1 && limit <= TRACES_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
    return findTraces(this.#source.current().reader, query, this.#clock.nowUnixNano());
  }

  async search(request: SearchRequest): Promise<SearchAnswer> {
    const queries = this.#queries(request);
    const now = this.#clock.nowUnixNano();
    const known = await frequencyOf(this.#catalogue, request);
    // A clock that is ahead says nothing about when most spans come.
    const newest =
      known === undefined || known.lastStartUnixNano > now ? now : known.lastStartUnixNano;
    return searchTraces(request, queries, this.#dimensions, {
      lastStartUnixNano: newest,
      spansPerHour: known?.spansPerHour ?? 0,
    });
  }

  #queries(bounds: SearchBounds): SearchQueries {
    const { reader } = this.#source.current();
    return new SearchQueries(reader, this.#clock, bounds, this.#dimensionKeys);
  }

  async queryRange(request: RangeRequest): Promise<RangeAnswer> {
    const queries = this.#queries(request);
    return queryRange({ request, queries, dimensions: this.#dimensions });
  }

  async summarize(traceIds: readonly string[]): Promise<TraceSummary[]> {
    const { length } = traceIds;
    invariant(length <= TRACES_PER_QUERY_MAX, "at most 1000 traces at once", { length });
    const { rows } = await readSummaries(this.#source.current().reader, traceIds);
    return rows;
  }

  async listServices(query: CatalogueQuery): Promise<CappedList<ServiceEntry>> {
    requireItems(query.limit);
    return listServices(this.#catalogue, query);
  }

  async listSpanNames(query: SpanNameQuery): Promise<CappedList<SpanNameEntry>> {
    requireItems(query.limit);
    return listSpanNames(this.#catalogue, query);
  }

  async listAttributeKeys(query: AttributeKeyQuery): Promise<CappedList<AttributeKeyEntry>> {
    requireItems(query.limit);
    return listAttributeKeys(this.#catalogue, query);
  }

  async listAttributeValues(query: AttributeValueQuery): Promise<CappedList<AttributeValueEntry>> {
    requireItems(query.limit);
    return listAttributeValues(this.#catalogue, query);
  }

  async listServiceEdges(query: ServiceEdgeQuery): Promise<ServiceEdgeList> {
    requireItems(query.limit);
    return readServiceEdges(this.#source.current().reader, query);
  }

  async readOperationStats(query: OperationQuery): Promise<OperationStats> {
    return readOperationStats(this.#source.current().reader, query);
  }

  countMinutes(): Promise<void> {
    return this.#minutes.run();
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.#writing);
    await this.#minutes.close();
    // What is only counts is no reason for a stop to fail.
    if (this.#source.isReady) await this.#writer.catalogue.flush().catch(() => undefined);
    await this.#source.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function requireItems(limit: number): void {
  invariant(limit >= 1 && limit <= CATALOGUE_ITEMS_MAX, "a limit is 1 to 1000", { limit });
}
