import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { inflate, inflatedBytesMax, parseCompression } from "./inflate.ts";

const BOMB_BYTES = 80 * 1024 * 1024;

test("gzip, zstd and plain bodies come out as they went in", () => {
  const body = Buffer.from("spans".repeat(100));
  for (const [compression, sent] of [
    ["identity", body],
    ["gzip", gzipSync(body)],
    ["zstd", zstdCompressSync(body)],
  ] as const) {
    const inflated = inflate(sent, compression);
    assert.equal(inflated.kind, "body");
    assert.deepEqual(inflated.kind === "body" && Buffer.from(inflated.body), body);
  }
});

test("a bomb is too large, however small it was sent", () => {
  const zeros = Buffer.alloc(BOMB_BYTES);
  for (const [compression, bomb] of [
    ["gzip", gzipSync(zeros)],
    ["zstd", zstdCompressSync(zeros)],
  ] as const) {
    const inflated = inflate(bomb, compression);
    assert.deepEqual(inflated, { kind: "tooLarge", limitBytes: inflatedBytesMax(bomb.length) });
  }
});

test("a body that is not what it claims to be is malformed and says so", () => {
  for (const compression of ["gzip", "zstd"] as const) {
    const inflated = inflate(Buffer.from("not compressed at all"), compression);
    assert.equal(inflated.kind, "malformed");
    assert.match(inflated.kind === "malformed" ? inflated.reason : "", new RegExp(compression));
  }
});

test("a truncated body is malformed", () => {
  const whole = gzipSync(Buffer.from("spans".repeat(100)));
  assert.equal(inflate(whole.subarray(0, 20), "gzip").kind, "malformed");
});

test("an unknown compression is refused by name, none is spelled in three ways", () => {
  assert.equal(parseCompression("br"), undefined);
  assert.equal(parseCompression(undefined), "identity");
  assert.equal(parseCompression("identity"), "identity");
  assert.equal(parseCompression(" GZIP "), "gzip");
});
