/*
 * Traces as a server gives them back. An acknowledged span is safe at once and can be read soon: a
 * question that comes earlier is answered incompletely, and asked again here.
 */
import { setTimeout as delay } from "node:timers/promises";
import { fromTraceDocument, type Span, type TraceAnswer } from "@spoor/trace";
import type { SpoorProcess } from "./spoor-process.ts";

/** A busy machine stores a span within a second or two. */
const STORE_MS_MAX = 30_000;
const POLL_MS = 25;

/** All spans of a trace, in the order of the answer. @throws Error when it does not come whole. */
export async function storedSpans(
  spoor: Pick<SpoorProcess, "url">,
  traceId: string,
): Promise<readonly Span[]> {
  return fromTraceDocument((await wholeTrace(spoor, traceId)).trace).spans;
}

/** The answer about a trace, what is open included. @throws Error when it does not come whole. */
export async function wholeTrace(
  { url }: Pick<SpoorProcess, "url">,
  traceId: string,
): Promise<TraceAnswer> {
  const deadline = AbortSignal.timeout(STORE_MS_MAX);
  for (;;) {
    const response = await fetch(`${url}/api/v1/traces/${traceId}`, { signal: deadline });
    if (response.status === 200) {
      // The server under test is the one that defines this answer.
      const answer = (await response.json()) as TraceAnswer;
      if (answer.complete) return answer;
    } else if (response.status !== 503) {
      throw new Error(`cannot read trace ${traceId}: HTTP ${response.status}`);
    }
    await delay(POLL_MS, undefined, { signal: deadline });
  }
}
