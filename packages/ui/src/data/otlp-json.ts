/*
 * A trace as OTLP JSON. Loaded when somebody asks for it.
 */
import { encodeTracesJson } from "@spoor/otlp/traces-json";
import { fromTraceDocument, type Span } from "@spoor/trace";
import { notAll, readTrace } from "./api-client.ts";

/** Spans as an OTLP/JSON document: what `spoor import` takes. */
export function otlpJson(spans: readonly Span[]): string {
  return JSON.stringify(encodeTracesJson(spans));
}

/** All spans of a stored trace. @throws ProblemError, also when the server leaves some out */
export async function wholeTrace(traceId: string): Promise<readonly Span[]> {
  const answer = await readTrace({ reference: traceId }, new AbortController().signal);
  if (answer.capped !== null || !answer.complete) throw notAll(answer.capped?.limit);
  return fromTraceDocument(answer.trace).spans;
}
