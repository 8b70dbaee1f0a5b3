/*
 * The two traces that every client in this folder sends, whatever its language, and the check that
 * they came through whole:
 *
 * 1. the checkout as it should look, with fixed times;
 * 2. one span that failed, with a recorded exception and a link to the first trace.
 */
import assert from "node:assert/strict";
import {
  type AttributeValue,
  fromTraceDocument,
  type Span,
  spanDurationNano,
  SpanKind,
  spanKindName,
  StatusCode,
  type Trace,
  type TraceAnswer,
} from "@spoor/trace";

/** What a client prints: the ids of the traces that it sent. */
export interface SentTraces {
  readonly checkout: string;
  readonly failure: string;
}

/** What distinguishes the SDKs. */
export interface ClientTraits {
  /** `telemetry.sdk.language` */
  readonly language: string;
  /** The schema URL of the resource; empty where the SDK sends none. */
  readonly resourceSchemaUrl: string;
  /** `exception.type` of the language's plain error. */
  readonly exceptionType: string;
  /** Whether the plain error comes with a stack trace. */
  readonly hasStackTrace: boolean;
  /** Whether the flags of a span say that it was sampled; an SDK may leave these bits out. */
  readonly sendsTraceFlags: boolean;
}

/** [name, kind, start and end in ms after the root's start], children indented below parents. */
const CHECKOUT_TREE = [
  "handleCheckout server 0-120",
  "  checkInventory internal 5-35",
  "    redis.Get inventory:item_42 client 6-8",
  "    postgres.Query SELECT * FROM inventory client 8-35",
  "  processPayment internal 35-120",
  "    stripe.ChargeCreate client 36-116",
  "    postgres.Exec INSERT INTO payments client 116-119",
];

const CHECKOUT_ATTRIBUTES: Readonly<Record<string, Record<string, AttributeValue>>> = {
  handleCheckout: {
    "user.id": "user_7",
    "order.id": "1001",
    "order.items": ["item_42", "item_7"],
  },
  checkInventory: { "order.id": "1001", "inventory.items_available": 3n },
  "redis.Get inventory:item_42": {},
  "postgres.Query SELECT * FROM inventory": {},
  processPayment: {},
  "stripe.ChargeCreate": { "payment.amount": 42.5 },
  "postgres.Exec INSERT INTO payments": {},
};

const NANO_PER_MS = 1_000_000;

async function readTrace(url: string, traceId: string): Promise<Trace> {
  const response = await fetch(`${url}/api/v1/traces/${traceId}`);
  const body = await response.text();
  assert.equal(response.status, 200, `GET trace ${traceId} was answered ${body}`);
  // The API's own contract, which the server under test defines.
  const answer = JSON.parse(body) as TraceAnswer;
  assert.equal(answer.complete, true);
  return fromTraceDocument(answer.trace);
}

/** Fails unless both traces are there with everything that the client put into them. */
export async function checkArticleTraces(
  url: string,
  { sent, traits }: { readonly sent: SentTraces; readonly traits: ClientTraits },
): Promise<void> {
  const checkout = await readTrace(url, sent.checkout);
  checkCheckout(checkout);
  for (const span of checkout.spans) checkOrigin(span, traits);
  const { spans } = await readTrace(url, sent.failure);
  const [failed] = spans;
  assert.equal(spans.length, 1);
  assert.ok(failed);
  checkOrigin(failed, traits);
  checkFailure(failed, { checkout, traits });
}

function checkCheckout({ spans }: Trace): void {
  const root = spans.find(({ name }) => name === "handleCheckout");
  assert.ok(root, "the root span is there");
  assert.equal(root.parentSpanId, "");
  assert.equal(root.startTimeUnixNano % 1_000_000_000n, 123_456_789n, "to the nanosecond");
  assert.deepEqual(treeLines(spans, { parent: root, depth: 0, root }), CHECKOUT_TREE);
  assert.equal(spans.length, CHECKOUT_TREE.length);

  for (const span of spans) {
    const expected = CHECKOUT_ATTRIBUTES[span.name];
    assert.deepEqual(Object.fromEntries(span.attributes), expected, span.name);
    const code: StatusCode = span === root ? StatusCode.ok : StatusCode.unset;
    assert.deepEqual(span.status, { code, message: "" }, span.name);
  }
  const events = spans.flatMap((span) => span.events.map((event) => ({ span, event })));
  assert.equal(events.length, 1);
  assert.equal(events[0]?.span.name, "redis.Get inventory:item_42");
  assert.deepEqual(events[0].event, {
    timeUnixNano: root.startTimeUnixNano + 7n * BigInt(NANO_PER_MS),
    name: "cache miss",
    attributes: new Map<string, AttributeValue>([
      ["cache.key", "inventory:item_42"],
      ["cache.hit", false],
    ]),
    droppedAttributesCount: 0,
  });
}

interface Branch {
  readonly parent: Span;
  readonly depth: number;
  readonly root: Span;
}

function treeLines(spans: readonly Span[], { parent, depth, root }: Branch): string[] {
  const startMs = spanDurationNano({ ...root, endTimeUnixNano: parent.startTimeUnixNano });
  const endMs = spanDurationNano({ ...root, endTimeUnixNano: parent.endTimeUnixNano });
  const times = `${startMs / NANO_PER_MS}-${endMs / NANO_PER_MS}`;
  const line = `${"  ".repeat(depth)}${parent.name} ${spanKindName(parent.kind)} ${times}`;
  const children = spans.filter(({ parentSpanId }) => parentSpanId === parent.spanId);
  const below = children.flatMap((child) =>
    treeLines(spans, { parent: child, depth: depth + 1, root }),
  );
  return [line, ...below];
}

function checkOrigin(span: Span, traits: ClientTraits): void {
  const { attributes, schemaUrl } = span.resource;
  assert.equal(attributes.get("service.name"), "payment-api");
  assert.equal(attributes.get("service.version"), "1.0.0");
  assert.equal(attributes.get("telemetry.sdk.language") ?? "", traits.language);
  assert.equal(schemaUrl, traits.resourceSchemaUrl);
  assert.equal(span.scope.name, "payment-api");
  assert.equal(span.flags & 1, traits.sendsTraceFlags ? 1 : 0, "the sampled flag");
}

interface Expected {
  readonly checkout: Trace;
  readonly traits: ClientTraits;
}

function checkFailure(span: Span, { checkout, traits }: Expected): void {
  const { code, message } = span.status;
  assert.equal(span.name, "checkInventory");
  assert.equal(span.kind, SpanKind.internal);
  assert.deepEqual(
    { code, message },
    { code: StatusCode.error, message: "inventory check failed" },
  );
  const [event, ...noMore] = span.events;
  assert.deepEqual(noMore, []);
  assert.equal(event?.name, "exception");
  assert.equal(event.attributes.get("exception.message"), "inventory: row is locked");
  assert.equal(event.attributes.get("exception.type"), traits.exceptionType);
  assert.equal(event.attributes.has("exception.stacktrace"), traits.hasStackTrace);
  assert.ok(event.timeUnixNano >= span.startTimeUnixNano, "the exception lies in the span");
  assert.ok(event.timeUnixNano <= span.endTimeUnixNano, "the exception lies in the span");

  const [link, ...noOther] = span.links;
  assert.deepEqual(noOther, []);
  assert.equal(link?.traceId, checkout.traceId);
  assert.equal(link.spanId, checkout.spans.find(({ parentSpanId }) => parentSpanId === "")?.spanId);
  assert.deepEqual(Object.fromEntries(link.attributes), { "retry.number": 1n });
}
