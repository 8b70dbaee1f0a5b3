/*
 * A disk that is full: senders are told to try again, the server says that it is not ready, and
 * everything goes on once there is room.
 */
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const KIB = 1024;

/** A span whose request does not fit into what the filler leaves. */
function largeSpan(): ReturnType<typeof exampleSpan> {
  return exampleSpan({ attributes: new Map([["payload", "x".repeat(40 * KIB)]]) });
}

function send(spoor: SpoorProcess): Promise<Response> {
  return fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    body: encodeTracesProtobuf([largeSpan()]) as Uint8Array<ArrayBuffer>,
  });
}

test("a full disk turns into refusals that ask to try again, and passes", async (context) => {
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-full-"));
  const spoolPath = join(dataPath, "spool");
  await mkdir(spoolPath);
  try {
    // The engine keeps its room; only the spool's file system is small.
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=128k", "tmpfs", spoolPath], {
      stdio: "ignore",
    });
  } catch {
    await rm(dataPath, { recursive: true });
    return context.skip("a full disk needs a small file system, and this user may not mount one");
  }
  const spoor = await startSpoor({ dataPath });
  try {
    assert.equal((await send(spoor)).status, 200);
    const filler = join(spoolPath, "filler");
    await writeFile(filler, Buffer.alloc(64 * KIB));
    await writeFile(`${filler}-2`, Buffer.alloc(128 * KIB)).catch(() => undefined);
    const refused = await send(spoor);
    assert.equal(refused.status, 503);
    assert.ok(Number(refused.headers.get("retry-after")) >= 1);
    const notReady = await fetch(`${spoor.url}/readyz`);
    assert.equal(notReady.status, 503);
    await rm(filler);
    await rm(`${filler}-2`);
    assert.equal((await fetch(`${spoor.url}/readyz`)).status, 200);
    assert.equal((await send(spoor)).status, 200);
    assert.equal((await spoor.status()).received.spans, 2);
  } finally {
    await spoor.stop();
    execFileSync("umount", [spoolPath]);
    await rm(dataPath, { recursive: true });
  }
});
