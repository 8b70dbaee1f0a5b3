import { randomBytes } from "node:crypto";
import { plainResource, plainScope, plainSpan, type Span, systemClock } from "@spoor/trace";

/** A span with a new random id, one second long, ended just now. */
export function exampleSpan(fields: Partial<Span> = {}): Span {
  const endTimeUnixNano = systemClock.nowUnixNano();
  return plainSpan({
    traceId: randomBytes(16).toString("hex"),
    spanId: randomBytes(8).toString("hex"),
    flags: 1,
    name: "handleCheckout",
    kind: 2,
    startTimeUnixNano: endTimeUnixNano - 1_000_000_000n,
    endTimeUnixNano,
    attributes: new Map([["order.id", "order-1"]]),
    resource: plainResource("checkout"),
    scope: plainScope("test"),
    ...fields,
  });
}
