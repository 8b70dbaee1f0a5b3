import assert from "node:assert/strict";
import { test } from "node:test";
import { LossLedger, SpanBatch } from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { encodeLogsJson } from "../logs/encode-json.ts";
import { BenchSpans } from "../traces/bench-spans.bench.ts";
import { decodeTracesJson } from "../traces/decode-json.ts";
import { encodeTracesJson } from "../traces/encode-json.ts";
import { assertSameRoads } from "./json-roads.fuzz.ts";
import { DECODE_LIMITS } from "@spoor/trace";

const encoder = new TextEncoder();

function bodyOf(document: unknown, indent?: number): Uint8Array {
  return encoder.encode(JSON.stringify(document, undefined, indent));
}

/** A trace request whose one span has these fields, as text. */
function spanBody(fields: string): Uint8Array {
  const ids = `"traceId":"${"0a".repeat(16)}","spanId":"${"0b".repeat(8)}"`;
  return encoder.encode(`{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids},${fields}}]}]}]}`);
}

test("both ways of reading JSON find the same in what an exporter writes", () => {
  const spans = fc.property(randomSpans, fc.constantFrom(0, 2), (given, indent) => {
    assert.equal(assertSameRoads("traces", bodyOf(encodeTracesJson(given), indent)), true);
  });
  fc.assert(spans, { numRuns: 300 });
  const logs = fc.property(randomLogRecords, (given) => {
    assert.equal(assertSameRoads("logs", bodyOf(encodeLogsJson(given))), true);
  });
  fc.assert(logs, { numRuns: 300 });
});

test("the short way takes what exporters write, and does not leave it to the long one", () => {
  const body = bodyOf(encodeTracesJson(new BenchSpans(3).request()));
  const batch = new SpanBatch();
  const parse = JSON.parse;
  let parsedBytes = 0;
  JSON.parse = (text: string, ...rest: []) => {
    parsedBytes += text.length;
    return parse(text, ...rest);
  };
  try {
    assert.equal(decodeTracesJson(body, batch, new LossLedger()).malformed, undefined);
  } finally {
    JSON.parse = parse;
  }
  assert.equal(batch.spanCount, 512);
  // Resources and scopes, each once.
  assert.ok(parsedBytes < body.length / 20, `${parsedBytes} of ${body.length} bytes`);
});

test("both ways agree on values at the borders of their types, and on wrong ones", () => {
  const integers = [
    "0",
    "-0",
    "1",
    "-1",
    "007",
    "1.0",
    "1.5",
    "1e3",
    "9007199254740991",
    "9007199254740993",
    "999999999999999",
    "1000000000000000",
    "9223372036854775807",
    "9223372036854775808",
    "-9223372036854775808",
    "-9223372036854775809",
    "18446744073709551615",
    "18446744073709551616",
    "99999999999999999999",
    "100000000000000000000",
    "4294967295",
    "4294967296",
    "",
    "+5",
    " 5",
    "0x10",
    "abc",
    "null",
    "true",
    "[]",
    "{}",
    "-",
    "1.",
    ".5",
    "01",
    "NaN",
    "Infinity",
    "-Infinity",
    "1E-7",
    "123456789.123456789",
    "0.1",
    "3.141592653589793",
    "1e400",
    "5e-324",
    "2.2250738585072011e-308",
    "123456789012345.6",
  ];
  const places = [
    (value: string) => `"startTimeUnixNano":${value}`,
    (value: string) => `"droppedEventsCount":${value}`,
    (value: string) => `"flags":${value}`,
    (value: string) => `"kind":${value}`,
    (value: string) => `"status":{"code":${value}}`,
    (value: string) => `"attributes":[{"key":"k","value":{"intValue":${value}}}]`,
    (value: string) => `"attributes":[{"key":"k","value":{"doubleValue":${value}}}]`,
    (value: string) => `"attributes":[{"key":"k","value":{"boolValue":${value}}}]`,
    (value: string) => `"attributes":[{"key":"k","value":{"stringValue":${value}}}]`,
    (value: string) => `"attributes":[{"key":"k","value":{"bytesValue":${value}}}]`,
    (value: string) =>
      `"attributes":[{"key":"k","value":{"arrayValue":{"values":[{"intValue":${value}}]}}}]`,
    (value: string) => `"unknownField":${value}`,
    (value: string) => `"name":${value}`,
  ];
  for (const place of places) {
    for (const integer of integers) {
      assertSameRoads("traces", spanBody(place(integer)));
      assertSameRoads("traces", spanBody(place(`"${integer}"`)));
    }
  }
});

test("both ways agree on what is rare: escapes, repeats, spellings, nulls, unknown fields", () => {
  const rare = [
    String.raw`"name":"a\"b\\c\/d\b\f\n\r\tA€"`,
    String.raw`"name":"😀"`,
    String.raw`"name":"\ud83d"`,
    String.raw`"name":"\x"`,
    String.raw`"na\u006de":"escaped name"`,
    `"name":"first","name":"second"`,
    `"name":"first","name":null`,
    `"name":null,"name":"second"`,
    `"name":"control\u0001"`,
    `"start_time_unix_nano":"5"`,
    `"startTimeUnixNano":"5","start_time_unix_nano":"6"`,
    `"unknown":{"a":[1,2,{"b":null}],"c":"d"},"name":"n"`,
    `"unknown":${"[".repeat(100)}${"]".repeat(100)},"name":"n"`,
    `"unknown":tru,"name":"n"`,
    `"parentSpanId":"zz"`,
    `"parentSpanId":""`,
    `"parentSpanId":"${"0".repeat(16)}"`,
    `"parentSpanId":"${"g".repeat(16)}"`,
    `"parentSpanId":"${"AbCdEf01".repeat(2)}"`,
    `"kind":"SPAN_KIND_SERVER"`,
    `"kind":"SPAN_KIND_NONE"`,
    `"kind":99`,
    `"attributes":[{"key":"k","value":{"stringValue":"a","intValue":"1"}}]`,
    `"attributes":[{"key":"k","value":{"stringValue":"a","intValue":null}}]`,
    `"attributes":[{"key":"k","value":{}},{"key":"","value":{"stringValue":""}},{}]`,
    `"attributes":[{"key":"k","value":null},{"value":{"stringValue":"x"},"key":"late"}]`,
    String.raw`"attributes":[{"value":{"stringValue":"x\ny"},"key":"l\nate"}]`,
    `"attributes":[{"key":"k","value":{"stringValueStrindex":3}},{"key":"j","keyStrindex":1}]`,
    `"attributes":[{"key":"a","value":{"intValue":1}},{"key":"a","value":{"intValue":2}}]`,
    `"attributes":[{"key":"m","value":{"kvlistValue":{"values":[{"key":"a"},{"key":"a"}]}}}]`,
    `"attributes":[{"key":"m","value":{"arrayValue":{"values":[{"intValue":9007199254740993}]}}}]`,
    `"attributes":null,"events":[{}],"links":[{}],"status":{}`,
    `"attributes":{}`,
    `"events":[1]`,
    `"links":"x"`,
    `"status":[]`,
    `"name" : "spaced" `,
    `"name":"n",`,
    `"name"`,
    `"name":"n"}`,
    `"name":"n"]`,
  ];
  for (const fields of rare) assertSameRoads("traces", spanBody(fields));
  const limits = { ...DECODE_LIMITS, attributeCountMax: 1, attributeValueBytesMax: 3 };
  for (const fields of rare) assertSameRoads("traces", spanBody(fields), limits);
  const whole = [
    "",
    " ",
    "{",
    "[]",
    "null",
    "{}",
    " {} ",
    "{}x",
    `{"resourceSpans":null}`,
    "\u{feff}{}",
    `{"resourceSpans":[{}]}`,
    `{"resourceSpans":[{"scopeSpans":[{}]}]}`,
    `{"resourceSpans":[{"resource":{"attributes":5},"scopeSpans":[{"spans":[{}]}]}]}`,
    `{"resourceSpans":[{"scopeSpans":[{"spans":[{}]}],"schemaUrl":"u","resource":` +
      `{"attributes":[{"key":"service.name","value":{"stringValue":"s"}}]}}]}`,
  ];
  for (const text of whole) assertSameRoads("traces", encoder.encode(text));
  assertSameRoads("traces", Uint8Array.from([...encoder.encode(`{"a":"`), 0xff, 0x22, 0x7d]));
});

test("a scan that was left over to the long way leaves no row behind", () => {
  const batch = new SpanBatch();
  const ids = `"traceId":"${"0a".repeat(16)}","spanId":"${"0b".repeat(8)}"`;
  const bad = `{"resourceSpans":[{"scopeSpans":[{"spans":[{${ids}},{"kind":[]}]}]}]}`;
  const result = decodeTracesJson(encoder.encode(bad), batch, new LossLedger());
  assert.match(result.malformed ?? "", /^resourceSpans\[0\]\.scopeSpans\[0\]\.spans\[1\]\.kind/);
  assert.equal(batch.spanCount, 0);
});
