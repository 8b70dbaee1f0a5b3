import assert from "node:assert/strict";
import { test } from "node:test";
import type { AttributeKeyDocument, AttributeKeysAnswer } from "@spoor/trace";
import { unknownFields } from "./unknown-fields.ts";

function key(scope: AttributeKeyDocument["scope"], name: string, count = 1): AttributeKeyDocument {
  return {
    field: `${scope}.${name}`,
    scope,
    key: name,
    types: ["string"],
    count,
    isHighCardinality: false,
  };
}

function answer(keys: readonly AttributeKeyDocument[], isCapped = false): AttributeKeysAnswer {
  return {
    keys,
    fromUnixNano: "0",
    toUnixNano: "1",
    complete: true,
    capped: isCapped ? { limit: keys.length, unit: "keys" } : null,
    sampledRate: 1,
    scannedRows: 0,
    tookMs: 0,
  };
}

const KEYS = answer([
  key("span", "http.response.status_code", 90),
  key("span", "http.route", 80),
  key("span", "user.tier", 10),
  key("resource", "service.name", 100),
]);

function meant(traceql: string, keys = KEYS): (string | undefined)[][] {
  return unknownFields(traceql, keys).map((one) => [one.written, one.meant?.field]);
}

test("an attribute that was renamed by words in between is told with its new name", () => {
  assert.deepEqual(meant("{ span.http.status = 504 }"), [
    ["span.http.status", "span.http.response.status_code"],
  ]);
  assert.deepEqual(meant("{ .http.status_code >= 500 }"), [
    [".http.status_code", "span.http.response.status_code"],
  ]);
});

test("a typing error is told with what is nearest, and anything else without a guess", () => {
  assert.deepEqual(meant('{ span.user.teir = "gold" && span.cheese = 1 }'), [
    ["span.user.teir", "span.user.tier"],
    ["span.cheese", undefined],
  ]);
});

test("what is there, what stands in a text, and intrinsics are left alone", () => {
  const query =
    '{ resource.service.name = "span.nothing" && .user.tier = "a" && span:name = `.x` && 1.5 > 1 }';
  assert.deepEqual(meant(query), []);
  assert.deepEqual(meant("{ duration > 1.5s && name != nil }"), []);
});

test("an attribute of another scope is not the one that was asked for", () => {
  assert.deepEqual(meant('{ resource.user.tier = "gold" }'), [["resource.user.tier", undefined]]);
});

test("without the whole list nothing is said", () => {
  assert.deepEqual(meant("{ span.cheese = 1 }", answer(KEYS.keys, true)), []);
  assert.deepEqual(meant("{ span.cheese = 1 }", answer([])), []);
});
