/** What random spans and random log records are made of. */
import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import type { Attributes, AttributeValue } from "./attributes.ts";
import type { EntityRef, InstrumentationScope, Resource } from "./resource.ts";

const UINT32_MAX = 0xffff_ffff;

/** Objects with a prototype, as ours have one and strict equality looks at it. */
export function record<T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }): fc.Arbitrary<T> {
  return fc.record(model, { noNullPrototype: true });
}

/** Any text without lone surrogates, a leading U+FEFF and NUL included. */
export const text: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: "grapheme-ascii", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.constantFrom("", "\u{feff}begins with a byte order mark", "\0", "x".repeat(300)),
);

/** Numbers from 0 to 2^32-1. */
export const uint32: fc.Arbitrary<number> = fc.oneof(
  fc.constantFrom(0, 1, UINT32_MAX),
  fc.integer({ min: 0, max: UINT32_MAX }),
);

/** Numbers from 0 to 2^64-1. */
export const uint64: fc.Arbitrary<bigint> = fc.oneof(
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

/** A value of any type that an attribute, or the body of a log record, may have. */
export const attributeValue: fc.Arbitrary<AttributeValue> = value;

/** Up to four attributes. */
export const attributes: fc.Arbitrary<Attributes> = mapOf(value);

/** An id of so many bytes in hex, not zero. */
export function id(byteCount: number): fc.Arbitrary<string> {
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

/** A resource. */
export const resource: fc.Arbitrary<Resource> = record({
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
  entityRefs: fc.array(entityRef, { maxLength: 2 }),
});

/** An instrumentation scope. */
export const scope: fc.Arbitrary<InstrumentationScope> = record({
  name: text,
  version: text,
  attributes,
  droppedAttributesCount: uint32,
  schemaUrl: text,
});
