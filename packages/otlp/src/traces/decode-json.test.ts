import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  type AttributeValue,
  type LossEntry,
  LossLedger,
  type Span,
  SpanBatch,
  spansOf,
} from "@spoor/trace";
import { decodeTracesJson } from "./decode-json.ts";
import type { DecodeResult } from "./decode-result.ts";

interface Outcome {
  readonly result: DecodeResult;
  readonly spans: readonly Span[];
  readonly losses: readonly LossEntry[];
}

function decode(body: string | Uint8Array): Outcome {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  const result = decodeTracesJson(Buffer.from(body), batch, ledger);
  return { result, spans: spansOf(batch), losses: ledger.entries() };
}

/** A request of one span with usable ids and these fields, as JSON text. */
function bodyOf(fields: string): string {
  const ids = `"traceId":"${"0a".repeat(16)}","spanId":"${"0b".repeat(8)}"`;
  const span = fields === "" ? ids : `${ids},${fields}`;
  return `{"resourceSpans":[{"scopeSpans":[{"spans":[{${span}}]}]}]}`;
}

function decodeSpan(fields: string): { span: Span; losses: readonly LossEntry[] } {
  const { result, spans, losses } = decode(bodyOf(fields));
  const [span] = spans;
  assert.ok(span !== undefined, JSON.stringify(result));
  return { span, losses };
}

/** The value of an attribute whose AnyValue is this text. */
function decodeValue(anyValue: string): AttributeValue | undefined {
  const { span } = decodeSpan(`"attributes":[{"key":"k","value":${anyValue}}]`);
  return span.attributes.get("k");
}

test("fields may be spelled in snake_case, enums by name, ids in upper case", () => {
  const { spans } = decode(`{"resource_spans":[{"schema_url":"r","scope_spans":[{"spans":[{
    "trace_id":"${"AB".repeat(16)}","span_id":"${"CD".repeat(8)}",
    "parent_span_id":"${"Ef".repeat(8)}","kind":"SPAN_KIND_CLIENT",
    "start_time_unix_nano":"5","end_time_unix_nano":7,"dropped_attributes_count":"3",
    "status":{"code":"STATUS_CODE_ERROR"},
    "attributes":[{"key":"k","value":{"string_value":"v"}}]}]}]}]}`);
  const [span] = spans;
  assert.equal(span?.traceId, "ab".repeat(16));
  assert.equal(span?.parentSpanId, "ef".repeat(8));
  assert.equal(span?.kind, 3);
  assert.equal(span?.status.code, 2);
  assert.equal(span?.endTimeUnixNano, 7n);
  assert.equal(span?.droppedAttributesCount, 3);
  assert.equal(span?.resource.schemaUrl, "r");
  assert.deepEqual([...(span?.attributes ?? [])], [["k", "v"]]);
});

test("null means absent, and unknown fields are passed over", () => {
  const { span, losses } = decodeSpan(
    `"name":null,"events":null,"status":null,"flags":null,"madeUp":{"deep":[1]},
     "attributes":[{"key":"k","value":null},{"key":"l"},{"key":"m","value":{"made":1}}]`,
  );
  assert.equal(span.name, "");
  assert.deepEqual(
    [...span.attributes],
    [
      ["k", null],
      ["l", null],
      ["m", null],
    ],
  );
  assert.deepEqual(losses, []);
});

test("64-bit numbers are exact, as text and as numbers", () => {
  const { span } = decodeSpan(
    `"startTimeUnixNano":1544712660300000001,"endTimeUnixNano":"18446744073709551615",
     "attributes":[{"key":"k","value":{"intValue":-9223372036854775808}},
       {"key":"l","value":{"doubleValue":12345678901234567890}}]`,
  );
  assert.equal(span.startTimeUnixNano, 1_544_712_660_300_000_001n);
  assert.equal(span.endTimeUnixNano, 2n ** 64n - 1n);
  assert.equal(span.attributes.get("k"), -(2n ** 63n));
  assert.equal(span.attributes.get("l"), Number("12345678901234567890"));
});

test("doubles may be text, and bytes either alphabet of base64", () => {
  assert.equal(decodeValue(`{"doubleValue":"-Infinity"}`), Number.NEGATIVE_INFINITY);
  assert.ok(Number.isNaN(decodeValue(`{"doubleValue":"NaN"}`)));
  assert.ok(Object.is(decodeValue(`{"doubleValue":-0.0}`), -0));
  assert.equal(decodeValue(`{"doubleValue":1e3}`), 1000);
  assert.equal(decodeValue(`{"intValue":1e3}`), 1000n);
  assert.deepEqual(decodeValue(`{"bytesValue":"-_8="}`), new Uint8Array([0xfb, 0xff]));
  assert.deepEqual(decodeValue(`{"bytesValue":"+/8"}`), new Uint8Array([0xfb, 0xff]));
});

test("a span with an unusable id is left out alone", () => {
  for (const ids of [
    `"spanId":"0b0b0b0b0b0b0b0b"`,
    `"traceId":"${"00".repeat(16)}"`,
    `"traceId":"CgoKCgoKCgoKCgoKCgoKCg=="`,
    `"spanId":"${"zz".repeat(8)}"`,
    `"parentSpanId":"0b"`,
  ]) {
    const isWhole = !ids.startsWith(`"spanId":"0b`);
    const body = isWhole
      ? bodyOf(ids)
      : `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids}}]}]}]}`;
    const { result, losses } = decode(body);
    assert.equal(result.malformed, undefined, ids);
    assert.equal(result.spanCount, 0, ids);
    assert.equal(result.rejectedSpanCount, 1, ids);
    assert.deepEqual(losses, [{ reason: "span_id_invalid", count: 1 }], ids);
  }
});

test("what is unknown or wrong inside a kept span is counted", () => {
  const { span, losses } = decodeSpan(
    `"kind":"SPAN_KIND_NEW","status":{"code":9},"name":"\\ud800",
     "links":[{"traceId":"00","attributes":[{"keyStrindex":1,"value":{"stringValueStrindex":2}}]}]`,
  );
  assert.equal(span.kind, 0);
  assert.equal(span.status.code, 0);
  assert.equal(span.name, "\u{fffd}");
  assert.equal(span.links.length, 1);
  assert.deepEqual(Object.fromEntries(losses.map(({ reason, count }) => [reason, count])), {
    span_kind_unknown: 1,
    status_code_unknown: 1,
    text_not_utf8: 1,
    link_id_invalid: 1,
    attribute_string_reference: 2,
  });
});

test("a body that is not UTF-8 is read with U+FFFD and counted", () => {
  const body = Buffer.from(bodyOf(`"name":"?"`).replace("?", "\u{e9}"), "latin1");
  const { spans, losses } = decode(body);
  assert.equal(spans[0]?.name, "\u{fffd}");
  assert.deepEqual(losses, [{ reason: "text_not_utf8", count: 1 }]);
});

test("a byte order mark before the document is passed over", () => {
  assert.equal(decode(`\u{feff}${bodyOf("")}`).spans.length, 1);
});

/** A request with one attribute of lists inside lists. */
function deepBody(depth: number): string {
  const opening = `{"arrayValue":{"values":[`.repeat(depth);
  const value = `${opening}{"intValue":1}${"]}}".repeat(depth)}`;
  return bodyOf(`"attributes":[{"key":"k","value":${value}}]`);
}

test("values deeper than 32 are cut and counted, however deep", () => {
  assert.deepEqual(decode(deepBody(32)).losses, []);
  assert.deepEqual(decode(deepBody(33)).losses, [{ reason: "attribute_depth", count: 1 }]);
  assert.deepEqual(decode(deepBody(3000)).losses, [{ reason: "attribute_depth", count: 1 }]);
});

test("texts of a key that hardly repeat leave the string table and are read all the same", () => {
  const userIds = Array.from(
    { length: 500 },
    (_, index) => `\u{20ac}-${index}-${"x".repeat(index)}`,
  );
  const attributes = userIds.map((userId) => ({ key: "user", value: { stringValue: userId } }));
  const links = attributes.map((attribute) => ({ attributes: [attribute] }));
  const batch = new SpanBatch();
  const body = Buffer.from(bodyOf(`"links":${JSON.stringify(links)}`));
  decodeTracesJson(body, batch, new LossLedger());
  assert.ok(batch.strings.count < 100, `${batch.strings.count} strings`);
  assert.deepEqual(
    spansOf(batch)[0]?.links.map((link) => link.attributes.get("user")),
    userIds,
  );
});

const SPAN = "resourceSpans[0].scopeSpans[0].spans[0]";

const MALFORMED: readonly (readonly [body: string, message: string])[] = [
  ["", "not JSON"],
  ["{", "not JSON"],
  ["[]", "the document must be a JSON object"],
  ["null", "the document must be a JSON object"],
  [`{"resourceSpans":{}}`, "resourceSpans must be a list"],
  [`{"resourceSpans":[null]}`, "resourceSpans[0] must be an object"],
  [`{"resourceSpans":[{},{"scopeSpans":5}]}`, "resourceSpans[1].scopeSpans must be a list"],
  [`{"resourceSpans":[{"resource":[]}]}`, "resourceSpans[0].resource must be an object"],
  [
    `{"resourceSpans":[{"resource":{"attributes":[{"key":1}]}}]}`,
    "resourceSpans[0].resource.attributes[0].key must be a string",
  ],
  [bodyOf(`"traceState":1`), `${SPAN}.traceState must be a string`],
  [bodyOf(`"parentSpanId":1`), `${SPAN}.parentSpanId must be a string`],
  [bodyOf(`"kind":1.5`), `${SPAN}.kind must be an integer or the name of an enum value`],
  [bodyOf(`"startTimeUnixNano":"soon"`), `${SPAN}.startTimeUnixNano must be an integer`],
  [
    bodyOf(`"startTimeUnixNano":-1`),
    `${SPAN}.startTimeUnixNano must be an integer from 0 to 2^64-1`,
  ],
  [bodyOf(`"startTimeUnixNano":"18446744073709551616"`), "must be an integer from 0 to 2^64-1"],
  [bodyOf(`"startTimeUnixNano":true`), `${SPAN}.startTimeUnixNano must be an integer`],
  [bodyOf(`"flags":4294967296`), `${SPAN}.flags must be an integer from 0 to 2^32-1`],
  [bodyOf(`"events":[{"name":"a"},{"name":[]}]`), `${SPAN}.events[1].name must be a string`],
  [bodyOf(`"attributes":[{"value":5}]`), `${SPAN}.attributes[0].value must be an object`],
  [
    bodyOf(`"attributes":[{"value":{"intValue":"9223372036854775808"}}]`),
    `${SPAN}.attributes[0].value.intValue must be an integer from -2^63 to 2^63-1`,
  ],
  [
    bodyOf(`"attributes":[{"value":{"boolValue":"true"}}]`),
    `${SPAN}.attributes[0].value.boolValue must be true or false`,
  ],
  [
    bodyOf(`"attributes":[{"value":{"doubleValue":"one"}}]`),
    `${SPAN}.attributes[0].value.doubleValue must be a number`,
  ],
  [
    bodyOf(`"attributes":[{"value":{"bytesValue":"*"}}]`),
    `${SPAN}.attributes[0].value.bytesValue must be text in base64`,
  ],
  [
    bodyOf(`"attributes":[{"value":{"intValue":1,"stringValue":"1"}}]`),
    `${SPAN}.attributes[0].value.stringValue must be absent, because intValue is set`,
  ],
  [
    bodyOf(`"attributes":[{"value":{"arrayValue":{"values":[{},{"stringValue":1}]}}}]`),
    `${SPAN}.attributes[0].value.arrayValue.values[1].stringValue must be a string`,
  ],
];

for (const [body, message] of MALFORMED) {
  test(`${JSON.stringify(body.slice(0, 200))} is malformed: ${message}`, () => {
    const { result, spans, losses } = decode(body);
    assert.ok(result.malformed?.includes(message), result.malformed);
    assert.deepEqual(spans, []);
    assert.deepEqual(losses, []);
  });
}
