/* A shop's morning for the tests of the pages: many requests, some of them slow for one reason. */
import { type Attributes, type Span, SpanKind, systemClock } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { serviceResource } from "./sent-traces.ts";

const MS = 1_000_000n;
const SECOND = 1000n * MS;

/** What is sent. */
export interface ShopOptions {
  /** Requests, spread evenly over the time. */
  readonly requestCount: number;
  /** The first began so long ago. */
  readonly agoSeconds: number;
  /** And the last. */
  readonly untilSeconds?: number;
  /** Each so many-th request waits for a lock; none with 0. */
  readonly slowEvery?: number;
  /** Of the requests that wait, each second fails. */
  readonly areSlowFailing?: boolean;
}

/** A request of the shop. */
export interface ShopRequest {
  readonly traceId: string;
  readonly isSlow: boolean;
  readonly spans: readonly Span[];
}

/**
 * Requests for `POST /checkout` and `GET /cart`. The slow ones are checkouts of version 1.4 that
 * wait for the inventory's statement.
 */
export function shopRequests(options: ShopOptions): ShopRequest[] {
  const { requestCount, agoSeconds, untilSeconds = 5, slowEvery = 0 } = options;
  const nowUnixNano = systemClock.nowUnixNano();
  const length = BigInt(agoSeconds - untilSeconds) * SECOND;
  return Array.from({ length: requestCount }, (_, index) => {
    const isSlow = slowEvery > 0 && index % slowEvery === slowEvery - 1;
    const start =
      nowUnixNano - BigInt(agoSeconds) * SECOND + (length * BigInt(index)) / BigInt(requestCount);
    const hasFailed =
      isSlow && options.areSlowFailing === true && index % (slowEvery * 2) > slowEvery;
    return request({ index, start, isSlow, hasFailed });
  });
}

interface RequestPlan {
  readonly index: number;
  readonly start: bigint;
  readonly isSlow: boolean;
  readonly hasFailed: boolean;
}

function request({ index, start, isSlow, hasFailed }: RequestPlan): ShopRequest {
  const isCheckout = isSlow || index % 3 !== 0;
  // Spread like real durations: most are short, none alike.
  const work = BigInt(3 + ((index * 37) % 29)) * MS + BigInt((index * 7919) % 1000) * 1000n;
  const wait = isSlow ? BigInt(1400 + ((index * 53) % 900)) * MS : 0n;
  const version = isSlow || index % 5 === 0 ? "1.4" : "1.3";
  const attributes: Attributes = new Map([
    ["http.route", isCheckout ? "/checkout" : "/cart"],
    ["user.tier", index % 4 === 0 ? "gold" : "basic"],
  ]);
  const total = 3n * work + wait;
  const status = hasFailed
    ? { code: 2 as const, message: "no answer in time" }
    : { code: 0 as const, message: "" };
  const root = exampleSpan({
    name: isCheckout ? "POST /checkout" : "GET /cart",
    kind: SpanKind.server,
    status,
    attributes,
    startTimeUnixNano: start,
    endTimeUnixNano: start + total,
    resource: versioned("checkout", version),
  });
  const below = (fields: Partial<Span>): Span => exampleSpan({ traceId: root.traceId, ...fields });
  const call = below({
    parentSpanId: root.spanId,
    name: "GET /stock",
    kind: SpanKind.client,
    startTimeUnixNano: start + work / 2n,
    endTimeUnixNano: start + work / 2n + 2n * work + wait,
    resource: versioned("checkout", version),
  });
  const stock = below({
    parentSpanId: call.spanId,
    name: "GET /stock",
    kind: SpanKind.server,
    startTimeUnixNano: call.startTimeUnixNano + work / 4n,
    endTimeUnixNano: call.endTimeUnixNano - work / 4n,
    resource: serviceResource("inventory"),
  });
  const query = below({
    parentSpanId: stock.spanId,
    name: isCheckout ? "UPDATE inventory" : "SELECT inventory",
    kind: SpanKind.client,
    startTimeUnixNano: stock.startTimeUnixNano + work / 4n,
    endTimeUnixNano: stock.endTimeUnixNano - work / 4n,
    status,
    attributes: new Map([
      ["db.system.name", "postgresql"],
      ["db.query.text", isCheckout ? "UPDATE inventory SET held = held + 1" : "SELECT held"],
      ["server.address", "inventory-db"],
    ]),
    resource: serviceResource("inventory"),
  });
  const payment = below({
    parentSpanId: root.spanId,
    name: "POST /payments",
    kind: SpanKind.client,
    startTimeUnixNano: call.endTimeUnixNano,
    endTimeUnixNano: start + total - work / 8n,
    attributes: new Map([["server.address", "pay.example"]]),
    resource: versioned("checkout", version),
  });
  const spans = isCheckout ? [root, call, stock, query, payment] : [root, call, stock, query];
  return { traceId: root.traceId, isSlow, spans };
}

function versioned(service: string, version: string): Span["resource"] {
  const resource = serviceResource(service);
  return {
    ...resource,
    attributes: new Map([...resource.attributes, ["service.version", version]]),
  };
}
