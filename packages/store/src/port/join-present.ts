/* The answer of a store, with traces of which more is known than it has. */
import {
  comparePlaces,
  firstPlace,
  type FoundTrace,
  pageTokenOf,
  placeOf,
  type SearchAnswer,
  type SearchRequest,
  sortOf,
} from "./search.ts";

/** Traces that were judged elsewhere, because some of their spans have not ended. */
export interface PresentTraces {
  /** All that were judged: what the store says of them does not count. */
  readonly traceIds: ReadonlySet<string>;
  /** Those that fit. */
  readonly found: readonly FoundTrace[];
}

/**
 * One page of both, in the order of the request. A trace keeps its place whoever judged it, so the
 * pages repeat and leave out nothing.
 */
export function joinPresent(
  answer: SearchAnswer,
  { traceIds, found }: PresentTraces,
  request: SearchRequest,
): SearchAnswer {
  const sort = sortOf(request);
  const { nextPageToken, traces } = answer;
  const first = firstPlace(request);
  const last =
    nextPageToken === undefined ? undefined : firstPlace({ ...request, pageToken: nextPageToken });
  const own = found.filter(({ summary }) => {
    const place = placeOf(summary, sort);
    const isBehind = first === undefined || comparePlaces(place, first) > 0;
    return isBehind && (last === undefined || comparePlaces(place, last) <= 0);
  });
  const joined = [
    ...traces.filter(({ summary }) => !traceIds.has(summary.traceId)),
    ...own,
  ].toSorted((a, b) => comparePlaces(placeOf(a.summary, sort), placeOf(b.summary, sort)));
  const page = joined.slice(0, request.limit);
  const end = page.at(-1);
  if (page.length === joined.length || end === undefined) return { ...answer, traces: page };
  return {
    ...answer,
    traces: page,
    nextPageToken: pageTokenOf(sort, placeOf(end.summary, sort)),
    complete: false,
    capped: answer.capped ?? { unit: "traces", limit: request.limit },
  };
}
