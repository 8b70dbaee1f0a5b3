/* A trace, its log records, and lists of traces without a query. */
import {
  type LogRecordsAnswer,
  toLogRecordListDocument,
  toSummaryDocument,
  toTraceDocument,
  type TraceAnswer,
  type TraceListAnswer,
} from "@spoor/trace";
import {
  LIST_TRACES_DEFAULT,
  LIST_TRACES_MAX,
  TRACE_LOG_RECORDS_MAX,
  TRACE_OPEN_SPANS_MAX,
  TRACE_SPANS_MAX,
} from "../base/limits.ts";
import { coverage } from "./coverage.ts";
import { withKeptHolders } from "./kept-holders.ts";
import { openSpansNow } from "./live-api.ts";
import { choice, text, time, truth, UNIX_NANO_MAX, wholeNumber } from "./parameter.ts";
import { type Route, route } from "./route.ts";
import { ifFresh, resolveReference, traceNotFound } from "./trace-reference.ts";

/** Problems of a route whose path names a trace. */
export const REFERENCE_PROBLEMS = [
  "SPOOR_API_TRACE_REFERENCE_INVALID",
  "SPOOR_API_TRACE_NOT_FOUND",
  "SPOOR_API_TRACE_AMBIGUOUS",
] as const;

/** `GET /api/v1/traces`. */
export const listTracesRoute: Route = route({
  method: "get",
  path: "/traces",
  summary: "The newest traces, the longest, or those with an error",
  parameters: {
    limit: wholeNumber("Traces that are listed", {
      min: 1,
      max: LIST_TRACES_MAX,
      fallback: LIST_TRACES_DEFAULT,
    }),
    sort: choice("The order of the traces", ["recent", "duration"], "recent"),
    from: time("The earliest start of a span, inclusive", "0"),
    to: time("The latest start of a span, exclusive", UNIX_NANO_MAX.toString()),
    errors: truth("Only traces with an error in some span"),
    service: text("Only traces in which this service took part"),
  },
  answer: "TraceListAnswer",
  problems: [],
  handle: async ({ limit, sort, from, to, errors, service }, { store, freshen, clock }) => {
    const startedMs = clock.monotonicMs();
    const isFresh = await freshen();
    const found = await store.findTraces({
      fromUnixNano: from,
      toUnixNano: to,
      sort,
      limit,
      ...(errors ? { onlyErrors: true } : {}),
      ...(service === "" ? {} : { service }),
    });
    const answer: TraceListAnswer = {
      traces: found.traces.map(toSummaryDocument),
      ...coverage(
        { ...found, isFresh, tookMs: clock.monotonicMs() - startedMs },
        { unit: "traces", limit },
      ),
    };
    return answer;
  },
});

/** `GET /api/v1/traces/{reference}`. */
export const readTraceRoute: Route = route({
  method: "get",
  path: "/traces/{reference}",
  summary: "All spans of a trace, finished and open",
  parameters: {
    wholeUpTo: wholeNumber("A trace of more spans is answered without any, to be read in parts", {
      min: 1,
      max: TRACE_SPANS_MAX,
      fallback: TRACE_SPANS_MAX,
    }),
  },
  answer: "TraceAnswer",
  problems: REFERENCE_PROBLEMS,
  handle: async ({ wholeUpTo }, parts) => {
    const startedMs = parts.clock.monotonicMs();
    const openThen = openSpansNow(parts);
    const isFresh = await parts.freshen();
    const traceId = await resolveReference(parts.context.req.param("reference") ?? "", parts);
    if (typeof traceId === "object") return ifFresh(isFresh, traceId);
    const stored = await parts.store.readTrace(traceId, { spanLimit: wholeUpTo });
    const { answer: open, hasMoreOpen } = openThen.of(traceId);
    if (stored === undefined && open.open.length === 0) {
      return ifFresh(isFresh, traceNotFound(`with id ${traceId}`));
    }
    const read = stored ?? { trace: { traceId, spans: [] }, hasMore: false, scannedRows: 0 };
    const hasMore = read.hasMore || hasMoreOpen;
    // Whoever wants it whole or not at all would read the beginning in vain.
    const isLeftOut = wholeUpTo < TRACE_SPANS_MAX && read.hasMore;
    const trace = isLeftOut ? { traceId, spans: [] } : await withKeptHolders(read.trace, parts);
    const answer: TraceAnswer = {
      trace: toTraceDocument(trace),
      ...open,
      ...coverage(
        { ...read, hasMore, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
        { unit: "spans", limit: read.hasMore ? wholeUpTo : TRACE_OPEN_SPANS_MAX },
      ),
    };
    return answer;
  },
});

/**
 * `GET /api/v1/traces/{reference}/logs`. Log records may come without any span, so a trace that is
 * not known is no error here.
 */
export const readLogsRoute: Route = route({
  method: "get",
  path: "/traces/{reference}/logs",
  summary: "The log records of a trace",
  parameters: {},
  answer: "LogRecordsAnswer",
  problems: REFERENCE_PROBLEMS,
  handle: async (_given, parts) => {
    const startedMs = parts.clock.monotonicMs();
    const isFresh = await parts.freshen();
    const traceId = await resolveReference(parts.context.req.param("reference") ?? "", parts);
    if (typeof traceId === "object") return ifFresh(isFresh, traceId);
    const read = await parts.store.readLogs(traceId, { limit: TRACE_LOG_RECORDS_MAX });
    const answer: LogRecordsAnswer = {
      traceId,
      ...toLogRecordListDocument(read.logRecords),
      ...coverage(
        { ...read, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
        { unit: "log records", limit: TRACE_LOG_RECORDS_MAX },
      ),
    };
    return answer;
  },
});
