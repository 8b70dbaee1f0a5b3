/* `GET /search`: traces that a query finds. */
import type { SearchRequest } from "@spoor/store";
import type { TraceSearchAnswer } from "@spoor/trace";
import {
  FOUND_SPANS_DEFAULT,
  FOUND_SPANS_MAX,
  LIST_TRACES_DEFAULT,
  LIST_TRACES_MAX,
  PAGE_TOKEN_MAX,
  QUERY_TEXT_MAX,
} from "../base/limits.ts";
import { askSearch } from "./ask-query.ts";
import { coverageOf } from "./coverage.ts";
import { foundTraceDocument } from "./field-value.ts";
import { choice, type Parameter, text, time, UNIX_NANO_MAX, wholeNumber } from "./parameter.ts";
import { intervalInvalid } from "./interval.ts";
import { presentFor, searchWithPresent } from "./present.ts";
import { isProblem } from "./problem.ts";
import { type Route, route } from "./route.ts";

/** What a search for spans is asked with, on every route. */
export const SEARCH_TEXT: Parameter<string> = text(
  "What to look for, in TraceQL or in the plain form; everything when it is empty",
  { max: QUERY_TEXT_MAX },
);

/** `GET /api/v1/search`. */
export const searchRoute: Route = route({
  method: "get",
  path: "/search",
  summary: "Traces that a query finds, newest or longest first, page by page",
  parameters: {
    q: SEARCH_TEXT,
    from: time("The earliest start of a span, inclusive", "0"),
    to: time("The latest start of a span, exclusive", UNIX_NANO_MAX.toString()),
    limit: wholeNumber("Traces of one page", {
      min: 1,
      max: LIST_TRACES_MAX,
      fallback: LIST_TRACES_DEFAULT,
    }),
    spans: wholeNumber("Spans that are told of each group of a trace; all are counted", {
      min: 0,
      max: FOUND_SPANS_MAX,
      fallback: FOUND_SPANS_DEFAULT,
    }),
    sort: choice("The order of the traces", ["recent", "duration"], "recent"),
    page: text("nextPage of the page before, with everything else as it was", {
      max: PAGE_TOKEN_MAX,
    }),
  },
  answer: "TraceSearchAnswer",
  problems: ["SPOOR_API_QUERY_INVALID", "SPOOR_API_PAGE_INVALID"],
  handle: async ({ q, from, to, limit, spans, sort, page }, request) => {
    const asked = askSearch(q);
    if (isProblem(asked)) return asked;
    const invalid = intervalInvalid(from, to);
    if (invalid !== undefined) return invalid;
    const startedMs = request.clock.monotonicMs();
    const present = presentFor(asked.query, request);
    const isFresh = await request.freshen();
    const search: SearchRequest = {
      query: asked.query,
      fromUnixNano: from,
      toUnixNano: to,
      sort,
      limit,
      spanLimit: spans,
      signal: request.signal,
      ...(page === "" ? {} : { pageToken: page }),
    };
    const found = await searchWithPresent(search, present, request);
    const answer: TraceSearchAnswer = {
      traces: found.traces.map(foundTraceDocument),
      nextPage: found.nextPageToken ?? null,
      traceql: asked.traceql,
      isTranslated: asked.isTranslated,
      fromUnixNano: from.toString(),
      toUnixNano: to.toString(),
      ...coverageOf(found, { isFresh, tookMs: request.clock.monotonicMs() - startedMs }),
    };
    return answer;
  },
});
