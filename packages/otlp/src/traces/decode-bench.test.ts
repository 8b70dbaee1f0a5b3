import assert from "node:assert/strict";
import { test } from "node:test";
import { assertSameColumns, benchDecode } from "./decode-protobuf.bench.ts";

test("the decoding benchmark runs, and all decoders read the same", () => {
  const results = benchDecode({ requestCount: 1, roundCount: 1 });
  assert.equal(results.length, 4);
  assert.deepEqual(new Set(results.map(({ checksum }) => checksum)).size, 1);
  assert.ok(results.every(({ checksum }) => checksum > 512 * 11));
});

test("protobufjs and its objects give the same columns, which is what the benchmark compares", () => {
  assertSameColumns();
});
