/*
 * What the native API answers about the present: hanging requests, findings, open spans of a trace.
 */
import type { Clock, FindingsAnswer, OpenSpansOfTrace } from "@spoor/trace";
import type { Context } from "hono";
import { TRACE_OPEN_SPANS_MAX } from "../base/limits.ts";
import type { Live } from "../live/live.ts";

interface LiveParts {
  readonly live: Live;
  readonly clock: Clock;
}

/** `GET /api/v1/inflight`. */
export async function readInflight(context: Context, { live }: LiveParts): Promise<Response> {
  return context.json(await live.inflight());
}

/** `GET /api/v1/findings`. */
export function listFindings(context: Context, { live, clock }: LiveParts): Response {
  const answer: FindingsAnswer = {
    nowUnixNano: clock.nowUnixNano().toString(),
    findings: live.findings(),
  };
  return context.json(answer);
}

/** The open spans of one moment, from which those of a trace are picked later. */
export interface OpenSpansThen {
  /** Those of a trace, the oldest at most; `hasMoreOpen` when there are others. */
  readonly of: (traceId: string) => {
    readonly answer: OpenSpansOfTrace;
    readonly hasMoreOpen: boolean;
  };
}

/**
 * To be called before the finished spans are read: a span that ends in between is then in both, and
 * the finished one counts. The other way around it would be in neither.
 */
export function openSpansNow({ live, clock }: LiveParts): OpenSpansThen {
  const nowUnixNano = clock.nowUnixNano().toString();
  const all = live.openSpans();
  const of: OpenSpansThen["of"] = (traceId) => {
    const open = all
      .filter((span) => span.traceId === traceId)
      .toSorted((a, b) => b.ageMs - a.ageMs);
    return {
      answer: { nowUnixNano, open: open.slice(0, TRACE_OPEN_SPANS_MAX) },
      hasMoreOpen: open.length > TRACE_OPEN_SPANS_MAX,
    };
  };
  return { of };
}
