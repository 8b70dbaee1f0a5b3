import type { TraceStore } from "@spoor/store";
import { parseTraceReference } from "@spoor/trace";
import { AMBIGUOUS_IDS_MAX } from "../base/limits.ts";
import type { Live } from "../live/live.ts";
import type { Problem } from "./problem.ts";

/** Where traces are looked for. */
export interface TracePlaces {
  readonly store: Pick<TraceStore, "findTraceIds">;
  /** Knows traces of which nothing has ended yet. */
  readonly live: Pick<Live, "traceIdsWith">;
}

/** The trace id that `text` names, or why it names none. */
export async function resolveReference(
  text: string,
  { store, live }: TracePlaces,
): Promise<string | Problem> {
  const reference = parseTraceReference(text);
  if (reference.kind === "traceId") return reference.traceId;
  if (reference.kind === "invalid") {
    return {
      code: "SPOOR_API_TRACE_REFERENCE_INVALID",
      title: "This does not name a trace",
      status: 400,
      detail: `cannot read "${text.slice(0, 80)}" as a trace: ${reference.reason}`,
      hint: "give 32 hex digits, the first 4 or more of them, or a traceparent header",
    };
  }
  const stored = await store.findTraceIds(reference.prefix, { limit: AMBIGUOUS_IDS_MAX });
  const traceIds = [...new Set([...stored, ...live.traceIdsWith(reference.prefix)])]
    .toSorted()
    .slice(0, AMBIGUOUS_IDS_MAX);
  const [only] = traceIds;
  if (only === undefined) return traceNotFound(`whose id begins with ${reference.prefix}`);
  if (traceIds.length === 1) return only;
  return {
    code: "SPOOR_API_TRACE_AMBIGUOUS",
    title: "Several traces begin so",
    status: 409,
    detail: `${traceIds.length === AMBIGUOUS_IDS_MAX ? "at least " : ""}${traceIds.length} traces begin with ${reference.prefix}`,
    hint: "give more digits of the trace id",
    traceIds,
  };
}

/** What a question for a trace that is not there is answered. */
export function traceNotFound(which: string): Problem {
  return {
    code: "SPOOR_API_TRACE_NOT_FOUND",
    title: "No such trace",
    status: 404,
    detail: `there is no trace ${which} here`,
    hint: "it may be sampled out, sent elsewhere, or still on its way",
  };
}

/** "Not found" would be a guess while acknowledged spans are still on their way into the store. */
export function ifFresh(isFresh: boolean, problem: Problem): Problem {
  if (isFresh || problem.code !== "SPOOR_API_TRACE_NOT_FOUND") return problem;
  return {
    code: "SPOOR_API_STORE_UNAVAILABLE",
    title: "Not all spans are stored yet",
    status: 503,
    detail: `${problem.detail} yet, and acknowledged spans still wait for the store`,
    hint: "ask again in a moment",
  };
}
