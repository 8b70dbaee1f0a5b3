/*
 * Search in ClickHouse.
 *
 * 1. A plan is made: every filter as a condition on the row of a span, every pipeline as one on how
 *    many spans of a trace meet which filters.
 * 2. Candidates are taken in the order of the answer, a few more than are wanted: trace ids only.
 *    For the newest, windows that begin one minute, then one hour before the end are searched one
 *    after another. A trace that began in a window has all its rows there, so its place is exact;
 *    one that began before drops out when its exact summary is read, and comes in a later window.
 * 3. Of the candidates, the spans are read, and the evaluator decides and finds what is shown.
 * 4. If candidates dropped out and more are wanted, the next are taken, from where the last ended.
 *
 * Time, traces and rows are bounded. Where a bound is met the answer says which, and its page token
 * goes on from there.
 */
import { type Clock, invariant, type TraceSummary } from "@spoor/trace";
import { runPipeline } from "@spoor/traceql";

import {
  SEARCH_ROWS_AT_ONCE_MAX,
  SEARCH_TRACES_AT_ONCE_MAX,
  SEARCH_TRACES_MAX,
  SEARCH_WINDOWS_MS,
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
import { TraceReader } from "./trace-reader.ts";

/** Searches. Expects a query that `check` finds nothing wrong with. */
export async function searchTraces(
  request: SearchRequest,
  queries: SearchQueries,
  dimensions: DimensionReader,
  clock: Clock,
): Promise<SearchAnswer> {
  const search = new TraceSearch(request, queries, dimensions);
  try {
    await search.run(clock.nowUnixNano());
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

  async run(nowUnixNano: bigint): Promise<void> {
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
      for (const from of windowStarts(this.#request, nowUnixNano)) {
        const isSeen = this.#place !== undefined && this.#place.key < from;
        if (!isSeen && (await this.#window(plan, reader, from))) return;
      }
    }
    await this.#window(plan, reader, undefined);
  }

  /** Looks at traces that began at `from` or later. True when no more are wanted. */
  async #window(plan: SearchPlan, reader: TraceReader, from: bigint | undefined): Promise<boolean> {
    let batch = Math.min(this.#request.limit + 20, SEARCH_TRACES_AT_ONCE_MAX);
    for (;;) {
      const candidates = await this.#candidates(plan, from, batch);
      const ids = candidates.map(({ traceId }) => traceId);
      const { rows, scannedRows } = await readSummaries(this.#queries.client, ids);
      this.#queries.scannedRows += scannedRows;
      const exact = rows
        .filter(({ startTimeUnixNano }) => from === undefined || startTimeUnixNano >= from)
        .toSorted((a, b) => comparePlaces(placeOf(a, this.#sort), placeOf(b, this.#sort)));
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
      batch = Math.min(batch * 4, SEARCH_TRACES_AT_ONCE_MAX);
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

/** No id stands behind it. */
const LAST_ID = "f".repeat(32);

/** Starts of the windows that are smaller than the interval. */
function windowStarts({ fromUnixNano, toUnixNano }: SearchRequest, nowUnixNano: bigint): bigint[] {
  const newest = nowUnixNano < toUnixNano ? nowUnixNano : toUnixNano;
  return SEARCH_WINDOWS_MS.map((windowMs) => newest - BigInt(windowMs) * 1_000_000n).filter(
    (start) => start > fromUnixNano,
  );
}
