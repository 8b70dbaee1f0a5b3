/*
 * The native API, `/api/v1`: what the page and the CLI ask.
 *
 * Every answer says how far it can be trusted (Coverage); every error is a problem document.
 */
import type { TraceStore } from "@spoor/store";
import {
  type Clock,
  errorMessage,
  type LogRecordsAnswer,
  type LossAnswer,
  type StatusAnswer,
  toLogRecordListDocument,
  toSummaryDocument,
  toTraceDocument,
  type TraceAnswer,
  type TraceListAnswer,
} from "@spoor/trace";
import { type Context, Hono } from "hono";
import { TRACE_LOG_RECORDS_MAX, TRACE_OPEN_SPANS_MAX, TRACE_SPANS_MAX } from "../base/limits.ts";
import type { Live } from "../live/live.ts";
import type { TraceStream } from "../live/trace-stream.ts";
import { coverage } from "./coverage.ts";
import { listFindings, openSpansNow, readInflight } from "./live-api.ts";
import { parseTraceQuery } from "./parameters.ts";
import { answerProblem, type Problem } from "./problem.ts";
import { answerSkeleton, answerSpans } from "./skeleton.ts";
import { streamTraces } from "./stream.ts";
import { ifFresh, resolveReference, traceNotFound } from "./trace-reference.ts";

/** What the API answers from. */
export interface NativeApiParts {
  readonly store: TraceStore;
  readonly stream: TraceStream;
  readonly live: Live;
  readonly status: () => StatusAnswer;
  readonly loss: () => LossAnswer;
  /** Makes acknowledged spans visible in the store; false when that takes too long. */
  readonly freshen: () => Promise<boolean>;
  readonly clock: Clock;
  /** Gets a line for each error inside the server. */
  readonly onProblem: (message: string) => void;
}

/** The routes of the native API. */
export function createNativeApi(parts: NativeApiParts): Hono {
  const api = new Hono();
  api.get("/status", (context) => context.json(parts.status()));
  api.get("/loss", (context) => context.json(parts.loss()));
  api.get("/inflight", (context) => readInflight(context, parts));
  api.get("/findings", (context) => listFindings(context, parts));
  api.get("/traces", (context) => listTraces(context, parts));
  api.get("/traces/:reference", (context) => readTrace(context, parts));
  api.get("/traces/:reference/skeleton", (context) => answerSkeleton(context, parts));
  api.post("/traces/:reference/spans", (context) => answerSpans(context, parts));
  api.get("/traces/:reference/logs", (context) => readLogs(context, parts));
  api.get("/stream", (context) => streamTraces(context, parts));
  api.notFound((context) => answerProblem(context, notFound(context.req.path)));
  api.onError((error, context) => {
    parts.onProblem(`${context.req.method} ${context.req.path}: ${errorMessage(error)}`);
    return answerProblem(context, internalProblem(error));
  });
  return api;
}

async function listTraces(context: Context, parts: NativeApiParts): Promise<Response> {
  const query = parseTraceQuery(new URL(context.req.url).searchParams);
  if ("code" in query) return answerProblem(context, query);
  const startedMs = parts.clock.monotonicMs();
  const isFresh = await parts.freshen();
  const found = await parts.store.findTraces(query);
  const answer: TraceListAnswer = {
    traces: found.traces.map(toSummaryDocument),
    ...coverage(
      { ...found, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
      { unit: "traces", limit: query.limit },
    ),
  };
  return context.json(answer);
}

async function readTrace(context: Context, parts: NativeApiParts): Promise<Response> {
  const startedMs = parts.clock.monotonicMs();
  const openThen = openSpansNow(parts);
  const isFresh = await parts.freshen();
  const traceId = await resolveReference(context.req.param("reference") ?? "", parts);
  if (typeof traceId === "object") return answerProblem(context, ifFresh(isFresh, traceId));
  const stored = await parts.store.readTrace(traceId, { spanLimit: TRACE_SPANS_MAX });
  const { answer: open, hasMoreOpen } = openThen.of(traceId);
  if (stored === undefined && open.open.length === 0) {
    return answerProblem(context, ifFresh(isFresh, traceNotFound(`with id ${traceId}`)));
  }
  const read = stored ?? { trace: { traceId, spans: [] }, hasMore: false, scannedRows: 0 };
  const hasMore = read.hasMore || hasMoreOpen;
  const answer: TraceAnswer = {
    trace: toTraceDocument(read.trace),
    ...open,
    ...coverage(
      { ...read, hasMore, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
      { unit: "spans", limit: read.hasMore ? TRACE_SPANS_MAX : TRACE_OPEN_SPANS_MAX },
    ),
  };
  return context.json(answer);
}

/** Log records may come without any span, so a trace that is not known is no error here. */
async function readLogs(context: Context, parts: NativeApiParts): Promise<Response> {
  const startedMs = parts.clock.monotonicMs();
  const isFresh = await parts.freshen();
  const traceId = await resolveReference(context.req.param("reference") ?? "", parts);
  if (typeof traceId === "object") return answerProblem(context, ifFresh(isFresh, traceId));
  const read = await parts.store.readLogs(traceId, { limit: TRACE_LOG_RECORDS_MAX });
  const answer: LogRecordsAnswer = {
    traceId,
    ...toLogRecordListDocument(read.logRecords),
    ...coverage(
      { ...read, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
      { unit: "log records", limit: TRACE_LOG_RECORDS_MAX },
    ),
  };
  return context.json(answer);
}

function notFound(path: string): Problem {
  return {
    code: "SPOOR_API_NOT_FOUND",
    title: "No such path",
    status: 404,
    detail: `there is no ${path} in this API`,
  };
}

function internalProblem(error: unknown): Problem {
  const isRetryable = typeof error === "object" && error !== null && "retryable" in error;
  if (isRetryable && error.retryable === true) {
    return {
      code: "SPOOR_API_STORE_UNAVAILABLE",
      title: "The store did not answer",
      status: 503,
      detail: errorMessage(error),
      hint: "ask again in a moment",
    };
  }
  return {
    code: "SPOOR_API_INTERNAL",
    title: "An error inside the server",
    status: 500,
    detail: errorMessage(error),
  };
}
