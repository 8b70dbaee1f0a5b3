import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  AttributeType,
  type AttributeValue,
  type LossEntry,
  LossLedger,
  type Span,
  SpanBatch,
  spansOf,
} from "@spoor/trace";
import {
  bytesField,
  hex,
  requestOf,
  spanOf,
  VALID_IDS,
  varint,
  varintField,
} from "../values/build-body.fuzz.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import type { DecodeResult } from "./decode-result.ts";

interface Outcome {
  readonly result: DecodeResult;
  readonly spans: readonly Span[];
  readonly losses: readonly LossEntry[];
}

function decode(body: Uint8Array): Outcome {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const result = decodeTracesProtobuf(body, batch, ledger);
  return { result, spans: spansOf(batch), losses: ledger.entries() };
}

/** Decodes a request of one span and returns it. */
function decodeSpan(...fields: readonly Uint8Array[]): {
  span: Span;
  losses: readonly LossEntry[];
} {
  const { result, spans, losses } = decode(requestOf(spanOf(...fields)));
  const [span] = spans;
  assert.ok(span !== undefined, JSON.stringify(result));
  return { span, losses };
}

/** A span attribute whose AnyValue has these fields. */
function attribute(key: string, ...valueFields: readonly Uint8Array[]): Uint8Array {
  return bytesField(9, bytesField(1, key), bytesField(2, ...valueFields));
}

test("an empty body is an empty request", () => {
  assert.deepEqual(decode(new Uint8Array()).result, {
    spanCount: 0,
    rejectedSpanCount: 0,
    problems: [],
    shares: [],
  });
});

const UNUSABLE_IDS: readonly (readonly [name: string, span: Uint8Array])[] = [
  ["no ids", bytesField(5, "name")],
  ["no span id", bytesField(1, hex("01".repeat(16)))],
  ["no trace id", bytesField(2, hex("01".repeat(8)))],
  ["a zero trace id", Buffer.concat([VALID_IDS, bytesField(1, hex("00".repeat(16)))])],
  ["a zero span id", Buffer.concat([VALID_IDS, bytesField(2, hex("00".repeat(8)))])],
  ["a trace id of 8 bytes", Buffer.concat([VALID_IDS, bytesField(1, hex("01".repeat(8)))])],
  ["a trace id of 17 bytes", Buffer.concat([VALID_IDS, bytesField(1, hex("01".repeat(17)))])],
  ["a span id of 16 bytes", Buffer.concat([VALID_IDS, bytesField(2, hex("01".repeat(16)))])],
  ["a span id that is empty again", Buffer.concat([VALID_IDS, bytesField(2)])],
  ["a parent id of 7 bytes", spanOf(bytesField(4, hex("01".repeat(7))))],
];

for (const [name, span] of UNUSABLE_IDS) {
  test(`a span with ${name} is left out alone, with all that hangs on it`, () => {
    const extras = [
      attribute("key", bytesField(1, "value")),
      attribute("bytes", bytesField(7, "bytes")),
      bytesField(11, bytesField(2, "event"), bytesField(3, bytesField(1, "key"))),
      bytesField(13, VALID_IDS, bytesField(4, bytesField(1, "key"))),
    ];
    const good = spanOf(bytesField(5, "good"), ...extras);
    const body = requestOf(good, Buffer.concat([span, ...extras]), good);
    const { result, spans, losses } = decode(body);
    assert.deepEqual(losses, [{ reason: "span_id_invalid", count: 1 }]);
    assert.equal(result.malformed, undefined);
    assert.equal(result.spanCount, 2);
    assert.equal(result.rejectedSpanCount, 1);
    assert.match(result.problems.join(), /^1 x a span with no valid trace id or span id/);
    assert.deepEqual(spans, decode(requestOf(good, good)).spans);
  });
}

test("a parent id that is empty or zero means a root span", () => {
  assert.equal(decodeSpan(bytesField(4)).span.parentSpanId, "");
  assert.equal(decodeSpan(bytesField(4, hex("00".repeat(8)))).span.parentSpanId, "");
  assert.equal(decodeSpan(bytesField(4, hex("02".repeat(8)))).span.parentSpanId, "02".repeat(8));
});

test("of a repeated scalar the last one counts, and a status is merged", () => {
  const { span } = decodeSpan(
    bytesField(5, "first"),
    bytesField(15, bytesField(2, "message")),
    bytesField(5, "last"),
    bytesField(15, varintField(3, 1)),
    bytesField(15, varintField(3, 2)),
  );
  assert.equal(span.name, "last");
  assert.deepEqual(span.status, { code: 2, message: "message" });
});

test("repeated resource and scope fields are merged", () => {
  const body = bytesField(
    1,
    bytesField(1, bytesField(1, bytesField(1, "one"), bytesField(2, varintField(3, 1)))),
    bytesField(
      2,
      bytesField(1, bytesField(1, "scope")),
      bytesField(2, spanOf()),
      bytesField(1, bytesField(2, "2.0")),
    ),
    bytesField(1, bytesField(1, bytesField(1, "two"), bytesField(2, varintField(3, 2)))),
  );
  const [span] = decode(body).spans;
  assert.deepEqual(
    span?.resource.attributes,
    new Map([
      ["one", 1n],
      ["two", 2n],
    ]),
  );
  assert.equal(span?.scope.name, "scope");
  assert.equal(span?.scope.version, "2.0");
});

test("the same resource under two schema URLs is two resources", () => {
  const resource = bytesField(1, bytesField(1, bytesField(1, "key")));
  const spans = bytesField(2, bytesField(2, spanOf()), bytesField(3, "scope schema"));
  const bodies = ["one", "two", "one"].map((url) =>
    bytesField(1, resource, spans, bytesField(3, url)),
  );
  assert.deepEqual(
    decode(Buffer.concat(bodies)).spans.map((span) => span.resource.schemaUrl),
    ["one", "two", "one"],
  );
});

test("unknown kinds and status codes are kept as zero and counted", () => {
  for (const wrong of [6, 200, 0xffff_ffff, 2n ** 64n - 1n]) {
    const { span, losses } = decodeSpan(
      varintField(6, wrong),
      bytesField(15, varintField(3, wrong)),
    );
    assert.equal(span.kind, 0);
    assert.equal(span.status.code, 0);
    assert.deepEqual(losses, [
      { reason: "span_kind_unknown", count: 1 },
      { reason: "status_code_unknown", count: 1 },
    ]);
  }
});

test("text that is not UTF-8 is kept with U+FFFD and counted wherever it stands", () => {
  const wrong = hex("61 ff 62");
  const right = "a\u{fffd}b";
  const { span, losses } = decodeSpan(
    bytesField(3, wrong),
    bytesField(5, wrong),
    bytesField(15, bytesField(2, wrong)),
    bytesField(9, bytesField(1, wrong), bytesField(2, bytesField(1, wrong))),
    attribute("list", bytesField(5, bytesField(1, bytesField(1, wrong)))),
    bytesField(11, bytesField(2, wrong)),
    bytesField(13, VALID_IDS, bytesField(3, wrong)),
  );
  assert.deepEqual(losses, [{ reason: "text_not_utf8", count: 8 }]);
  assert.equal(span.name, right);
  assert.equal(span.traceState, right);
  assert.equal(span.status.message, right);
  assert.deepEqual(
    [...span.attributes],
    [
      [right, right],
      ["list", [right]],
    ],
  );
  assert.equal(span.events[0]?.name, right);
  assert.equal(span.links[0]?.traceState, right);
});

test("a loss inside a resource is counted again for each request that sends it", () => {
  const body = bytesField(
    1,
    bytesField(1, bytesField(1, bytesField(1, hex("ff")))),
    bytesField(2, bytesField(2, spanOf())),
  );
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  decodeTracesProtobuf(body, batch, ledger);
  decodeTracesProtobuf(body, batch, ledger);
  assert.equal(batch.resources.length, 1);
  assert.equal(ledger.of("text_not_utf8"), 2);
});

test("a link without usable ids is kept with zeros and counted", () => {
  const { span, losses } = decodeSpan(
    bytesField(13, bytesField(1, hex("01")), bytesField(2, hex("02".repeat(8)))),
    bytesField(13),
    bytesField(13, VALID_IDS),
  );
  assert.deepEqual(
    span.links.map((link) => `${link.traceId} ${link.spanId}`),
    [
      `${"00".repeat(16)} ${"02".repeat(8)}`,
      `${"00".repeat(16)} ${"00".repeat(8)}`,
      "0102030405060708090a0b0c0d0e0f10 1112131415161718",
    ],
  );
  assert.deepEqual(losses, [{ reason: "link_id_invalid", count: 2 }]);
});

test("references into a string table that only profiles have are kept as empty and counted", () => {
  const { span, losses } = decodeSpan(
    bytesField(9, varintField(3, 7), bytesField(2, varintField(8, 9))),
    attribute("list", bytesField(5, bytesField(1, varintField(8, 9)))),
  );
  assert.deepEqual(
    [...span.attributes],
    [
      ["", null],
      ["list", [null]],
    ],
  );
  assert.deepEqual(losses, [{ reason: "attribute_string_reference", count: 3 }]);
});

test("a value nested 32 deep is kept, and what is deeper is cut and counted", () => {
  const nested = (depth: number): Uint8Array =>
    depth === 0 ? bytesField(1, "core") : bytesField(5, bytesField(1, nested(depth - 1)));
  const read = (depth: number): { value: AttributeValue; losses: readonly LossEntry[] } => {
    const { span, losses } = decodeSpan(attribute("deep", nested(depth)));
    return { value: span.attributes.get("deep") ?? null, losses };
  };
  const expected = (depth: number, core: AttributeValue): AttributeValue =>
    depth === 0 ? core : [expected(depth - 1, core)];
  assert.deepEqual(read(32), { value: expected(32, "core"), losses: [] });
  const cut = [{ reason: "attribute_depth", count: 1 }];
  assert.deepEqual(read(33), { value: expected(32, null), losses: cut });
  assert.deepEqual(read(5000), { value: expected(32, null), losses: cut });
});

test("of several values in one AnyValue the last one counts", () => {
  const list = bytesField(5, bytesField(1, bytesField(1, "member")));
  const { span } = decodeSpan(
    attribute("a", bytesField(1, "text"), varintField(3, 5)),
    attribute("b", list, bytesField(1, "text")),
    attribute("c", bytesField(1, "text"), list),
    bytesField(9, bytesField(2, bytesField(1, "early")), bytesField(1, "d"), bytesField(2)),
  );
  assert.deepEqual(
    [...span.attributes],
    [
      ["a", 5n],
      ["b", "text"],
      ["c", ["member"]],
      ["d", "early"],
    ],
  );
});

test("unknown fields and known fields of another wire type are passed over", () => {
  const { span, losses } = decodeSpan(
    varintField(1, 5),
    bytesField(6, "kind"),
    bytesField(536_870_911, "the largest field number"),
    hex("a1 06 0102030405060708"),
    hex("a5 06 01020304"),
    varintField(100, 2n ** 64n - 1n),
    bytesField(5, "name"),
  );
  assert.equal(span.name, "name");
  assert.equal(span.kind, 0);
  assert.deepEqual(losses, []);
});

test("numbers in more bytes than they need are read", () => {
  const { span } = decodeSpan(
    hex("b0 00 82 80 80 80 80 80 80 80 80 00"),
    hex("aa 80 00 84 80 00"),
    Buffer.from("name"),
  );
  assert.equal(span.kind, 2);
  assert.equal(span.name, "name");
});

test("texts of a key that hardly repeat leave the string table and are read all the same", () => {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const userIds = Array.from({ length: 2000 }, (_, index) => `user-${index}`);
  const spans = userIds.map((userId) =>
    spanOf(
      bytesField(5, "GET /"),
      attribute("method", bytesField(1, "GET")),
      attribute("user", bytesField(1, userId)),
    ),
  );
  decodeTracesProtobuf(requestOf(...spans), batch, ledger);
  assert.ok(batch.strings.count < 100, `${batch.strings.count} strings`);
  assert.deepEqual(
    spansOf(batch).map((span) => span.attributes.get("user")),
    userIds,
  );
  const methodTypes = batch.attributes.types.subarray(0, 4000).filter((_, row) => row % 2 === 0);
  assert.ok(methodTypes.every((type) => type === AttributeType.string));
});

const MALFORMED: readonly (readonly [name: string, body: Uint8Array, message: RegExp])[] = [
  ["text", Buffer.from("not protobuf at all"), /wire type 6.*at byte offset 1$/],
  ["JSON", Buffer.from(`{"resourceSpans":[]}`), /wire type 3/],
  ["gzip", hex("1f 8b 08 00"), /wire type 7/],
  ["field number 0", hex("00 00"), /field number 0, at byte offset 1$/],
  ["a group", hex("0b 0c"), /field 1 has wire type 3/],
  ["the end of a group", hex("0c"), /field 1 has wire type 4/],
  ["wire type 6", hex("0e"), /wire type 6/],
  ["wire type 7", hex("0f"), /wire type 7/],
  ["a length without payload", hex("0a 05"), /a length of 5 bytes where 0 are left.*offset 2$/],
  ["a tag alone", hex("0a"), /length of 0 bytes where 0 are left/],
  ["a tag cut short", hex("8a"), /past the end of its message/],
  ["a tag above 32 bits", hex("8a 80 80 80 80 01 00"), /a tag is larger than 32 bits/],
  ["a length above 2^32", hex("0a ff ff ff ff ff ff ff ff ff 01"), /a length of 18446744073709/],
  ["a varint of 11 bytes", hex(`50 ${"80".repeat(10)} 00`), /more than 10 bytes/],
  ["a varint cut short", hex("50 80 80"), /past the end of its message/],
  ["a fixed64 cut short", requestOf(spanOf(hex("39 01 02 03"))), /past the end of its message/],
  ["a fixed32 cut short", requestOf(spanOf(hex("85 01 01 02 03"))), /past the end/],
  ["an id longer than its span", requestOf(hex("0a 11 01")), /length of 17 bytes where 1 are/],
  ["a varint across its span", requestOf(hex("30 80")), /past the end of its message/],
  ["a varint outside its span", requestOf(hex("30")), /past the end of its message/],
  ["a wrong resource", bytesField(1, bytesField(1, hex("0e"))), /wire type 6/],
  ["a wrong scope", bytesField(1, bytesField(2, bytesField(1, hex("0a 01")))), /length of 1/],
  ["a wrong list", requestOf(spanOf(attribute("a", bytesField(5, hex("0a 05"))))), /length of 5/],
  ["a wrong map", requestOf(spanOf(attribute("a", bytesField(6, hex("0c"))))), /wire type 4/],
  ["a wrong double", requestOf(spanOf(attribute("a", hex("21 01")))), /past the end/],
];

for (const [name, body, message] of MALFORMED) {
  test(`${name} is malformed, and the batch stays as it was`, () => {
    const batch = new SpanBatch();
    const ledger = new LossLedger();
    const good = requestOf(spanOf(attribute("bytes", bytesField(7, "heap"))));
    decodeTracesProtobuf(good, batch, ledger);
    const before = { mark: batch.mark(), spans: spansOf(batch) };
    const result = decodeTracesProtobuf(Buffer.concat([good, body]), batch, ledger);
    assert.match(result.malformed ?? "", /, at byte offset \d+$/);
    assert.match(decode(body).result.malformed ?? "", message);
    assert.deepEqual({ mark: batch.mark(), spans: spansOf(batch) }, before);
    assert.deepEqual(ledger.entries(), []);
  });
}

test("losses of a request that turns out to be malformed are not counted", () => {
  const body = Buffer.concat([requestOf(bytesField(5, "no ids")), varint(0)]);
  assert.deepEqual(decode(body).losses, []);
});
