import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { StringTable } from "./string-table.ts";

test("the empty string is id 0", () => {
  const table = new StringTable();
  assert.equal(table.internText(""), 0);
  assert.equal(table.text(0), "");
  assert.equal(table.count, 1);
});

test("equal strings get one id, different ones get different ids, and all read back", () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: "grapheme", maxLength: 12 })), (texts) => {
      const table = new StringTable();
      const ids = texts.map((text) => table.internText(text));
      assert.deepEqual(
        ids.map((id) => table.text(id)),
        texts,
      );
      assert.equal(new Set(ids).size, new Set(texts).size);
    }),
  );
});

test("ids and texts survive growth of the table", () => {
  const table = new StringTable();
  const ids = Array.from({ length: 20_000 }, (_, index) => table.internText(`GET /items/${index}`));
  assert.equal(table.count, 20_001);
  ids.forEach((id, index) => {
    assert.equal(table.text(id), `GET /items/${index}`);
    assert.equal(table.internText(`GET /items/${index}`), id);
  });
});

test("a string is found inside a larger buffer", () => {
  const table = new StringTable();
  const bytes = new TextEncoder().encode("xxhandleCheckoutxx");
  const id = table.intern(new DataView(bytes.buffer, bytes.byteOffset, bytes.length), 2, 14);
  assert.equal(table.text(id), "handleCheckout");
  assert.equal(table.internText("handleCheckout"), id);
});

test("a guess matches only the very same bytes", () => {
  const texts = [
    "a",
    "ab",
    "abc",
    "abcd",
    "abce",
    "xbcd",
    "abcde",
    "abcdefgh",
    "abcdXfgh",
    "Xbcdefgh",
  ];
  const table = new StringTable();
  const bytes = new TextEncoder().encode(`${"z".repeat(2000)}${texts.join("")}`);
  const view = new DataView(bytes.buffer);
  // Growth of the heap must not leave the comparison with the old one.
  for (let index = 0; index < 3000; index += 1) table.internText(`filler ${index}`);
  for (const guess of texts) {
    let start = 2000;
    for (const text of texts) {
      assert.equal(
        table.matches(table.internText(guess), view, start, text.length),
        guess === text,
      );
      start += text.length;
    }
  }
});
