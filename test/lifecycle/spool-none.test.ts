/*
 * A server that spools nothing: requests are acknowledged at once, stored all the same, and leave
 * no file behind.
 */
import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { exampleSpan } from "../example-span.ts";
import { startSpoor } from "../spoor-process.ts";

test("with --spool none spans are stored, in every answer, and never in a file", async () => {
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-none-"));
  const flags = ["--spool", "none", "--max-attribute-value", "16B"];
  const spoor = await startSpoor({ dataPath, flags });
  const spool = (): Promise<string[]> => readdir(join(dataPath, "spool"));
  const span = exampleSpan({ attributes: new Map([["text", "x".repeat(20)]]) });
  try {
    const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
      method: "POST",
      headers: { "content-type": "application/x-protobuf" },
      body: encodeTracesProtobuf([span]) as Uint8Array<ArrayBuffer>,
    });
    assert.equal(response.status, 200);
    assert.deepEqual(await spool(), []);
    const read = await fetch(`${spoor.url}/api/v1/traces/${span.traceId}`);
    const text = await read.text();
    assert.ok(text.includes("x".repeat(16)) && !text.includes("x".repeat(17)), "cut at 16 bytes");
  } finally {
    await spoor.stop();
  }
  assert.deepEqual(await spool(), []);
  // What a server had acknowledged when it was stopped is there when the next one starts.
  const next = await startSpoor({ dataPath });
  try {
    const read = await fetch(`${next.url}/api/v1/traces/${span.traceId}`);
    assert.equal(read.status, 200);
  } finally {
    await next.stop();
    await rm(dataPath, { recursive: true, force: true });
  }
});
