/*
 * Search in ClickHouse.
 *
 * 1. A plan is made: every filter as a condition on the row of a span, every pipeline as one on how
 *    many spans of a trace meet which filters.
 * 2. For the newest, windows are searched one after another, each several times as long as the one
 *    before it. A trace that began in a window has all its rows there, so its place is exact; one
 *    that began before drops out when its exact summary is read, and comes in a later window.
 * 3. The newest spans of a window that the filters find are read at once, and the evaluator decides
 *    which of their traces fit. Where there are more than that, it is settled for the traces that
 *    began after the last of them. With a condition that an index answers, everything it finds is
 *    read before all else, while the first window is searched, in case that is much.
 * 4. Else candidates are taken in the order of the answer, a few more than are wanted: trace ids
 *    only. Of those the spans are read, and the evaluator decides and finds what is shown.
 * 5. If candidates dropped out and more are wanted, the next are taken, from where the last ended.
 *
 * Time, traces and rows are bounded. Where a bound is met the answer says which, and its page token
 * goes on from there.
 */
import { invariant, type TraceSummary } from "@spoor/trace";
import { runPipeline, type TraceView } from "@spoor/traceql";

import {
  SEARCH_INDEXED_ROWS_MAX,
  SEARCH_ROWS_AT_ONCE_MAX,
  SEARCH_TRACES_AT_ONCE_MAX,
  SEARCH_SPANS_FOUND_MAX,
  SEARCH_TRACES_MAX,
  SEARCH_WINDOW_ATTRIBUTE_SPANS,
  SEARCH_WINDOW_GROWTH,
  SEARCH_WINDOW_SPANS,
  TRACES_PER_QUERY_MAX,
} from "../base/limits.ts";
import {
  comparePlaces,
  firstPlace,
  foundTrace,
  type FoundTrace,
  isInside,
  pageTokenOf,
  placeOf,
  type SearchAnswer,
  type SearchPlace,
  type SearchRequest,
  selectedFields,
  type SearchSort,
  sortOf,
} from "../port/search.ts";
import type { DimensionReader } from "../read/dimension-reader.ts";
import { readSummaries } from "../read/summaries.ts";
import { DimensionIds } from "./dimension-ids.ts";
import { bucketsOf, candidateQuery, SearchPlan } from "./search-plan.ts";
import { type SearchQueries, TimeIsOver } from "./search-queries.ts";
import { DURATION } from "./summary-condition.ts";
import { type FoundSpans, TraceReader } from "./trace-reader.ts";

/** What is known about the spans of the interval. It may be a little behind. */
export interface NewestSpans {
  readonly lastStartUnixNano: bigint;
  readonly spansPerHour: number;
}

/** Searches. Expects a query that `check` finds nothing wrong with. */
export async function searchTraces(
  request: SearchRequest,
  queries: SearchQueries,
  dimensions: DimensionReader,
  newest: NewestSpans,
): Promise<SearchAnswer> {
  const search = new TraceSearch(request, queries, dimensions);
  try {
    await search.run(newest);
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    search.cut = { unit: "ms", limit: queries.timeoutMs };
  }
  return search.answer();
}

class TraceSearch {
  readonly #request: SearchRequest;
  readonly #queries: SearchQueries;
  readonly #dimensions: DimensionReader;
  readonly #sort: SearchSort;
  readonly #found: FoundTrace[] = [];
  /** Everything before this place was looked into. */
  #place: SearchPlace | undefined;
  #lookedAt = 0;
  #hasMore = false;
  cut: SearchAnswer["capped"] = null;

  constructor(request: SearchRequest, queries: SearchQueries, dimensions: DimensionReader) {
    const { limit, query } = request;
    invariant(limit >= 1 && limit <= TRACES_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
    invariant(query.kind === "search", "a search is not a metrics query");
    this.#request = request;
    this.#queries = queries;
    this.#dimensions = dimensions;
    this.#sort = sortOf(request);
    this.#place = firstPlace(request);
  }

  async run(newest: NewestSpans): Promise<void> {
    const { query, fromUnixNano, toUnixNano } = this.#request;
    if (query.kind !== "search" || fromUnixNano >= toUnixNano) return;
    const options = { pipeline: query.pipeline, behind: selectedFields(this.#request) };
    const plan = await SearchPlan.make(
      { ...options, fromUnixNano, toUnixNano },
      new DimensionIds(this.#queries),
    );
    const queries = this.#queries;
    const reader = new TraceReader({ plan, queries, dimensions: this.#dimensions });
    if (this.#sort === "recent") {
      const spans = plan.readsAttributes ? SEARCH_WINDOW_ATTRIBUTE_SPANS : SEARCH_WINDOW_SPANS;
      const windows = windowStarts(this.#request, newest, spans).filter(
        (from) => this.#place === undefined || this.#place.key >= from,
      );
      const { all, newestFound } = await this.#atOnce(plan, reader, windows[0]);
      if (all !== undefined) return void (await this.#takeFound(all));
      for (const [index, from] of windows.entries()) {
        const known = index === 0 ? newestFound : undefined;
        if (await this.#window(plan, reader, { from, known })) return;
      }
    }
    await this.#window(plan, reader, {});
  }

  /**
   * Where an index answers: everything it finds, unless that is much, and in case it is what the
   * first window has, asked for at the same time.
   */
  async #atOnce(
    plan: SearchPlan,
    reader: TraceReader,
    first: bigint | undefined,
  ): Promise<{ readonly all?: FoundSpans | undefined; readonly newestFound?: FoundSpans }> {
    if (!plan.usesIndex || plan.needs.wholeTraces) return {};
    const limits = { limit: SEARCH_SPANS_FOUND_MAX, rowsMax: SEARCH_INDEXED_ROWS_MAX };
    const everything = reader.findAll(limits);
    const newest =
      first === undefined
        ? undefined
        : // On one core: what waits for the index takes longer, and is to have the other one.
          reader.findNewest(first, SEARCH_SPANS_FOUND_MAX, { max_threads: 1 });
    // What it fails of is told when it is waited for, which may be never.
    newest?.catch(() => undefined);
    const all = await everything;
    if (all !== undefined) return { all };
    const newestFound = await newest;
    return newestFound === undefined ? {} : { newestFound };
  }

  /** Looks at traces that began at `from` or later. True when no more are wanted. */
  async #window(
    plan: SearchPlan,
    reader: TraceReader,
    { from, known }: { readonly from?: bigint; readonly known?: FoundSpans | undefined },
  ): Promise<boolean> {
    const found = known ?? (await find(plan, reader, from));
    if (found !== undefined) {
      if (await this.#takeFound(found)) return true;
      if (found.from === (from ?? 0n)) return false;
    }
    return this.#candidatesOf(plan, reader, from);
  }

  /** Takes what spans were found of, as far as these are all. True when no more are wanted. */
  async #takeFound(found: FoundSpans): Promise<boolean> {
    const from = found.from === 0n ? undefined : found.from;
    const summaries = await this.#summaries(found.traceIds, from);
    const place = this.#place;
    const after = summaries.filter(
      (summary) => place === undefined || comparePlaces(placeOf(summary, this.#sort), place) > 0,
    );
    if (this.#take(found.views(after), after)) return true;
    if (from !== undefined) this.#advance({ key: from, traceId: LAST_ID });
    return false;
  }

  /** Exact summaries of those that began at `from` or later, in the order of the answer. */
  async #summaries(ids: readonly string[], from: bigint | undefined): Promise<TraceSummary[]> {
    const { rows, scannedRows } = await readSummaries(this.#queries.client, ids);
    this.#queries.scannedRows += scannedRows;
    return rows
      .filter(({ startTimeUnixNano }) => from === undefined || startTimeUnixNano >= from)
      .toSorted((a, b) => comparePlaces(placeOf(a, this.#sort), placeOf(b, this.#sort)));
  }

  /** The same by candidates, as many at once as are wanted. */
  async #candidatesOf(
    plan: SearchPlan,
    reader: TraceReader,
    from: bigint | undefined,
  ): Promise<boolean> {
    let batch = Math.min(this.#request.limit + 20, SEARCH_TRACES_AT_ONCE_MAX);
    for (;;) {
      const foundBefore = this.#found.length;
      const candidates = await this.#candidates(plan, from, batch);
      const ids = candidates.map(({ traceId }) => traceId);
      const exact = await this.#summaries(ids, from);
      if (await this.#look(reader, exact)) return true;
      const last = candidates.at(-1);
      if (candidates.length < batch || last === undefined) {
        // Whatever began in the window was seen; the next one ends where this one begins.
        if (from !== undefined) this.#advance({ key: from, traceId: LAST_ID });
        return false;
      }
      this.#advance(last);
      this.#lookedAt += candidates.length;
      if (this.#lookedAt >= SEARCH_TRACES_MAX) {
        this.cut = { unit: "traces looked into", limit: SEARCH_TRACES_MAX };
        return true;
      }
      batch = nextBatch(batch, this.#request.limit + 1 - this.#found.length, {
        fitting: this.#found.length - foundBefore,
        of: candidates.length,
      });
    }
  }

  #advance(place: SearchPlace): void {
    if (this.#place === undefined || comparePlaces(place, this.#place) > 0) this.#place = place;
  }

  async #candidates(
    plan: SearchPlan,
    from: bigint | undefined,
    batch: number,
  ): Promise<SearchPlace[]> {
    const planned = await plan.write();
    const { sql } = planned;
    const { options } = plan;
    const key = this.#sort === "recent" ? "min(first_start)" : DURATION;
    const last = options.toUnixNano - 1n;
    const rows = from === undefined ? "1" : bucketsOf(sql, { from, last: 2n ** 64n - 1n });
    const having = [
      ...(planned.trace.summary === "1" ? [] : [planned.trace.summary]),
      ...(from === undefined ? [] : [`key >= ${sql.bind(from, "UInt64")}`]),
      ...(this.#sort === "recent" ? [`key <= ${sql.bind(last, "UInt64")}`] : []),
    ];
    if (this.#place !== undefined) {
      const placeKey = sql.bind(this.#place.key, "Int128");
      const id = sql.text(this.#place.traceId);
      having.push(`(key < ${placeKey} OR key = ${placeKey} AND id > ${id})`);
    }
    const found = await this.#queries.run<[id: string, key: string]>(
      `SELECT lower(hex(trace_id)) AS id, ${key} AS key
      FROM trace_summaries
      WHERE ${rows} AND trace_id IN (${candidateQuery(planned, options, from ?? 0n)})
      GROUP BY trace_id
      HAVING ${having.length === 0 ? "1" : having.join(" AND ")}
      ORDER BY key DESC, id
      LIMIT ${batch}`,
      sql.parameters,
    );
    return found.map(([traceId, value]) => ({ key: BigInt(value), traceId }));
  }

  /** Evaluates traces in their order. True when enough fit. */
  async #look(reader: TraceReader, summaries: readonly TraceSummary[]): Promise<boolean> {
    if (summaries.length === 0) return false;
    const { views, isCut } = await reader.read(summaries);
    if (isCut) this.cut = { unit: "spans of a trace", limit: SEARCH_ROWS_AT_ONCE_MAX };
    return this.#take(views, summaries);
  }

  /** Takes what fits into the answer. True when that is enough. */
  #take(views: ReadonlyMap<string, TraceView>, summaries: readonly TraceSummary[]): boolean {
    const { query, limit } = this.#request;
    for (const summary of summaries) {
      const view = views.get(summary.traceId);
      if (view === undefined || query.kind !== "search") continue;
      const groups = runPipeline(query.pipeline, view);
      if (groups === undefined || !isInside(groups, view, this.#request)) continue;
      if (this.#found.length === limit) {
        this.#hasMore = true;
        return true;
      }
      this.#found.push(foundTrace(summary, groups, view, this.#request));
      this.#place = placeOf(summary, this.#sort);
    }
    return false;
  }

  answer(): SearchAnswer {
    const { limit } = this.#request;
    const capped = this.cut ?? (this.#hasMore ? { unit: "traces", limit } : null);
    const goesOn = this.#place !== undefined && capped !== null;
    return {
      traces: this.#found,
      nextPageToken: goesOn && this.#place ? pageTokenOf(this.#sort, this.#place) : undefined,
      complete: capped === null,
      capped,
      sampledRate: 1,
      scannedRows: this.#queries.scannedRows,
      tookMs: this.#queries.tookMs,
    };
  }
}

/** Spans of a window, or of everything if they are few; undefined for what needs whole traces. */
function find(
  plan: SearchPlan,
  reader: TraceReader,
  from: bigint | undefined,
): Promise<FoundSpans | undefined> | undefined {
  if (plan.needs.wholeTraces) return undefined;
  const limit = SEARCH_SPANS_FOUND_MAX;
  return from === undefined ? reader.findAll({ limit }) : reader.findNewest(from, limit);
}

/** No id stands behind it. */
const LAST_ID = "f".repeat(32);

/** As many as are probably enough by what came of those before, four times as many at most. */
function nextBatch(
  batch: number,
  wanted: number,
  { fitting, of }: { readonly fitting: number; readonly of: number },
): number {
  const most = Math.min(batch * 4, SEARCH_TRACES_AT_ONCE_MAX);
  return fitting === 0 ? most : Math.min(most, Math.ceil((wanted / fitting) * of * 1.5) + 10);
}

/**
 * Starts of the windows that are smaller than the interval, the latest first. The first holds about
 * `firstSpans`.
 */
function windowStarts(
  { fromUnixNano, toUnixNano }: SearchRequest,
  { lastStartUnixNano, spansPerHour }: NewestSpans,
  firstSpans: number,
): bigint[] {
  const newest = lastStartUnixNano < toUnixNano ? lastStartUnixNano : toUnixNano;
  const starts: bigint[] = [];
  const hours = firstSpans / Math.max(1, spansPerHour);
  for (let length = BigInt(Math.ceil(hours * HOUR_NANO)); ; length *= SEARCH_WINDOW_GROWTH) {
    // A last window that is hardly shorter than the interval would be searched twice.
    if (newest - length * 2n <= fromUnixNano) return starts;
    starts.push(newest - length);
  }
}

const HOUR_NANO = 3_600e9;
