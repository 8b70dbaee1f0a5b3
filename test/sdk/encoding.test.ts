import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attributes, type Link, SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { toAnyValue } from "@spoor/trace";
import * as fc from "fast-check";
import { encodeByProtobufjs, requestType } from "@spoor/otlp/protobufjs-messages";
import { requestOf, SdkUnderTest } from "./sdk-under-test.ts";

const text = fc.oneof(
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "grapheme", maxLength: 200 }),
  fc.string({ unit: fc.constantFrom("a", "é", "€", "😀"), minLength: 30, maxLength: 5000 }),
);
const number = fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double());
const scalar = fc.oneof(text, number, fc.boolean());
const value = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    scalar,
    fc.constant(null),
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
    fc.uint8Array({ maxLength: 300 }),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(fc.string({ maxLength: 5 }), tie("value"), { maxKeys: 4, noNullPrototype: true }),
  ),
})).value;
const attributes = fc.dictionary(fc.string({ minLength: 1, maxLength: 150 }), value, {
  maxKeys: 12,
  noNullPrototype: true,
}) as fc.Arbitrary<Attributes>; // the API takes whatever is given
const hex = (digits: number) =>
  fc
    .string({
      unit: fc.constantFrom(...Array.from("0123456789abcdef")),
      minLength: digits,
      maxLength: digits,
    })
    .filter((id) => !/^0+$/.test(id));
const link: fc.Arbitrary<Link> = fc.record({
  context: fc.record({ traceId: hex(32), spanId: hex(16), traceFlags: fc.constantFrom(0, 1, 3) }),
  attributes,
});
const spanInput = fc.record({
  name: text,
  kind: fc.constantFrom(SpanKind.INTERNAL, SpanKind.SERVER, SpanKind.CONSUMER),
  atStart: attributes,
  later: attributes,
  events: fc.array(fc.record({ name: text, attributes }), { maxLength: 4 }),
  links: fc.array(link, { maxLength: 3 }),
  status: fc.record({
    code: fc.constantFrom(SpanStatusCode.UNSET, SpanStatusCode.OK, SpanStatusCode.ERROR),
    message: text,
  }),
});

test("a span made through the API is the span that the server reads", () => {
  fc.assert(
    fc.property(spanInput, (input) => {
      const sdk = new SdkUnderTest();
      const { name, kind, links } = input;
      const span = sdk.tracer.startSpan(name, { kind, attributes: input.atStart, links });
      span.setAttributes(input.later);
      for (const event of input.events) span.addEvent(event.name, event.attributes);
      span.setStatus(input.status).end();
      assert.deepEqual(sdk.errors, []);
      const read = sdk.span();
      assert.equal(read.name, wellFormed(name));
      assert.equal(read.kind, kind + 1);
      assert.equal(read.traceId, span.spanContext().traceId);
      assert.equal(read.spanId, span.spanContext().spanId);
      assert.deepEqual(plain(read.attributes), expected({ ...input.atStart, ...input.later }));
      assert.deepEqual(
        read.events.map((event) => [event.name, plain(event.attributes)]),
        input.events.map((event) => [wellFormed(event.name), expected(event.attributes)]),
      );
      assert.deepEqual(
        read.links.map((one) => [one.traceId, one.spanId, one.flags, plain(one.attributes)]),
        links.map(({ context, attributes: own }) => {
          return [context.traceId, context.spanId, context.traceFlags | 0x100, expected(own ?? {})];
        }),
      );
      const message =
        input.status.code === SpanStatusCode.ERROR ? wellFormed(input.status.message) : "";
      assert.deepEqual(read.status, { code: input.status.code, message });
    }),
    { numRuns: 200 },
  );
});

test("protobufjs and our scanner read the same in what we write", () => {
  fc.assert(
    fc.property(fc.array(spanInput, { minLength: 1, maxLength: 5 }), (inputs) => {
      const sdk = new SdkUnderTest();
      for (const { name, kind, atStart, links, events, status } of inputs) {
        const span = sdk.tracer.startSpan(name, { kind, attributes: atStart, links });
        for (const event of events) span.addEvent(event.name, event.attributes);
        span.setStatus(status).end();
      }
      const read = sdk.spans();
      const [chunk] = sdk.chunks;
      assert.ok(chunk !== undefined);
      assert.equal(chunk.spanCount, inputs.length);
      // What the scanner read, written by protobufjs, and what protobufjs reads in our bytes.
      assert.deepEqual(spansIn(requestOf(chunk)), spansIn(encodeByProtobufjs(read)));
    }),
    { numRuns: 100 },
  );
});

test("lengths of every size are written as they are", () => {
  for (const length of [0, 1, 31, 33, 120, 124, 125, 127, 128, 16_383, 16_384, 30_000, 60_000]) {
    const sdk = new SdkUnderTest();
    const long = "x".repeat(length);
    sdk.tracer.startSpan(long, { attributes: { long, bytes: Buffer.from(long) } }).end();
    const { name, attributes: read } = sdk.span();
    assert.equal(name.length, length);
    assert.equal(read.get("long"), long);
    assert.deepEqual(read.get("bytes"), new Uint8Array(Buffer.from(long)));
  }
});

/** What a set of attributes comes to on the wire, as OTLP/JSON. */
function expected(given: Attributes): unknown {
  const entries = Object.entries(given).filter(([, one]) => one !== undefined);
  return plain(new Map(entries.map(([key, one]) => [wellFormed(key), asRead(one)])));
}

/** The value as the server's model has it: whole numbers are integers, maps are maps. */
function asRead(given: unknown): unknown {
  if (typeof given === "string") return wellFormed(given);
  if (typeof given === "number") return Number.isSafeInteger(given) ? BigInt(given) : given;
  if (Array.isArray(given)) return given.map(asRead);
  if (given instanceof Uint8Array || typeof given !== "object" || given === null) return given;
  return new Map(Object.entries(given).map(([key, one]) => [wellFormed(key), asRead(one)]));
}

/** Order of keys does not matter to a reader, and NaN is equal to itself. */
function plain(map: ReadonlyMap<string, unknown>): unknown {
  // Each value was made by `asRead` or read by the scanner: both are of its model.
  const entries = [...map].map(([key, one]) => [key, toAnyValue(one as never)] as const);
  return entries.toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Half of a surrogate pair has no form in UTF-8. */
function wellFormed(given: string): string {
  return given.toWellFormed();
}

/** The spans of a request as protobufjs reads them. */
function spansIn(request: Uint8Array): unknown[] {
  const object = requestType.toObject(requestType.decode(request), {
    longs: String,
    bytes: String,
  });
  // The shape of the schema.
  const all = object["resourceSpans"] as { scopeSpans: { spans: unknown[] }[] }[];
  return all.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans));
}
