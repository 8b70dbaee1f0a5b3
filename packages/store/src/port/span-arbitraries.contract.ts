/* Random spans with everything that OTLP allows, for the contract of the store. */
import {
  type Attributes,
  type AttributeValue,
  type InstrumentationScope,
  isSpanKind,
  isStatusCode,
  type Resource,
  type Span,
  type SpanEvent,
  type SpanLink,
} from "@spoor/trace";
import * as fc from "fast-check";

/** deepEqual tells an object without a prototype from a plain one. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

const UINT32_MAX = 0xffff_ffff;
const UINT64_MAX = 2n ** 64n - 1n;

const text = fc.oneof(
  fc.constantFrom(
    "",
    "\u0001",
    "\u0001s",
    "\u0001x{}",
    "a\u0000b",
    "\u{10FFFF}",
    "🦓 ü",
    "__proto__",
  ),
  fc.string({ maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
);

const count = fc.oneof(fc.constantFrom(0, 1, UINT32_MAX), fc.nat(UINT32_MAX));

const leaf: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.boolean(),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n),
  fc.double(),
  fc.constantFrom(Number.NaN, -0, Infinity, -Infinity, 5e-324, 1e21, 0.1 + 0.2),
  fc.uint8Array({ maxLength: 8 }),
  fc.constant(null),
);

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 3, depthIdentifier: "value" },
    { weight: 5, arbitrary: leaf },
    { weight: 1, arbitrary: fc.array(tie("value"), { maxLength: 3 }) },
    { weight: 1, arbitrary: mapOf(tie("value")) },
  ),
}));

const attributes: fc.Arbitrary<Attributes> = mapOf(value);

function mapOf(values: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Attributes> {
  return fc
    .uniqueArray(fc.tuple(text, values), { maxLength: 6, selector: ([key]) => key })
    .map((entries) => new Map(entries));
}

/** The whole range, mostly near its ends and near now, where the buckets are. */
export function timeUnixNano(nowUnixNano: bigint): fc.Arbitrary<bigint> {
  const near = fc.bigInt(-180_000_000_000n, 180_000_000_000n).map((delta) => nowUnixNano + delta);
  return fc.oneof(
    { weight: 6, arbitrary: near },
    { weight: 1, arbitrary: fc.constantFrom(0n, 1n, UINT64_MAX, 2n ** 63n - 1n, 2n ** 63n) },
    { weight: 1, arbitrary: fc.bigInt(0n, UINT64_MAX) },
  );
}

const resource: fc.Arbitrary<Resource> = record({
  attributes: fc
    .tuple(attributes, fc.constantFrom("payment", "inventory", ""))
    .map(([others, service]) => new Map([...others, ["service.name", service]])),
  droppedAttributesCount: count,
  schemaUrl: text,
  entityRefs: fc.array(
    record({
      schemaUrl: text,
      type: text,
      idKeys: fc.array(text, { maxLength: 2 }),
      descriptionKeys: fc.array(text, { maxLength: 2 }),
    }),
    { maxLength: 2 },
  ),
});

const scope: fc.Arbitrary<InstrumentationScope> = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: count,
  schemaUrl: text,
});

const digits = (length: number): fc.Arbitrary<string> =>
  fc
    .uint8Array({ minLength: length / 2, maxLength: length / 2 })
    .map((bytes) => Buffer.from(bytes).toString("hex"));

const link: fc.Arbitrary<SpanLink> = record({
  traceId: digits(32),
  spanId: digits(16),
  traceState: text,
  flags: count,
  attributes,
  droppedAttributesCount: count,
});

/** A span as it is before it is put into a trace. */
export type LooseSpan = Omit<Span, "traceId" | "spanId">;

/** Spans without ids, some of which share a resource and a scope. */
export function looseSpans(nowUnixNano: bigint): fc.Arbitrary<LooseSpan[]> {
  const time = timeUnixNano(nowUnixNano);
  const event: fc.Arbitrary<SpanEvent> = record({
    timeUnixNano: time,
    name: text,
    attributes,
    droppedAttributesCount: count,
  });
  return fc
    .tuple(
      fc.array(resource, { minLength: 1, maxLength: 2 }),
      fc.array(scope, { minLength: 1, maxLength: 2 }),
    )
    .chain(([resources, scopes]) =>
      fc.array(
        record({
          parentSpanId: fc.oneof(fc.constant(""), fc.constant("00000000000000ff")),
          traceState: text,
          flags: count,
          name: text,
          kind: fc.nat(5).filter(isSpanKind),
          startTimeUnixNano: time,
          endTimeUnixNano: time,
          status: record({ code: fc.nat(2).filter(isStatusCode), message: text }),
          attributes,
          droppedAttributesCount: count,
          events: fc.array(event, { maxLength: 3 }),
          droppedEventsCount: count,
          links: fc.array(link, { maxLength: 3 }),
          droppedLinksCount: count,
          resource: fc.constantFrom(...resources),
          scope: fc.constantFrom(...scopes),
        }),
        { minLength: 1, maxLength: 30 },
      ),
    );
}
