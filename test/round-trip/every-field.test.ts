/* Whatever a sender says of spans comes out as it went in. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { encodeTracesJson, encodeTracesProtobuf } from "@spoor/otlp";
import type { Span } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import { storedSpans } from "../stored-trace.ts";
import { testRoundTrip } from "./comes-back.ts";

/**
 * The same spans in two traces that nobody else has. Random ids are often small, so they repeat:
 * of two spans with one id the first is kept, since the API tells them apart by nothing else. All
 * have ended: one that has not is open, and no span of the store.
 */
function inNewTraces(spans: readonly Span[]): Span[] {
  const traceIds = [randomBytes(16).toString("hex"), randomBytes(16).toString("hex")];
  const moved = new Map<string, Span>();
  for (const [index, span] of spans.entries()) {
    const traceId = traceIds[index % 2] ?? span.traceId;
    const key = `${traceId} ${span.spanId}`;
    const endTimeUnixNano = span.endTimeUnixNano || 1n;
    if (!moved.has(key)) moved.set(key, { ...span, traceId, endTimeUnixNano });
  }
  return [...moved.values()];
}

function byStart(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : 1;
}

testRoundTrip<Span>({
  noun: "span",
  runs: 12,
  httpPath: "/v1/traces",
  grpcPath: "/opentelemetry.proto.collector.trace.v1.TraceService/Export",
  encodeProtobuf: encodeTracesProtobuf,
  encodeJson: encodeTracesJson,
  random: randomSpans,
  apart: inNewTraces,
  assertStored: async (spoor, sent) => {
    for (const [traceId, expected] of Map.groupBy(sent, (span) => span.traceId)) {
      assert.deepEqual(await storedSpans(spoor, traceId), expected.toSorted(byStart));
    }
  },
});
