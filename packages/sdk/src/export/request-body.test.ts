import assert from "node:assert/strict";
import { test } from "node:test";
import { RequestAssembler } from "./request-body.ts";
import { TEST_RESOURCE, testChunk } from "./test-spans.ts";

test("defect 13, blocked event loop: a request is made of the bytes that exist, uncopied", () => {
  const chunks = Array.from({ length: 4 }, () => testChunk(512));
  const { parts, byteCount } = new RequestAssembler(TEST_RESOURCE).assemble(chunks);
  assert.equal(
    parts.reduce((sum, part) => sum + part.length, 0),
    byteCount,
  );
  for (const { bytes } of chunks) assert.ok(parts.includes(bytes), "the chunk itself is a part");
  const copied = parts.filter((part) => !chunks.some(({ bytes }) => bytes === part));
  const copiedBytes = copied.reduce((sum, part) => sum + part.length, 0);
  assert.ok(copiedBytes < 1024, `${copiedBytes} bytes of envelopes for ${byteCount} in all`);
});
