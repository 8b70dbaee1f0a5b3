/*
 * Spans for the tests of this room.
 */
import { NO_ATTRIBUTES, type Span, SpanKind, StatusCode } from "@spoor/trace";

/** A span with only what matters to the test set. */
export function span(spanId: string, over: Partial<Span> = {}): Span {
  return {
    traceId: "4bf92f3577b34da6a3ce929d0e0e4736",
    spanId,
    parentSpanId: "",
    traceState: "",
    flags: 0,
    name: spanId,
    kind: SpanKind.internal,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    status: { code: StatusCode.unset, message: "" },
    attributes: NO_ATTRIBUTES,
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: {
      attributes: NO_ATTRIBUTES,
      droppedAttributesCount: 0,
      schemaUrl: "",
      entityRefs: [],
    },
    scope: {
      name: "",
      version: "",
      attributes: NO_ATTRIBUTES,
      droppedAttributesCount: 0,
      schemaUrl: "",
    },
    ...over,
  };
}
