import assert from "node:assert/strict";
import { test } from "node:test";

import type { AttributeValue } from "@spoor/trace";

import { fromTaggedText, taggedText } from "./tagged-text.ts";

function check(value: AttributeValue, text: string): void {
  assert.equal(taggedText(value), text);
  assert.deepEqual(fromTaggedText(text), value);
}

test("text stands as it is, unless it begins like a tag", () => {
  check("", "");
  check("GET /", "GET /");
  check("i5", "i5");
  check("\u0001i5", "\u0001s\u0001i5");
});

test("integers keep all 64 bits", () => {
  check(-(2n ** 63n), "\u0001i-9223372036854775808");
  check(9_007_199_254_740_993n, "\u0001i9007199254740993");
});

test("doubles read back as the same double", () => {
  check(0.1, "\u0001d0.1");
  check(-0, "\u0001d-0");
  check(Number.NaN, "\u0001dNaN");
  check(-Infinity, "\u0001d-Infinity");
  check(5e-324, "\u0001d5e-324");
});

test("booleans, bytes, lists, maps and empty values keep their type", () => {
  check(true, "\u0001btrue");
  check(false, "\u0001bfalse");
  check(null, "\u0001x{}");
  check(new Uint8Array([1, 2]), '\u0001x{"bytesValue":"AQI="}');
  check(["a", 1n], '\u0001x{"arrayValue":{"values":[{"stringValue":"a"},{"intValue":"1"}]}}');
  check(
    new Map([["k", true]]),
    '\u0001x{"kvlistValue":{"values":[{"key":"k","value":{"boolValue":true}}]}}',
  );
});
