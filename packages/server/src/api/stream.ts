import type { Clock, StatusAnswer, TraceStreamEvent, TraceSummary } from "@spoor/trace";
import { toSummaryDocument } from "@spoor/trace";
import type { Context } from "hono";
import { streamSSE } from "hono/streaming";
import { STREAM_STATUS_MS, STREAM_SUBSCRIBERS_MAX } from "../base/limits.ts";
import type { Live } from "../live/live.ts";
import type { TraceStream } from "../live/trace-stream.ts";
import { answerProblem } from "./problem.ts";
import { streamFull } from "./tail.ts";

/**
 * `GET /api/v1/stream`: server-sent events. `traces` with summaries of traces that got new spans,
 * `inflight` at once and whenever what hangs has changed, `status` at once and then every
 * STREAM_STATUS_MS, which also tells a page that the server lives.
 */
export function streamTraces(
  context: Context,
  parts: {
    readonly stream: TraceStream;
    readonly live: Live;
    readonly status: () => StatusAnswer;
    readonly clock: Clock;
  },
): Response {
  if (parts.stream.subscriberCount >= STREAM_SUBSCRIBERS_MAX) {
    return answerProblem(context, streamFull());
  }
  return streamSSE(context, async (sse) => {
    const closed = Promise.withResolvers<void>();
    const sendStatus = (): void => {
      void sse.writeSSE({ event: "status", data: JSON.stringify(parts.status()) });
    };
    const unsubscribe = parts.stream.subscribe((traces) => {
      void sse.writeSSE({ event: "traces", data: JSON.stringify(eventOf(traces)) });
    }, closed.resolve);
    const timer = setInterval(sendStatus, STREAM_STATUS_MS);
    sse.onAbort(closed.resolve);
    sendStatus();
    const unsubscribeLive = parts.live.subscribe((answer) => {
      void sse.writeSSE({ event: "inflight", data: JSON.stringify(answer) });
    });
    await closed.promise;
    clearInterval(timer);
    unsubscribe();
    unsubscribeLive();
  });
}

function eventOf(traces: readonly TraceSummary[]): TraceStreamEvent {
  return { traces: traces.map(toSummaryDocument) };
}
