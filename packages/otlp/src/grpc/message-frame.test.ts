import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import * as fc from "fast-check";
import { GrpcMessageReader, type GrpcProblem, grpcFrame } from "./message-frame.ts";
import { GrpcStatus } from "./status.ts";

const MESSAGE_BYTES_MAX = 1000;

function readerOf(...chunks: readonly (Uint8Array | readonly number[])[]): GrpcMessageReader {
  const reader = new GrpcMessageReader({ messageBytesMax: MESSAGE_BYTES_MAX });
  for (const chunk of chunks) reader.push(Uint8Array.from(chunk));
  return reader;
}

function checkProblem(problem: unknown, expected: GrpcProblem): void {
  assert.deepEqual(problem, expected);
}

test("a message survives being cut into any chunks", () => {
  const property = fc.property(
    fc.uint8Array({ maxLength: 300 }),
    fc.boolean(),
    fc.array(fc.integer({ min: 0, max: 40 })),
    (message, isCompressed, sizes) => {
      const frame = grpcFrame(message, { isCompressed });
      const reader = new GrpcMessageReader({ messageBytesMax: 300 });
      let at = 0;
      for (const size of [...sizes, frame.length]) {
        const chunk = frame.slice(at, at + size);
        assert.equal(reader.push(chunk), undefined);
        chunk.fill(0xee);
        at += size;
      }
      const result = reader.end();
      assert.equal(result.problem, undefined);
      assert.deepEqual(Buffer.from(result.message), Buffer.from(message));
      assert.equal(result.isCompressed, isCompressed);
      assert.equal(result.message.buffer.byteLength, message.length);
      assert.equal(reader.receivedBytes, message.length);
    },
  );
  fc.assert(property, { numRuns: 300 });
});

test("a message that outgrows the first buffer is read whole", () => {
  const message = new Uint8Array(1_000_003).map((_, index) => index % 251);
  const reader = new GrpcMessageReader({ messageBytesMax: 2_000_000 });
  const frame = grpcFrame(message);
  for (let at = 0; at < frame.length; at += 16_384) reader.push(frame.subarray(at, at + 16_384));
  const result = reader.end();
  assert.ok(result.problem === undefined && Buffer.compare(result.message, message) === 0);
  assert.equal(result.message.buffer.byteLength, message.length);
});

test("a declared length above the limit is refused as soon as the prefix is there", () => {
  const reader = new GrpcMessageReader({ messageBytesMax: MESSAGE_BYTES_MAX });
  assert.equal(reader.push(Uint8Array.of(0, 0xff, 0xff, 0xff)), undefined);
  const expected = {
    code: GrpcStatus.resourceExhausted,
    problem: "a message of 4294967295 bytes is too large; the limit is 1000",
  };
  checkProblem(reader.push(Uint8Array.of(0xff)), expected);
  checkProblem(reader.push(Uint8Array.of(1)), expected);
  checkProblem(reader.end(), expected);
});

test("a message of exactly the limit is taken", () => {
  const frame = grpcFrame(new Uint8Array(MESSAGE_BYTES_MAX));
  assert.equal(readerOf(frame).end().problem, undefined);
});

test("more than one message is a problem, in the same chunk or a later one", () => {
  const expected = {
    code: GrpcStatus.internal,
    problem: "more bytes than one message in a call that takes one",
  };
  const frame = grpcFrame(Uint8Array.of(1, 2));
  checkProblem(readerOf([...frame, 0]).end(), expected);
  checkProblem(readerOf(frame, [0]).end(), expected);
  checkProblem(readerOf(grpcFrame(new Uint8Array()), [0]).end(), expected);
});

test("a stream that ends too early is a problem that says where", () => {
  const problems = [readerOf(), readerOf([0, 0]), readerOf([0, 0, 0, 0, 9, 1])].map(
    (reader) => reader.end().problem,
  );
  assert.deepEqual(problems, [
    "the stream ended without a message",
    "the stream ended inside a prefix",
    "the stream ended after 1 of 9 message bytes",
  ]);
});

test("an unknown flag is a problem", () => {
  assert.equal(
    readerOf([2, 0, 0, 0, 0]).end().problem,
    "a message begins with flag 2; known are 0 and 1",
  );
});
