/* What the tests of the page send to a server, over HTTP as any SDK does. */
import assert from "node:assert/strict";
import { encodeTracesProtobuf } from "@spoor/otlp";
import {
  type Attributes,
  type AttributeValue,
  NO_ATTRIBUTES,
  type Resource,
  type Span,
  SpanKind,
} from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import type { SpoorProcess } from "../spoor-process.ts";
import { storedSpans } from "../stored-trace.ts";

const MS = 1_000_000n;

/** Sends `spans` in one request and waits for the acknowledgement. */
export async function sendSpans(
  { httpPort }: Pick<SpoorProcess, "httpPort">,
  spans: readonly Span[],
): Promise<void> {
  const response = await fetch(`http://127.0.0.1:${httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    // The types of fetch want a buffer that is not shared.
    body: new Uint8Array(encodeTracesProtobuf(spans)),
  });
  assert.equal(response.status, 200);
}

/** Sends `spans` and waits until all of them can be read. */
export async function storeSpans(spoor: SpoorProcess, spans: readonly Span[]): Promise<void> {
  await sendSpans(spoor, spans);
  const traceIds = new Set(spans.map(({ traceId }) => traceId));
  await Promise.all(Array.from(traceIds, (traceId) => storedSpans(spoor, traceId)));
}

/** A resource that is only a service. */
export function serviceResource(name: string): Resource {
  const attributes = new Map([["service.name", name]]);
  return { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] };
}

/** One value of each type, and those that are easily shown wrongly. */
const everyAttribute: Attributes = new Map<string, AttributeValue>([
  ["a.string", "plain text"],
  ["a.string.empty", ""],
  ["a.markup", "<b>not bold</b>"],
  ["a.bool", true],
  ["an.int", 9_007_199_254_740_993n],
  ["a.double", 3],
  ["a.double.nan", Number.NaN],
  ["some.bytes", new Uint8Array([1, 2, 255])],
  ["nothing", null],
  ["an.array", ["one", 2n, 0.5]],
  ["a.kvlist", new Map<string, AttributeValue>([["inner", false]])],
]);

/** The same as the detail panel shows them: the value, and the type where it is not text. */
export const everyAttributeShown: Readonly<Record<string, string>> = {
  "a.string": "plain text",
  "a.string.empty": "empty",
  "a.markup": "<b>not bold</b>",
  "a.bool": "true bool",
  "an.int": "9007199254740993 int",
  "a.double": "3.0 double",
  "a.double.nan": "NaN double",
  "some.bytes": "AQL/ bytes, base64",
  nothing: "null no value",
  "an.array": '["one", 2, 0.5] array',
  "a.kvlist": '{"inner": false} kvlist',
};

/** A checkout that fails because a query is slow: its spans by what they do. */
export interface SentCheckout {
  readonly root: Span;
  readonly call: Span;
  readonly query: Span;
  /** Its parent is never sent. */
  readonly orphan: Span;
  /** The trace that the query links to. */
  readonly linked: Span;
}

/** The spans of a new checkout, not yet sent. */
export function checkout(): SentCheckout {
  const linked = exampleSpan({ name: "nightly-reconcile" });
  const root = exampleSpan({
    name: "POST /checkout",
    kind: SpanKind.server,
    status: { code: 2, message: "the inventory did not answer" },
    resource: serviceResource("api-gateway"),
  });
  const start = root.startTimeUnixNano;
  const call = exampleSpan({
    traceId: root.traceId,
    parentSpanId: root.spanId,
    name: "checkInventory",
    kind: SpanKind.client,
    startTimeUnixNano: start + 10n * MS,
    endTimeUnixNano: start + 990n * MS,
    resource: serviceResource("api-gateway"),
  });
  const query = exampleSpan({
    traceId: root.traceId,
    parentSpanId: call.spanId,
    name: "SELECT inventory",
    kind: SpanKind.client,
    startTimeUnixNano: start + 30n * MS,
    endTimeUnixNano: start + 970n * MS,
    attributes: everyAttribute,
    droppedAttributesCount: 3,
    traceState: "vendor=1",
    events: [
      {
        timeUnixNano: start + 40n * MS,
        name: "lock.waiting",
        attributes: new Map([["lock.table", "inventory"]]),
        droppedAttributesCount: 0,
      },
    ],
    links: [
      {
        traceId: linked.traceId,
        spanId: linked.spanId,
        traceState: "",
        flags: 1,
        attributes: new Map([["link.reason", "holds the lock"]]),
        droppedAttributesCount: 0,
      },
    ],
    resource: {
      ...serviceResource("inventory"),
      schemaUrl: "https://opentelemetry.io/schemas/1.37.0",
    },
    scope: {
      name: "pg-instrumentation",
      version: "1.2.3",
      attributes: NO_ATTRIBUTES,
      droppedAttributesCount: 0,
      schemaUrl: "",
    },
  });
  const orphan = exampleSpan({
    traceId: root.traceId,
    parentSpanId: "abcdef0123456789",
    name: "sendReceipt",
    startTimeUnixNano: start + 995n * MS,
    endTimeUnixNano: start + 999n * MS,
    resource: serviceResource("mailer"),
  });
  return { root, call, query, orphan, linked };
}

/** Every span of `sent`. */
export function spansOf({ root, call, query, orphan, linked }: SentCheckout): Span[] {
  return [root, call, query, orphan, linked];
}

/** One root and `count - 1` spans below it, in chains of ten. */
export function largeTrace(count: number): Span[] {
  const root = exampleSpan({ name: "POST /import" });
  const { traceId, startTimeUnixNano: start, resource, scope } = root;
  const spans = [root];
  while (spans.length < count) {
    const index = spans.length;
    const above = index % 10 === 1 ? root : (spans.at(-1) ?? root);
    spans.push(
      exampleSpan({
        traceId,
        parentSpanId: above.spanId,
        name: `row ${index}`,
        startTimeUnixNano: start + BigInt(index) * 90_000n,
        endTimeUnixNano: start + 1000n * MS,
        resource,
        scope,
      }),
    );
  }
  return spans;
}

/** A request that asks a cache 37 times: what is the same is folded, what failed is not. */
export function repeatingTrace(): readonly Span[] {
  const root = exampleSpan({ name: "GET /cart", kind: SpanKind.server });
  const { traceId, spanId: parentSpanId, startTimeUnixNano: start } = root;
  const calls = Array.from({ length: 37 }, (_, index) =>
    exampleSpan({
      traceId,
      parentSpanId,
      name: "GET item",
      kind: SpanKind.client,
      startTimeUnixNano: start + BigInt(index + 1) * 2n * MS,
      endTimeUnixNano: start + BigInt(index + 1) * 2n * MS + 300_000n,
      status: index === 20 ? { code: 2, message: "gone away" } : { code: 0, message: "" },
      attributes: new Map([["item", `item-${index}`]]),
      resource: serviceResource("redis"),
    }),
  );
  const last = exampleSpan({
    traceId,
    parentSpanId,
    name: "render",
    startTimeUnixNano: start + MS,
    endTimeUnixNano: start + 1000n * MS,
    resource: serviceResource("pages"),
  });
  return [root, ...calls, last];
}
