import assert from "node:assert/strict";
import { test } from "node:test";
import { cutOf, cutValue, utf8CutLength } from "./truncated.ts";

const encoder = new TextEncoder();

test("text is never cut inside a character", () => {
  const bytes = encoder.encode("aä€😀z");
  const lengths = Array.from(bytes.keys(), (at) => utf8CutLength(bytes, 0, at));
  assert.deepEqual(lengths, [0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10]);
  for (const length of lengths) {
    assert.equal(new TextDecoder().decode(bytes.subarray(0, length)).includes("\ufffd"), false);
  }
});

test("bytes that are no text are cut where they are too long", () => {
  assert.equal(utf8CutLength(new Uint8Array(20).fill(0x80), 0, 10), 10);
});

test("a value that just fits is not cut", () => {
  assert.equal(cutValue("äää", 6), undefined);
  assert.deepEqual(cutValue("äää", 5), { value: "ää", originalBytes: 6 });
  assert.equal(cutValue(5n, 1), undefined);
  assert.equal(cutValue(null, 1), undefined);
});

test("a mark that a sender made up and that is none says nothing", () => {
  assert.equal(cutOf(new Map([["spoor.truncated", "text"]]), "a"), undefined);
  assert.equal(cutOf(new Map([["spoor.truncated", new Map([["a", "x"]])]]), "a"), undefined);
});
