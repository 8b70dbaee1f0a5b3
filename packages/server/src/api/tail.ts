/*
 * `GET /tail`: traces that fit a query, as their spans arrive, as server-sent events.
 *
 * The query is evaluated here on each trace that changed, and not asked of the store again: what
 * has just arrived is a few traces, and the store would look through an interval of all of them.
 */
import {
  isInside,
  foundTrace,
  type FoundTrace,
  type SearchRequest,
  type TraceStore,
} from "@spoor/store";
import { errorMessage, type TailEvent, type TraceSummary } from "@spoor/trace";
import { type Query, runPipeline, traceViewOf } from "@spoor/traceql";
import { streamSSE } from "hono/streaming";
import {
  FOUND_SPANS_DEFAULT,
  STREAM_STATUS_MS,
  STREAM_SUBSCRIBERS_MAX,
  TAIL_TRACE_SPANS_MAX,
  TAIL_TRACES_MAX,
} from "../base/limits.ts";
import { askSearch } from "./ask-query.ts";
import { foundTraceDocument } from "./field-value.ts";
import { UNIX_NANO_MAX } from "./parameter.ts";
import { isProblem, type Problem } from "./problem.ts";
import { type ApiRequest, type Route, route } from "./route.ts";
import { SEARCH_TEXT } from "./search.ts";

/** `GET /api/v1/tail`. */
export const tailRoute: Route = route({
  method: "get",
  path: "/tail",
  summary: "Traces that a query finds, each time they get spans, as server-sent events",
  parameters: { q: SEARCH_TEXT },
  answer: "TailEvent",
  mediaType: "text/event-stream",
  problems: ["SPOOR_API_QUERY_INVALID", "SPOOR_API_STREAM_FULL"],
  handle: ({ q }, request) => {
    const asked = askSearch(q);
    if (isProblem(asked)) return asked;
    if (request.stream.subscriberCount >= STREAM_SUBSCRIBERS_MAX) return streamFull();
    return follow(asked.query, request);
  },
});

/** What is told to one too many who wants to follow. */
export function streamFull(): Problem {
  return {
    code: "SPOOR_API_STREAM_FULL",
    title: "Too many watch",
    status: 503,
    detail: `${STREAM_SUBSCRIBERS_MAX} connections follow the live stream already`,
    hint: "close a page, or try again later",
  };
}

function follow(query: Extract<Query, { kind: "search" }>, request: ApiRequest): Response {
  const { stream, store, context } = request;
  return streamSSE(context, async (events) => {
    let changed = new Map<string, TraceSummary>();
    let woken = Promise.withResolvers<void>();
    const end = new AbortController();
    const stop = (): void => {
      end.abort();
      woken.resolve();
    };
    const unsubscribe = stream.subscribe((traces) => {
      for (const trace of traces) changed.set(trace.traceId, trace);
      woken.resolve();
    }, stop);
    events.onAbort(stop);
    // A line that means nothing, so that a client knows at once that it is being answered, and a
    // dead connection is noticed.
    await events.write(": following\n\n");
    const beat = setInterval(() => void events.write(": still here\n\n"), STREAM_STATUS_MS);
    try {
      while (!end.signal.aborted) {
        await woken.promise;
        woken = Promise.withResolvers<void>();
        const summaries = [...changed.values()];
        changed = new Map();
        const event = await eventOf(query, summaries, store);
        const hasNews = event.traces.length > 0 || event.skippedCount > 0;
        if (!end.signal.aborted && hasNews) {
          await events.writeSSE({ event: "traces", data: JSON.stringify(event) });
        }
      }
    } finally {
      clearInterval(beat);
      unsubscribe();
    }
  });
}

/** Never rejects: a trace that could not be read is told as one that was not looked at. */
async function eventOf(
  query: Extract<Query, { kind: "search" }>,
  summaries: readonly TraceSummary[],
  store: Pick<TraceStore, "readTrace">,
): Promise<TailEvent> {
  const wanted = summaries.slice(-TAIL_TRACES_MAX);
  let skippedCount = summaries.length - wanted.length;
  const found: FoundTrace[] = [];
  for (const summary of wanted) {
    const looked = await look(query, summary, store);
    if (looked === "skipped") skippedCount += 1;
    else if (looked !== undefined) found.push(looked);
  }
  return { traces: found.map(foundTraceDocument), skippedCount };
}

async function look(
  query: Extract<Query, { kind: "search" }>,
  summary: TraceSummary,
  store: Pick<TraceStore, "readTrace">,
): Promise<FoundTrace | "skipped" | undefined> {
  const { traceId } = summary;
  if (summary.spanCount > TAIL_TRACE_SPANS_MAX) return "skipped";
  const read = await store
    .readTrace(traceId, { spanLimit: TAIL_TRACE_SPANS_MAX })
    .catch((error: unknown) => errorMessage(error));
  if (typeof read === "string") return "skipped";
  if (read === undefined) return undefined;
  const request: SearchRequest = {
    query,
    fromUnixNano: 0n,
    toUnixNano: UNIX_NANO_MAX,
    limit: 1,
    spanLimit: FOUND_SPANS_DEFAULT,
  };
  const view = traceViewOf(traceId, { spans: read.trace.spans });
  const groups = runPipeline(query.pipeline, view);
  if (groups === undefined || !isInside(groups, view, request)) return undefined;
  return foundTrace(summary, groups, view, request);
}
