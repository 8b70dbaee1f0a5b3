/*
 * Stopping, crashing and starting again: what was acknowledged is there afterwards.
 */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodeTracesProtobuf } from "@spoor/otlp";
import type { TraceAnswer } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { removeDataPath, type SpoorProcess, startSpoor } from "../spoor-process.ts";

const POLL_MS = 50;

let dataPath: string;
before(async () => {
  dataPath = await mkdtemp(join(tmpdir(), "spoor-restart-"));
});
after(() => removeDataPath(dataPath));

/** Sends spans, one after another, until the server is gone; returns the acknowledged ids. */
async function sendUntilGone(spoor: SpoorProcess): Promise<string[]> {
  const acknowledged: string[] = [];
  for (;;) {
    const span = exampleSpan();
    try {
      const response = await fetch(`http://127.0.0.1:${spoor.httpPort}/v1/traces`, {
        method: "POST",
        headers: { "content-type": "application/x-protobuf" },
        body: encodeTracesProtobuf([span]) as Uint8Array<ArrayBuffer>,
      });
      if (response.status === 200) acknowledged.push(span.traceId);
    } catch {
      // The server is gone: this span was not acknowledged.
      return acknowledged;
    }
  }
}

/** What a crash left is stored while the server already answers, so it may take a moment. */
async function fetchTrace(spoor: SpoorProcess, traceId: string): Promise<Response> {
  for (;;) {
    const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}`);
    if (response.status === 200) return response;
    await response.body?.cancel();
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

async function assertAllStored(spoor: SpoorProcess, traceIds: readonly string[]): Promise<void> {
  for (const traceId of traceIds) {
    const response = await fetchTrace(spoor, traceId);
    const answer = (await response.json()) as TraceAnswer;
    assert.equal(answer.trace.spans.length, 1, `${traceId} is stored once`);
  }
}

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  test(`${signal} under load stops cleanly, and what was acknowledged is there after a restart`, async () => {
    const first = await startSpoor({ dataPath });
    const senders = Promise.all([sendUntilGone(first), sendUntilGone(first), sendUntilGone(first)]);
    await first.waitForSpans(20);
    assert.equal(await first.stop(signal), 0);
    const acknowledged = (await senders).flat();
    assert.ok(acknowledged.length >= 20);
    const second = await startSpoor({ dataPath });
    try {
      await assertAllStored(second, acknowledged);
    } finally {
      await second.stop();
    }
  });
}

test("after kill -9 of the server what was acknowledged is there", async () => {
  const first = await startSpoor({ dataPath });
  const senders = Promise.all([sendUntilGone(first), sendUntilGone(first)]);
  await first.waitForSpans(10);
  await first.stop("SIGKILL");
  const acknowledged = (await senders).flat();
  const second = await startSpoor({ dataPath });
  try {
    await assertAllStored(second, acknowledged);
  } finally {
    await second.stop();
  }
});

test("a second server on the same data is refused and told who holds it", async () => {
  const first = await startSpoor({ dataPath });
  try {
    await assert.rejects(startSpoor({ dataPath }), new RegExp(`${first.pid}`));
  } finally {
    await first.stop();
  }
});

test("a taken port is refused and told who holds it", async () => {
  const first = await startSpoor({ useMemoryStore: true });
  try {
    await assert.rejects(
      startSpoor({ useMemoryStore: true, grpcPort: first.grpcPort }),
      new RegExp(`port ${first.grpcPort} .*process ${first.pid} \\(node spoor.js\\)`, "s"),
    );
  } finally {
    await first.stop();
  }
});
