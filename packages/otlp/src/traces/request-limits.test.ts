import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AttributeValue,
  cutOf,
  cutText,
  type LossEntry,
  LossLedger,
  plainResource,
  plainSpan,
  type Span,
  SpanBatch,
  spansOf,
} from "@spoor/trace";
import { decodeTracesJson } from "./decode-json.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import type { DecodeResult } from "./decode-result.ts";
import { encodeTracesJson } from "./encode-json.ts";
import { encodeTracesProtobuf } from "./encode-protobuf.ts";
import { encodeDocumentByProtobufjs } from "./protobufjs-messages.fuzz.ts";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";

const SMALL: DecodeLimits = {
  ...DECODE_LIMITS,
  attributeValueBytesMax: 10,
  attributeKeyBytesMax: 20,
  attributeCountMax: 3,
};

function span(fields: Partial<Span> = {}): Span {
  return plainSpan({
    traceId: "0a".repeat(16),
    spanId: "0b".repeat(8),
    name: "step",
    kind: 1,
    startTimeUnixNano: 1n,
    endTimeUnixNano: 2n,
    resource: plainResource("api"),
    ...fields,
  });
}

interface Outcome {
  readonly result: DecodeResult;
  readonly spans: readonly Span[];
  readonly losses: readonly LossEntry[];
}

/** Both encodings must come to the same; the outcome of protobuf is returned. */
function decode(spans: readonly Span[], limits: DecodeLimits): Outcome {
  const protobuf = run(decodeTracesProtobuf, encodeTracesProtobuf(spans), limits);
  const document = new TextEncoder().encode(JSON.stringify(encodeTracesJson(spans)));
  assert.deepStrictEqual(run(decodeTracesJson, document, limits), protobuf);
  return protobuf;
}

function run(
  decodeBody: typeof decodeTracesProtobuf,
  body: Uint8Array,
  limits: DecodeLimits,
): Outcome {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const result = decodeBody(body, batch, ledger, limits);
  return { result, spans: spansOf(batch), losses: ledger.entries() };
}

function attributes(...pairs: [string, AttributeValue][]): Map<string, AttributeValue> {
  return new Map(pairs);
}

test("a value above the limit is cut between characters and marked with its length", () => {
  const { result, spans, losses } = decode(
    [span({ attributes: attributes(["sql", "123456789äö"], ["short", "1234567890"]) })],
    SMALL,
  );
  const [first] = spans;
  assert.strictEqual(first?.attributes.get("sql"), "123456789");
  assert.strictEqual(first.attributes.get("short"), "1234567890");
  assert.deepStrictEqual(cutOf(first.attributes, "sql"), { keptBytes: 9, originalBytes: 13 });
  assert.strictEqual(cutOf(first.attributes, "short"), undefined);
  assert.deepStrictEqual(losses, [{ reason: "attribute_value_cut", count: 1 }]);
  assert.ok(result.malformed === undefined);
  assert.strictEqual(result.rejectedSpanCount, 0);
  assert.match(result.problems.join(), /^1 x an attribute value above the length limit/);
});

test("bytes that are too long are cut, a list becomes the beginning of its text", () => {
  const list = ["aaaa", "bbbb"];
  const { spans } = decode(
    [span({ attributes: attributes(["bytes", new Uint8Array(11).fill(7)], ["list", list]) })],
    SMALL,
  );
  const found = spans[0]?.attributes ?? new Map();
  assert.deepStrictEqual(found.get("bytes"), new Uint8Array(10).fill(7));
  assert.strictEqual(found.get("list"), '{"arrayVal');
  const textBytes = JSON.stringify({
    arrayValue: { values: [{ stringValue: "aaaa" }, { stringValue: "bbbb" }] },
  }).length;
  assert.deepStrictEqual(cutOf(found, "list"), { keptBytes: 10, originalBytes: textBytes });
});

test("a key above the limit is cut and marked", () => {
  const key = "k".repeat(25);
  const { spans, losses } = decode([span({ attributes: attributes([key, 1n]) })], SMALL);
  assert.deepStrictEqual(
    spans[0]?.attributes,
    attributes(["k".repeat(20), 1n], ["spoor.truncated_keys", new Map([["k".repeat(20), 25n]])]),
  );
  assert.deepStrictEqual(losses, [{ reason: "attribute_key_cut", count: 1 }]);
});

test("attributes beyond the number are left out and added to the dropped count", () => {
  const many = attributes(["a", 1n], ["b", 2n], ["c", 3n], ["d", 4n], ["e", 5n]);
  const few = attributes(["a", 1n], ["b", 2n], ["c", 3n]);
  const { spans, losses } = decode(
    [
      span({
        attributes: many,
        droppedAttributesCount: 7,
        events: [{ timeUnixNano: 1n, name: "e", attributes: many, droppedAttributesCount: 0 }],
        links: [
          {
            traceId: "0c".repeat(16),
            spanId: "0d".repeat(8),
            traceState: "",
            flags: 0,
            attributes: many,
            droppedAttributesCount: 1,
          },
        ],
        resource: { ...plainResource("api"), attributes: many },
      }),
    ],
    SMALL,
  );
  const [first] = spans;
  assert.deepStrictEqual(first?.attributes, few);
  assert.strictEqual(first.droppedAttributesCount, 9);
  assert.deepStrictEqual(first.events[0]?.attributes, few);
  assert.strictEqual(first.events[0].droppedAttributesCount, 2);
  assert.strictEqual(first.links[0]?.droppedAttributesCount, 3);
  assert.deepStrictEqual(first.resource.attributes, few);
  assert.strictEqual(first.resource.droppedAttributesCount, 2);
  assert.deepStrictEqual(losses, [{ reason: "attribute_count", count: 8 }]);
});

test("what is cut of an event is marked on the event, not on its span", () => {
  const { spans } = decode(
    [
      span({
        attributes: attributes(["a", "12345678901"]),
        events: [
          {
            timeUnixNano: 1n,
            name: "exception",
            attributes: attributes(["stack", "123456789012"]),
            droppedAttributesCount: 0,
          },
        ],
      }),
      span({ spanId: "0c".repeat(8), attributes: attributes(["a", "short"]) }),
    ],
    SMALL,
  );
  const [first, second] = spans;
  assert.deepStrictEqual(cutOf(first?.attributes ?? new Map(), "a")?.originalBytes, 11);
  assert.strictEqual(first?.attributes.size, 2);
  assert.strictEqual(cutOf(first.events[0]?.attributes ?? new Map(), "stack")?.originalBytes, 12);
  assert.deepStrictEqual(second?.attributes, attributes(["a", "short"]));
});

test("a resource is cut once and counted for each request that sends it", () => {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const body = encodeTracesProtobuf([span({ resource: plainResource("a long service name") })]);
  decodeTracesProtobuf(body, batch, ledger, SMALL);
  decodeTracesProtobuf(body, batch, ledger, SMALL);
  assert.strictEqual(batch.resources.length, 1);
  assert.strictEqual(batch.resources[0]?.attributes.get("service.name"), "a long ser");
  assert.deepStrictEqual(ledger.entries(), [{ reason: "attribute_value_cut", count: 2 }]);
});

test("each resource has its share of the spans, of the refused ones and of the losses", () => {
  const db = plainResource("db");
  const { result } = decode(
    [
      span({ attributes: attributes(["a", "12345678901"]) }),
      span({ resource: db, spanId: "0".repeat(16) }),
      span({ resource: db, spanId: "0e".repeat(8) }),
      span({ resource: plainResource("bad"), traceId: "0".repeat(32) }),
    ],
    SMALL,
  );
  assert.ok(result.malformed === undefined);
  assert.deepStrictEqual(
    result.shares.map(({ resource: of, ...share }) => [of.attributes.get("service.name"), share]),
    [
      [
        "api",
        {
          spanCount: 1,
          rejectedSpanCount: 0,
          losses: [{ reason: "attribute_value_cut", count: 1 }],
        },
      ],
      [
        "db",
        {
          spanCount: 1,
          rejectedSpanCount: 1,
          losses: [{ reason: "span_id_invalid", count: 1 }],
        },
      ],
      [
        "bad",
        {
          spanCount: 0,
          rejectedSpanCount: 1,
          losses: [{ reason: "span_id_invalid", count: 1 }],
        },
      ],
    ],
  );
});

test("a request with more rows than one may hold is refused as a whole", () => {
  const spans = [span({ attributes: attributes(["a", 1n], ["b", 2n]) }), span(), span()];
  const { result, spans: kept, losses } = decode(spans, { ...DECODE_LIMITS, rowCountMax: 7 });
  assert.ok(result.malformed !== undefined);
  assert.strictEqual(result.isOverLimit, true);
  assert.match(result.malformed, /the limit is 7/);
  assert.deepStrictEqual(kept, []);
  assert.deepStrictEqual(losses, []);
});

const EMPTY_LINK = [0x6a, 0x00];
const EMPTY_EVENT = [0x5a, 0x00];

for (const [name, unit] of [
  ["links", EMPTY_LINK],
  ["events", EMPTY_EVENT],
] as const) {
  test(`64 MiB of empty ${name} in one span take no more memory than the limit allows`, () => {
    const body = bodyOfUnits(unit, 64 * 1024 * 1024);
    const batch = new SpanBatch();
    const result = decodeTracesProtobuf(body, batch, new LossLedger());
    assert.ok(result.malformed !== undefined && result.isOverLimit === true);
    const columnBytes =
      batch.events.names.length * 20 + batch.links.flags.length * 40 + batch.heap.bytes.length;
    assert.ok(columnBytes < 256 * 1024 * 1024, String(columnBytes));
    assert.strictEqual(batch.links.count + batch.events.count + batch.spanCount, 0);
  });
}

test("64 MiB of empty envelopes are refused, not worked through", () => {
  const body = new Uint8Array(64 * 1024 * 1024);
  for (let at = 0; at < body.length; at += 2) body[at] = 0x0a;
  const result = decodeTracesProtobuf(body, new SpanBatch(), new LossLedger());
  assert.ok(result.malformed !== undefined && result.isOverLimit === true);
});

test("JSON of more objects than a request may hold is refused before it is parsed", () => {
  const body = new TextEncoder().encode(`{"resourceSpans":[${"{},".repeat(100)}{`);
  const result = decodeTracesJson(body, new SpanBatch(), new LossLedger(), {
    ...DECODE_LIMITS,
    rowCountMax: 20,
  });
  assert.ok(result.malformed !== undefined && result.isOverLimit === true);
});

/** A request of one span that holds as many units as fit. */
function bodyOfUnits(unit: readonly number[], sizeBytes: number): Uint8Array {
  const body = new Uint8Array(sizeBytes);
  let start = 0;
  // ResourceSpans, ScopeSpans, Span: each with the length of all that follows, in 5 bytes.
  for (const tag of [0x0a, 0x12, 0x12]) {
    body[start] = tag;
    let length = sizeBytes - start - 6;
    for (let index = 1; index <= 5; index += 1) {
      body[start + index] = (length & 0x7f) | (index < 5 ? 0x80 : 0);
      length = Math.floor(length / 128);
    }
    start += 6;
  }
  for (let at = start; at < sizeBytes; at += 2) body.set(unit, at);
  return body;
}

test("a cut is told in words", () => {
  assert.strictEqual(
    cutText({ keptBytes: 65_536, originalBytes: 1_258_291 }),
    "cut at 64 KiB of 1.2 MiB",
  );
});

test("of a repeated key the first counts, and the others are counted, however it is encoded", () => {
  const repeated = [
    { key: "a", value: { stringValue: "first" } },
    { key: "b", value: { intValue: "1" } },
    { key: "a", value: { stringValue: "second" } },
    { key: "a", value: { boolValue: true } },
  ];
  const event = { name: "e", attributes: repeated };
  const link = { traceId: "0c".repeat(16), spanId: "0d".repeat(8), attributes: repeated };
  const own = { traceId: "0a".repeat(16), spanId: "0b".repeat(8), name: "step" };
  const spans = [{ ...own, attributes: repeated, events: [event], links: [link] }];
  // The second span of the name has a template by then, and the third repeats all of it.
  spans.push(spans[0] ?? fail());
  const document = {
    resourceSpans: [{ resource: { attributes: repeated }, scopeSpans: [{ spans }] }],
  };
  const json = new TextEncoder().encode(JSON.stringify(document));
  for (const [decodeBody, body] of [
    [decodeTracesJson, json],
    [decodeTracesProtobuf, encodeDocumentByProtobufjs(document)],
  ] as const) {
    const batch = new SpanBatch();
    const ledger = new LossLedger();
    const result = decodeBody(body, batch, ledger);
    assert.ok(result.malformed === undefined);
    const expected = new Map<string, AttributeValue>([
      ["a", "first"],
      ["b", 1n],
    ]);
    for (const read of spansOf(batch)) {
      const owners = [read, read.events[0] ?? fail(), read.links[0] ?? fail(), read.resource];
      for (const owner of owners) {
        assert.deepEqual(owner.attributes, expected);
        assert.equal(owner.droppedAttributesCount, 2);
      }
    }
    assert.equal(batch.attributes.count, 4);
    // Two in each of three owners of two spans, and in the resource.
    assert.equal(ledger.of("attribute_repeated"), 14);
    assert.match(result.problems.join(), /14 x an attribute with the key of an earlier one/);
  }
});

function fail(): never {
  throw new Error("there is one");
}
