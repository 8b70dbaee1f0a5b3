import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { MalformedInput } from "./malformed.ts";
import { ProtobufReader } from "./reader.ts";
import { fixed64Tag, tagField, varintTag } from "./tag.ts";
import { ProtobufWriter } from "./writer.ts";

test("every 64-bit integer survives a varint", () => {
  const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
  const property = fc.property(int64, fc.integer({ min: 1, max: 536_870_911 }), (value, field) => {
    const writer = new ProtobufWriter();
    writer.alwaysInt64(field, value);
    const bytes = writer.finish();
    const reader = new ProtobufReader(bytes);
    assert.equal(tagField(reader.tag(bytes.length)), field);
    assert.equal(reader.int64(bytes.length), value);
    assert.equal(reader.position, bytes.length);
  });
  fc.assert(property, { numRuns: 1000 });
});

test("at the borders between bytes a varint is exact", () => {
  for (let bit = 0n; bit < 64n; bit += 1n) {
    for (const value of [2n ** bit - 1n, 2n ** bit]) {
      const writer = new ProtobufWriter();
      writer.alwaysInt64(1, value);
      const bytes = writer.finish();
      const reader = new ProtobufReader(bytes);
      reader.position = 1;
      assert.equal(BigInt.asUintN(64, reader.int64(bytes.length)), value);
    }
  }
});

test("a message inside a message is read back at any length", () => {
  for (const length of [0, 1, 127, 128, 16_383, 16_384, 100_000]) {
    const writer = new ProtobufWriter();
    writer.message(1, () => {
      writer.message(2, () => {
        writer.bytesField(3, new Uint8Array(length).fill(7));
      });
      writer.uint32Field(4, 9);
    });
    const bytes = writer.finish();
    const reader = new ProtobufReader(bytes);
    reader.tag(bytes.length);
    const outerEnd = reader.openMessage(bytes.length);
    assert.equal(outerEnd, bytes.length);
    reader.tag(outerEnd);
    const innerEnd = reader.openMessage(outerEnd);
    if (length > 0) {
      reader.tag(innerEnd);
      assert.deepEqual(reader.take(reader.openMessage(innerEnd)), new Uint8Array(length).fill(7));
    }
    assert.equal(reader.position, innerEnd);
    assert.equal(reader.tag(outerEnd), varintTag(4));
    assert.equal(reader.uint32(outerEnd), 9);
  }
});

test("a bool is true when any of its bits is set", () => {
  const highest = new Uint8Array([0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01]);
  assert.equal(new ProtobufReader(highest).bool(10), true);
  assert.equal(new ProtobufReader(new Uint8Array([0x80, 0])).bool(2), false);
});

test("a value may not end after the message it stands in, even where more bytes follow", () => {
  const bytes = new Uint8Array(32);
  bytes[0] = 0x80;
  const reads: readonly ((reader: ProtobufReader) => unknown)[] = [
    (reader) => reader.tag(1),
    (reader) => reader.uint32(1),
    (reader) => reader.openMessage(1),
    (reader) => reader.fixed(4, 3),
    (reader) => {
      reader.skip(fixed64Tag(1), 7);
    },
  ];
  for (const read of reads) {
    assert.throws(() => read(new ProtobufReader(bytes)), MalformedInput, String(read));
  }
});
