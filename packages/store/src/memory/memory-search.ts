/* Search in memory: the evaluator of @spoor/traceql looks at every trace. */
import { type Clock, invariant, type Span, type TraceSummary } from "@spoor/trace";
import {
  combineMetrics,
  leafCollector,
  metricsHints,
  metricsLeaves,
  runPipeline,
  traceViewOf,
  type TraceView,
} from "@spoor/traceql";

import { RANGE_STEPS_MAX, SEARCH_MS_MAX, TRACES_PER_QUERY_MAX } from "../base/limits.ts";
import {
  checkRange,
  comparePlaces,
  cutOfSeries,
  firstPlace,
  foundTrace,
  type FoundTrace,
  isInside,
  judgedInterval,
  pageTokenOf,
  placeOf,
  type RangeAnswer,
  type RangeRequest,
  type SearchAnswer,
  type SearchBounds,
  type SearchRequest,
  sortOf,
} from "../port/search.ts";
import { summarizeSpans } from "./summarize-spans.ts";

/** What is searched. */
export interface SearchedSpans {
  readonly traces: ReadonlyMap<string, readonly Span[]>;
  readonly spanCount: number;
}

/** The time of a search: it ends the search, or says that it is over. */
class Deadline {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #bounds: SearchBounds;
  readonly timeoutMs: number;

  constructor(clock: Clock, bounds: SearchBounds) {
    this.#clock = clock;
    this.#startMs = clock.monotonicMs();
    this.#bounds = bounds;
    this.timeoutMs = Math.min(bounds.timeoutMs ?? SEARCH_MS_MAX, SEARCH_MS_MAX);
  }

  get tookMs(): number {
    return this.#clock.monotonicMs() - this.#startMs;
  }

  isOver(): boolean {
    this.#bounds.signal?.throwIfAborted();
    return this.tookMs >= this.timeoutMs;
  }
}

/** Searches traces in memory, in their order, so that what time cuts off is the end. */
export function searchMemory(
  { traces, spanCount }: SearchedSpans,
  request: SearchRequest,
  clock: Clock,
): SearchAnswer {
  const { query, limit } = request;
  invariant(limit >= 1 && limit <= TRACES_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
  invariant(query.kind === "search", "a search is not a metrics query");
  const deadline = new Deadline(clock, request);
  const sort = sortOf(request);
  const first = firstPlace(request);
  const found: FoundTrace[] = [];
  let capped: SearchAnswer["capped"] = null;
  let place = first;
  for (const { summary, spans } of inOrder(traces, request)) {
    const own = placeOf(summary, sort);
    if (first !== undefined && comparePlaces(own, first) <= 0) continue;
    if (deadline.isOver()) {
      capped = { unit: "ms", limit: deadline.timeoutMs };
      break;
    }
    const view = viewOf(summary.traceId, spans, request);
    const groups = runPipeline(query.pipeline, view);
    if (groups !== undefined && isInside(groups, view, request)) {
      if (found.length === limit) {
        capped = { unit: "traces", limit };
        break;
      }
      found.push(foundTrace(summary, groups, view, request));
    }
    place = own;
  }
  return {
    traces: found,
    nextPageToken: capped === null || place === undefined ? undefined : pageTokenOf(sort, place),
    complete: capped === null,
    capped,
    sampledRate: 1,
    scannedRows: spanCount,
    tookMs: deadline.tookMs,
  };
}

interface Candidate {
  readonly summary: TraceSummary;
  readonly spans: readonly Span[];
}

/** Traces with a span in the interval, in the order of the answer. */
function inOrder(
  traces: ReadonlyMap<string, readonly Span[]>,
  request: SearchRequest,
): Candidate[] {
  const sort = sortOf(request);
  return Array.from(traces)
    .filter(([, spans]) => spans.some(({ startTimeUnixNano: start }) => isIn(start, request)))
    .map(([traceId, spans]) => ({ summary: summarizeSpans(traceId, spans), spans }))
    .toSorted((a, b) => comparePlaces(placeOf(a.summary, sort), placeOf(b.summary, sort)));
}

function isIn(
  start: bigint,
  { fromUnixNano, toUnixNano }: Pick<SearchRequest, "fromUnixNano" | "toUnixNano">,
): boolean {
  return start >= fromUnixNano && start < toUnixNano;
}

function viewOf(
  traceId: string,
  spans: readonly Span[],
  request: Pick<SearchRequest, "fromUnixNano" | "toUnixNano">,
): TraceView {
  const { from, last } = judgedInterval(request);
  const judged = spans.filter(({ startTimeUnixNano: start }) => start >= from && start <= last);
  return traceViewOf(traceId, { spans: judged, all: spans });
}

/** Numbers over time from the spans in memory. */
export function rangeMemory(
  { traces, spanCount }: SearchedSpans,
  request: RangeRequest,
  clock: Clock,
): RangeAnswer {
  const { query } = request;
  invariant(query.kind === "metrics", "a range query is a metrics query");
  checkRange(request, RANGE_STEPS_MAX);
  const deadline = new Deadline(clock, request);
  const hints = metricsHints(query);
  const collectors = new Map(
    metricsLeaves(query.metrics).map((leaf) => [leaf, leafCollector(leaf, request, hints)]),
  );
  let capped: RangeAnswer["capped"] = null;
  for (const [traceId, spans] of traces) {
    if (deadline.isOver()) {
      capped = { unit: "ms", limit: deadline.timeoutMs };
      break;
    }
    if (!spans.some(({ startTimeUnixNano: start }) => isIn(start, request))) continue;
    const view = viewOf(traceId, spans, request);
    for (const collector of collectors.values()) collector.add(view);
  }
  const finished = new Map(Array.from(collectors, ([leaf, one]) => [leaf, one.finish()]));
  capped ??= cutOfSeries([...finished.values()].some(({ isCut }) => isCut));
  return {
    series: combineMetrics(query.metrics, (leaf) => finished.get(leaf)?.series ?? []),
    complete: capped === null,
    capped,
    sampledRate: hints.traceShare * hints.spanShare,
    scannedRows: spanCount,
    tookMs: deadline.tookMs,
  };
}
