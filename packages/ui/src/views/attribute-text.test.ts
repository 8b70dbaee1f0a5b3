import assert from "node:assert/strict";
import { test } from "node:test";
import { attributeTypeName, exactValueText, fitsFilter } from "./attribute-text.ts";

test("every OTLP type has its name, and an integer is never a double", () => {
  const values = ["1", true, 1n, 1, new Uint8Array([1]), null, [1n], new Map([["a", 1n]])];
  assert.deepEqual(values.map(attributeTypeName), [
    "string",
    "bool",
    "int",
    "double",
    "bytes",
    "null",
    "array",
    "kvlist",
  ]);
});

test("no digit, type or kind of quote is lost in the text of a value", () => {
  const texts = [
    ["504", "504"],
    [9_007_199_254_740_993n, "9007199254740993"],
    [1, "1.0"],
    [-0, "-0.0"],
    [1e300, "1e+300"],
    [Number.NaN, "NaN"],
    [new Uint8Array([1, 2, 254]), "AQL+"],
    [null, "null"],
    [[1n, 1, "1", null], '[1, 1.0, "1", null]'],
    [new Map([["a", [true]]]), '{"a": [true]}'],
  ] as const;
  for (const [value, text] of texts) assert.equal(exactValueText(value), text);
});

test("a filter looks into keys and values, in either case and also inside lists", () => {
  assert.ok(fitsFilter("http.route", "/checkout", "ROUTE"));
  assert.ok(fitsFilter("http.route", "/checkout", " Check "));
  assert.ok(fitsFilter("ids", [7n, 42n], "42"));
  assert.ok(!fitsFilter("http.route", "/checkout", "redis"));
});

test("an empty filter fits everything", () => {
  assert.ok(fitsFilter("a", null, "  "));
});
