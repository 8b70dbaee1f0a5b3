/*
 * Arbitrary valid spans, every field of them, for properties that hold for all spans. Tests of
 * every package import this as `@spoor/trace/random-spans`.
 */
import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import type { Attributes, AttributeValue } from "./attributes.ts";
import type { SpanKind } from "./kind.ts";
import type { EntityRef, InstrumentationScope, Resource } from "./resource.ts";
import type { Span, SpanEvent, SpanLink } from "./span.ts";
import type { StatusCode } from "./status.ts";

const UINT32_MAX = 0xffff_ffff;

/** Objects with a prototype, as ours have one and strict equality looks at it. */
function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** Any text without lone surrogates, a leading U+FEFF and NUL included. */
const text = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "\u{feff}begins with a byte order mark", "\0", "x".repeat(300)),
);

const uint32 = fc.oneof(fc.constantFrom(0, 1, UINT32_MAX), fc.integer({ min: 0, max: UINT32_MAX }));

const uint64 = fc.oneof(
  fc.constantFrom(0n, 1n, 2n ** 53n + 1n, 2n ** 64n - 1n),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
);

const int64 = fc.oneof(
  fc.constantFrom(0n, -1n, 127n, 128n, -(2n ** 63n), 2n ** 63n - 1n),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
);

const scalar: fc.Arbitrary<AttributeValue> = fc.oneof(
  text,
  fc.boolean(),
  int64,
  fc.double(),
  fc.constantFrom(-0, Number.NaN, Number.POSITIVE_INFINITY, Number.MIN_VALUE),
  fc.uint8Array({ maxLength: 9 }).map((bytes) => new Uint8Array(bytes)),
  fc.constant(null),
);

const { value } = fc.letrec<{ value: AttributeValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    { arbitrary: scalar, weight: 5 },
    { arbitrary: fc.array(tie("value"), { maxLength: 3 }), weight: 1 },
    { arbitrary: mapOf(tie("value")), weight: 1 },
  ),
}));

function mapOf(values: fc.Arbitrary<AttributeValue>): fc.Arbitrary<Attributes> {
  return fc
    .uniqueArray(fc.tuple(text, values), { maxLength: 4, selector: ([key]) => key })
    .map((entries) => new Map(entries));
}

const attributes = mapOf(value);

function id(byteCount: number): fc.Arbitrary<string> {
  return fc
    .uint8Array({ minLength: byteCount, maxLength: byteCount })
    .map((bytes) => Buffer.from(bytes).toString("hex"))
    .filter((hex) => !/^0+$/.test(hex));
}

const entityRef: fc.Arbitrary<EntityRef> = record({
  schemaUrl: text,
  type: text,
  idKeys: fc.array(text, { maxLength: 2 }),
  descriptionKeys: fc.array(text, { maxLength: 2 }),
});

const resource: fc.Arbitrary<Resource> = record({
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
  entityRefs: fc.array(entityRef, { maxLength: 2 }),
});

const scope: fc.Arbitrary<InstrumentationScope> = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
});

const event: fc.Arbitrary<SpanEvent> = record({
  timeUnixNano: uint64,
  name: text,
  attributes,
  droppedAttributesCount: uint32,
});

const link: fc.Arbitrary<SpanLink> = record({
  traceId: id(16),
  spanId: id(8),
  traceState: text,
  flags: uint32,
  attributes,
  droppedAttributesCount: uint32,
});

const ownFields = {
  traceId: id(16),
  spanId: id(8),
  parentSpanId: fc.oneof(fc.constant(""), id(8)),
  traceState: text,
  flags: uint32,
  name: text,
  kind: fc.constantFrom<SpanKind>(0, 1, 2, 3, 4, 5),
  startTimeUnixNano: uint64,
  endTimeUnixNano: uint64,
  status: record({ code: fc.constantFrom<StatusCode>(0, 1, 2), message: text }),
  attributes,
  droppedAttributesCount: uint32,
  events: fc.array(event, { maxLength: 3 }),
  droppedEventsCount: uint32,
  links: fc.array(link, { maxLength: 3 }),
  droppedLinksCount: uint32,
};

/** Up to six spans that share up to three resources and scopes. */
export const randomSpans: fc.Arbitrary<Span[]> = fc
  .tuple(
    fc.array(resource, { minLength: 1, maxLength: 3 }),
    fc.array(scope, { minLength: 1, maxLength: 3 }),
  )
  .chain(([resources, scopes]) => {
    const shared = {
      resource: fc.constantFrom(...resources),
      scope: fc.constantFrom(...scopes),
    };
    return fc.array(record<Span>({ ...ownFields, ...shared }), { maxLength: 6 });
  });
