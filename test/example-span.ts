import { randomBytes } from "node:crypto";
import { type Span, systemClock } from "@spoor/trace";

/** A span with a new random id, one second long, ended just now. */
export function exampleSpan(fields: Partial<Span> = {}): Span {
  const endTimeUnixNano = systemClock.nowUnixNano();
  return {
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    parentSpanId: "",
    traceState: "",
    flags: 1,
    name: "handleCheckout",
    kind: 2,
    startTimeUnixNano: endTimeUnixNano - 1_000_000_000n,
    endTimeUnixNano,
    status: { code: 0, message: "" },
    attributes: new Map([["order.id", "order-1"]]),
    droppedAttributesCount: 0,
    events: [],
    droppedEventsCount: 0,
    links: [],
    droppedLinksCount: 0,
    resource: {
      attributes: new Map([["service.name", "checkout"]]),
      droppedAttributesCount: 0,
      schemaUrl: "",
      entityRefs: [],
    },
    scope: {
      name: "test",
      version: "",
      attributes: new Map(),
      droppedAttributesCount: 0,
      schemaUrl: "",
    },
    ...fields,
  };
}
