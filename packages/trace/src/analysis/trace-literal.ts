/*
 * Traces written down in a few words, for the tests of this folder.
 */
import type { AttributeValue } from "../span/attributes.ts";
import { SpanKind } from "../span/kind.ts";
import { plainResource, plainScope, plainSpan } from "../span/plain-span.ts";
import type { Resource } from "../span/resource.ts";
import type { Span, Trace } from "../span/span.ts";
import { StatusCode } from "../span/status.ts";

/** A span, as far as a test cares. Times in ms after a fixed moment. */
export interface SpanLiteral {
  readonly id: string;
  readonly parent?: string;
  readonly name?: string;
  readonly service?: string;
  readonly startMs?: number;
  readonly endMs?: number;
  readonly kind?: SpanKind;
  readonly error?: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
  readonly traceState?: string;
}

const START_UNIX_NANO = 1_700_000_000_000_000_000n;
const SCOPE = plainScope("test");

/** The trace with these spans, in this order. */
export function traceLiteral(...literals: readonly SpanLiteral[]): Trace {
  const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
  const resources = new Map<string, Resource>();
  const spans = literals.map((literal): Span => {
    const service = literal.service ?? "checkout";
    const resource = resources.get(service) ?? plainResource(service);
    resources.set(service, resource);
    return plainSpan({
      traceId,
      spanId: spanIdOf(literal.id),
      parentSpanId: literal.parent === undefined ? "" : spanIdOf(literal.parent),
      flags: 1,
      traceState: literal.traceState ?? "",
      name: literal.name ?? literal.id,
      kind: literal.kind ?? SpanKind.internal,
      startTimeUnixNano: unixNano(literal.startMs ?? 0),
      endTimeUnixNano: unixNano(literal.endMs ?? literal.startMs ?? 0),
      status:
        literal.error === undefined
          ? { code: StatusCode.unset, message: "" }
          : { code: StatusCode.error, message: literal.error },
      attributes: new Map(Object.entries(literal.attributes ?? {})),
      resource,
      scope: SCOPE,
    });
  });
  return { traceId, spans };
}

/** The checkout of the design pages: 120 ms, of which 80 in the payment and 27 in a query. */
export const CHECKOUT: Trace = traceLiteral(
  { id: "1", name: "handleCheckout", startMs: 0, endMs: 120 },
  { id: "2", parent: "1", name: "checkInventory", startMs: 2, endMs: 32 },
  { id: "3", parent: "2", name: "redis.Get inventory:item_42", startMs: 2, endMs: 4 },
  { id: "4", parent: "2", name: "postgres.Query SELECT * FROM inventory", startMs: 5, endMs: 32 },
  { id: "5", parent: "1", name: "processPayment", startMs: 34, endMs: 119 },
  { id: "6", parent: "5", name: "stripe.ChargeCreate", startMs: 35, endMs: 115 },
  { id: "7", parent: "5", name: "postgres.Exec INSERT INTO payments", startMs: 116, endMs: 119 },
);

/** 16 hex digits that begin with the digits of `id`, or encode it where it has others. */
function spanIdOf(id: string): string {
  const encoded = Array.from(id, (char) => char.charCodeAt(0).toString(16)).join("");
  const hex = /^[0-9a-f]+$/.test(id) ? id : encoded;
  return hex.padEnd(16, "0").slice(0, 16);
}

function unixNano(ms: number): bigint {
  return START_UNIX_NANO + BigInt(Math.round(ms * 1e6));
}
