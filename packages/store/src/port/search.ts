/*
 * What a search by TraceQL is asked and answers, and the rules that every driver shares.
 *
 * 1. A query looks at one trace at a time: at those of its spans that started in the interval or at
 *    most ten minutes before or after it, so that a trace at the edge is not cut apart. How long
 *    the trace takes and what its root is comes from all its spans.
 * 2. A trace fits when a span that the query finds started in the interval. A query that finds a
 *    trace by what it has not (`| count() = 0`) finds no span: then any span of the trace counts.
 * 3. Newest first is by the start of the trace, longest first by its duration; equals by id. A page
 *    token is the place of the last trace in that order, so that what arrives meanwhile neither
 *    repeats nor hides anything.
 */
import { type Coverage, invariant, SpoorError, type TraceSummary } from "@spoor/trace";
import {
  compareText,
  type Field,
  fieldName,
  type GroupAttribute,
  type Query,
  SERIES_NUMBERS_MAX,
  type Series,
  type SpanGroup,
  stepCount,
  type TimeWindow,
  type TraceView,
  type Value,
} from "@spoor/traceql";

/** How far around the interval spans take part, see rule 1. */
const JUDGED_MARGIN_NANO = 600_000_000_000n;

/** How a search may be bounded and stopped. */
export interface SearchBounds {
  /** Then the answer is what was found so far, and says so. At most and else 30,000. */
  readonly timeoutMs?: number;
  /** Stops the search, in the database too; it then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
}

/** A search for traces. */
export interface SearchRequest extends SearchBounds {
  /** Of kind "search", and `check` finds nothing wrong with it. */
  readonly query: Query;
  /** Inclusive. */
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
  /** Unless the query says `with(order="…")`; else `recent`. */
  readonly sort?: SearchSort;
  /** Traces, 1 to 1000. */
  readonly limit: number;
  /** Spans of each group that are shown, earliest first; all are counted. */
  readonly spanLimit: number;
  /** {@link SearchAnswer.nextPageToken} of the page before, with the same request otherwise. */
  readonly pageToken?: string;
}

/** `recent`: by start, newest first. `duration`: longest first. */
export type SearchSort = "recent" | "duration";

/** Traces that a query found. */
export interface SearchAnswer extends Coverage {
  readonly traces: readonly FoundTrace[];
  /** Undefined after the last page. */
  readonly nextPageToken: string | undefined;
}

/** A trace, and what a query found in it. */
export interface FoundTrace {
  readonly summary: TraceSummary;
  /** One, or one for each value of `by`. Without spans for a trace found by what it has not. */
  readonly groups: readonly FoundGroup[];
}

/** Spans that were found together. */
export interface FoundGroup {
  /** By start, end and id. */
  readonly spans: readonly MatchedSpan[];
  /** How many were found, shown or not. */
  readonly spanCount: number;
  /** What `by` and aggregates said: `by(name)`, `count()`. */
  readonly attributes: readonly GroupAttribute[];
}

/** A span that was found. */
export interface MatchedSpan {
  readonly spanId: string;
  readonly name: string;
  readonly service: string;
  readonly startTimeUnixNano: bigint;
  readonly durationNano: bigint;
  /** What `select` named. */
  readonly fields: readonly GroupAttribute[];
}

/** A question for numbers over time. */
export interface RangeRequest extends SearchBounds, TimeWindow {
  /** Of kind "metrics", and `check` finds nothing wrong with it. */
  readonly query: Query;
}

/** Series of numbers. */
export interface RangeAnswer extends Coverage {
  readonly series: readonly Series[];
}

/** Refuses a window that no caller should ask for: empty, or with too many steps. */
export function checkRange(window: TimeWindow, stepsMax: number): void {
  invariant(window.stepNano > 0n, "a step is longer than nothing");
  const steps = stepCount(window);
  invariant(steps >= 1 && steps <= stepsMax, "a range has 1 to 11000 steps", { steps });
}

/** The bound that a function met whose series are not all there. */
export function cutOfSeries(isCut: boolean): RangeAnswer["capped"] {
  return isCut ? { unit: "numbers in series", limit: SERIES_NUMBERS_MAX } : null;
}

/** The order that a request asks for. */
export function sortOf({ query, sort }: SearchRequest): SearchSort {
  const hint = query.hints.find(({ name }) => name === "order")?.value;
  return hint === "duration" || hint === "recent" ? hint : (sort ?? "recent");
}

/** Which spans take part, both ends inclusive. */
export function judgedInterval({
  fromUnixNano,
  toUnixNano,
}: Pick<SearchRequest, "fromUnixNano" | "toUnixNano">): { from: bigint; last: bigint } {
  const from = fromUnixNano - JUDGED_MARGIN_NANO;
  const last = toUnixNano - 1n + JUDGED_MARGIN_NANO;
  return { from: from < 0n ? 0n : from, last: last > UINT64_MAX ? UINT64_MAX : last };
}

const UINT64_MAX = 2n ** 64n - 1n;

/** Whether what was found in a trace lies in the interval: rule 2. */
export function isInside(
  groups: readonly SpanGroup[],
  view: TraceView,
  { fromUnixNano, toUnixNano }: Pick<SearchRequest, "fromUnixNano" | "toUnixNano">,
): boolean {
  const starts = (row: number): boolean => {
    const start = view.spans[row]?.startTimeUnixNano ?? -1n;
    return start >= fromUnixNano && start < toUnixNano;
  };
  const hasSpans = groups.some(({ rows }) => rows.length > 0);
  if (!hasSpans) return view.spans.some((_, row) => starts(row));
  return groups.some(({ rows }) => rows.some(starts));
}

/** The fields that `select` names in any step, each once. */
export function selectedFields({ query }: Pick<SearchRequest, "query">): Field[] {
  if (query.kind !== "search") return [];
  const fields = query.pipeline.stages.flatMap((stage) =>
    stage.node === "select" ? stage.fields : [],
  );
  return [...new Map(fields.map((field) => [fieldName(field), field])).values()];
}

/** What a query found in one trace, as it is answered. */
export function foundTrace(
  summary: TraceSummary,
  groups: readonly SpanGroup[],
  view: TraceView,
  request: SearchRequest,
): FoundTrace {
  const selected = selectedFields(request);
  return {
    summary,
    groups: groups.map(({ rows, attributes }) => ({
      spans: rows.slice(0, request.spanLimit).map((row) => foundSpan(view, row, selected)),
      spanCount: rows.length,
      attributes,
    })),
  };
}

function foundSpan(view: TraceView, row: number, selected: readonly Field[]): MatchedSpan {
  const span = view.spans[row];
  const { place } = NAME;
  return {
    spanId: span?.spanId ?? "",
    name: textOf(view.read(row, NAME)),
    service: textOf(
      view.read(row, {
        node: "attribute",
        scope: "resource",
        key: "service.name",
        ofParent: false,
        place,
      }),
    ),
    startTimeUnixNano: span?.startTimeUnixNano ?? 0n,
    durationNano: span?.durationNano ?? 0n,
    fields: selected.map((field) => ({ name: fieldName(field), value: view.read(row, field) })),
  };
}

const NAME: Field = {
  node: "intrinsic",
  id: "span:name",
  ofParent: false,
  place: { start: 0, end: 0 },
};

function textOf(value: Value): string {
  return typeof value === "string" ? value : "";
}

/** A place in the order of an answer. */
export interface SearchPlace {
  /** The start, or the duration, in ns. */
  readonly key: bigint;
  readonly traceId: string;
}

/** The place of a trace. */
export function placeOf(summary: TraceSummary, sort: SearchSort): SearchPlace {
  const key = sort === "recent" ? summary.startTimeUnixNano : summary.durationNano;
  return { key, traceId: summary.traceId };
}

/** Negative if `a` stands before `b`: the greater key first, then the lesser id. */
export function comparePlaces(a: SearchPlace, b: SearchPlace): number {
  if (a.key !== b.key) return a.key > b.key ? -1 : 1;
  return compareText(a.traceId, b.traceId);
}

/** The token of a page that begins behind a place. */
export function pageTokenOf(sort: SearchSort, { key, traceId }: SearchPlace): string {
  return `${sort === "recent" ? "r" : "d"}${key.toString(36)}.${traceId}`;
}

/**
 * The place behind which the page of a request begins; undefined for the first page.
 *
 * @throws SPOOR_STORE_PAGE_TOKEN for a token of another order, or none at all.
 */
export function firstPlace(request: SearchRequest): SearchPlace | undefined {
  const { pageToken: token } = request;
  if (token === undefined) return undefined;
  const match = /^([rd])([0-9a-z]{1,14})\.([0-9a-f]{32})$/u.exec(token);
  if (match === null || match[1] !== (sortOf(request) === "recent" ? "r" : "d")) {
    throw new SpoorError("cannot go on with a search: its page token belongs to another one", {
      code: "SPOOR_STORE_PAGE_TOKEN",
      hint: "Begin without a page token.",
    });
  }
  let key = 0n;
  for (const digit of match[2] ?? "") key = key * 36n + BigInt(parseInt(digit, 36));
  return { key, traceId: match[3] ?? "" };
}
