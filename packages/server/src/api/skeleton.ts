/*
 * A trace of any size: its shape first, then the spans that somebody looks at.
 *
 * `GET /traces/{ref}/skeleton` streams the shape, `POST /traces/{ref}/spans` gives up to a thousand
 * spans whole. By span id and not by row, because a trace that still grows changes its rows.
 */
import type { TraceStore } from "@spoor/store";
import {
  appendOpenOutlines,
  buildSkeleton,
  type Clock,
  encodeSkeleton,
  SKELETON_MEDIA_TYPE,
  type SkeletonEnd,
  SpanOutlines,
  type SpansAnswer,
  toTraceDocument,
} from "@spoor/trace";
import type { Context } from "hono";
import { SKELETON_SPANS_MAX, SPANS_PER_REQUEST_MAX, TRACE_OPEN_SPANS_MAX } from "../base/limits.ts";
import type { Live } from "../live/live.ts";
import { coverage } from "./coverage.ts";
import { withKeptHolders } from "./kept-holders.ts";
import { openSpansNow } from "./live-api.ts";
import { answerProblem, parameterInvalid, type Problem } from "./problem.ts";
import { ifFresh, resolveReference, traceNotFound } from "./trace-reference.ts";

/** What these answers are made from. */
export interface SkeletonParts {
  readonly store: TraceStore;
  readonly live: Live;
  /** Makes acknowledged spans visible in the store; false when that takes too long. */
  readonly freshen: () => Promise<boolean>;
  readonly clock: Clock;
}

/**
 * `GET /api/v1/traces/{ref}/skeleton`: every span as a row, without what it says, those that have
 * not ended included. The last frame holds the coverage and what is known of the open spans. A
 * reader that goes away ends the work.
 */
export async function answerSkeleton(context: Context, parts: SkeletonParts): Promise<Response> {
  const startedMs = parts.clock.monotonicMs();
  const openThen = openSpansNow(parts);
  const isFresh = await parts.freshen();
  const traceId = await resolveReference(context.req.param("reference") ?? "", parts);
  if (typeof traceId === "object") return answerProblem(context, ifFresh(isFresh, traceId));
  const stored = await parts.store.readOutlines(traceId, { spanLimit: SKELETON_SPANS_MAX });
  const { answer: open, hasMoreOpen } = openThen.of(traceId);
  if (stored === undefined && open.open.length === 0) {
    return answerProblem(context, ifFresh(isFresh, traceNotFound(`with id ${traceId}`)));
  }
  const read = stored ?? { outlines: new SpanOutlines(), hasMore: false, scannedRows: 0 };
  const hasMore = read.hasMore || hasMoreOpen;
  const limit = read.hasMore ? SKELETON_SPANS_MAX : TRACE_OPEN_SPANS_MAX;
  const added = appendOpenOutlines(read.outlines, open.open);
  const skeleton = buildSkeleton(traceId, read.outlines);
  const end: SkeletonEnd = {
    ...coverage(
      { ...read, hasMore, isFresh, tookMs: parts.clock.monotonicMs() - startedMs },
      { unit: "spans", limit },
    ),
    nowUnixNano: open.nowUnixNano,
    open: added,
  };
  const frames = encodeSkeleton(skeleton, end);
  // Frame by frame as the reader takes them, so that a slow one holds one frame and not all.
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const next = frames.next();
      if (next.done === true) controller.close();
      else controller.enqueue(next.value);
    },
  });
  return context.body(body, 200, { "content-type": SKELETON_MEDIA_TYPE });
}

/** `POST /api/v1/traces/{ref}/spans` with `{"spanIds": […]}`: those spans with all they say. */
export async function answerSpans(context: Context, parts: SkeletonParts): Promise<Response> {
  const startedMs = parts.clock.monotonicMs();
  const spanIds = await readSpanIds(context);
  if ("code" in spanIds) return answerProblem(context, spanIds);
  const traceId = await resolveReference(context.req.param("reference") ?? "", parts);
  if (typeof traceId === "object") return answerProblem(context, traceId);
  const read = await parts.store.readSpans(traceId, spanIds);
  const trace = await withKeptHolders({ traceId, spans: read.spans }, parts);
  const answer: SpansAnswer = {
    trace: toTraceDocument(trace),
    ...coverage(
      { ...read, hasMore: false, isFresh: true, tookMs: parts.clock.monotonicMs() - startedMs },
      { unit: "spans", limit: SPANS_PER_REQUEST_MAX },
    ),
  };
  return context.json(answer);
}

const SPAN_ID = /^[0-9a-f]{16}$/;

async function readSpanIds(context: Context): Promise<string[] | Problem> {
  const expected = `must be a list of 1 to ${SPANS_PER_REQUEST_MAX} span ids of 16 hex digits`;
  const body: unknown = await context.req.json().catch(() => undefined);
  if (typeof body !== "object" || body === null || !("spanIds" in body)) {
    return parameterInvalid("spanIds", `the body must be JSON with spanIds, which ${expected}`);
  }
  const { spanIds } = body;
  const isList = Array.isArray(spanIds) && spanIds.every(isSpanId);
  if (!isList || spanIds.length === 0 || spanIds.length > SPANS_PER_REQUEST_MAX) {
    return parameterInvalid("spanIds", expected);
  }
  return [...new Set(spanIds)];
}

function isSpanId(value: unknown): value is string {
  return typeof value === "string" && SPAN_ID.test(value);
}
