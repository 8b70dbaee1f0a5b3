/*
 * Spans for the tests of this room.
 */
import {
  buildSkeleton,
  outlineOfSpan,
  plainSpan,
  type Span,
  SpanKind,
  SpanOutlines,
} from "@spoor/trace";
import { traceShape, type TraceShape } from "./trace-shape.ts";

/** A span with only what matters to the test set. */
export function span(spanId: string, over: Partial<Span> = {}): Span {
  return plainSpan({
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId,
    name: spanId,
    kind: SpanKind.internal,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    ...over,
  });
}

/** The shape of a trace of these spans. */
export function shapeOf(spans: readonly Span[]): TraceShape {
  const outlines = new SpanOutlines();
  for (const each of spans) outlines.append(outlineOfSpan(each));
  return traceShape(buildSkeleton("4bf92f3577b34da6a3ce929d0e0e4736", outlines));
}

/** The span id of a letter; empty for none. */
export function idOf(letter: string): string {
  return letter === "" ? "" : letter.charCodeAt(0).toString(16).padStart(16, "0");
}

/** `a a.b b.c`: spans that start one after the other; the name is the letter. */
export function chain(text: string): Span[] {
  return text.split(" ").map((word, index) => {
    const [parent = "", id = ""] = word.includes(".") ? word.split(".") : ["", word];
    return span(idOf(id), {
      name: id,
      parentSpanId: idOf(parent),
      startTimeUnixNano: BigInt(index + 1),
      endTimeUnixNano: 100n,
    });
  });
}
