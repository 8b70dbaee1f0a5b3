import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import * as fc from "fast-check";
import { GrpcStatus } from "./status.ts";
import { decodeGrpcMessage, encodeGrpcMessage, grpcTrailers } from "./trailers.ts";

test("success has a status and nothing else", () => {
  assert.deepEqual(grpcTrailers({ code: GrpcStatus.ok }), { "grpc-status": "0" });
});

test("a refusal has its words and its details, in base64 without padding", () => {
  const trailers = grpcTrailers({
    code: GrpcStatus.unavailable,
    message: "try later",
    statusDetails: Uint8Array.of(0xfb, 0xff, 1, 2),
  });
  assert.deepEqual(trailers, {
    "grpc-status": "14",
    "grpc-message": "try later",
    "grpc-status-details-bin": "+/8BAg",
  });
});

test("only printable ASCII without the percent sign stands for itself", () => {
  assert.equal(encodeGrpcMessage("100% ~ok\n\u{e9}"), "100%25 ~ok%0A%C3%A9");
});

test("every message survives, and is a valid header value", () => {
  const property = fc.property(fc.string({ unit: "binary", maxLength: 100 }), (message) => {
    const encoded = encodeGrpcMessage(message);
    assert.match(encoded, /^[\u{20}-\u{7e}]*$/u);
    assert.equal(decodeGrpcMessage(encoded), message);
  });
  fc.assert(property, { numRuns: 500 });
});

test("wrong escapes are kept as they stand", () => {
  assert.equal(decodeGrpcMessage("50% of %zz%4"), "50% of %zz%4");
});

test("a message above the limit is cut between characters and says so", () => {
  const cut = decodeGrpcMessage(encodeGrpcMessage("\u{20ac}".repeat(1000)));
  assert.match(cut, /^\u{20ac}+\.\.\.$/u);
  assert.ok(Buffer.byteLength(cut) <= 1024);
});
