/*
 * Log records have the promise of spans: what was acknowledged is there after a crash, once.
 */
import assert from "node:assert/strict";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { encodeLogsProtobuf, encodeTracesProtobuf } from "@spoor/otlp";
import type { LogRecord } from "@spoor/trace";
import { exampleSpan } from "../example-span.ts";
import { exampleLogRecord, readLogRecords } from "../log-records.ts";
import { removeDataPath, type SpoorProcess, startSpoor } from "../spoor-process.ts";
import { storedSpans } from "../stored-trace.ts";

const RECORDS_PER_REQUEST = 3;

let dataPath: string;
before(async () => {
  dataPath = await mkdtemp(join(tmpdir(), "spoor-log-crash-"));
});
after(() => removeDataPath(dataPath));

async function post(spoor: SpoorProcess, path: string, body: Uint8Array): Promise<boolean> {
  const response = await fetch(`http://127.0.0.1:${spoor.httpPort}${path}`, {
    method: "POST",
    headers: { "content-type": "application/x-protobuf" },
    // The types of fetch want a buffer that is not shared.
    body: new Uint8Array(body),
  });
  return response.status === 200;
}

/** What was acknowledged for certain. */
interface Acknowledged {
  readonly spans: string[];
  readonly logRecords: Map<string, LogRecord[]>;
}

/** Sends a span and its log records, one trace after another, until the server is gone. */
async function sendUntilGone(spoor: SpoorProcess, acknowledged: Acknowledged): Promise<void> {
  for (;;) {
    const { traceId } = exampleLogRecord();
    const records = Array.from({ length: RECORDS_PER_REQUEST }, (_, index) =>
      exampleLogRecord({ traceId, body: `line ${index}`, timeUnixNano: BigInt(index + 1) }),
    );
    try {
      if (await post(spoor, "/v1/traces", encodeTracesProtobuf([exampleSpan({ traceId })]))) {
        acknowledged.spans.push(traceId);
      }
      if (await post(spoor, "/v1/logs", encodeLogsProtobuf(records))) {
        acknowledged.logRecords.set(traceId, records);
      }
    } catch {
      // The server is gone: this request was not acknowledged.
      return;
    }
  }
}

test("after kill -9 acknowledged log records are there once, and so are their spans", async () => {
  const acknowledged: Acknowledged = { spans: [], logRecords: new Map() };
  for (let round = 0; round < 2; round += 1) {
    const spoor = await startSpoor({ dataPath });
    const senders = [sendUntilGone(spoor, acknowledged), sendUntilGone(spoor, acknowledged)];
    await spoor.waitForSpans(20);
    await spoor.stop("SIGKILL");
    await Promise.all(senders);
  }
  assert.ok(acknowledged.logRecords.size >= 20, `${acknowledged.logRecords.size} acknowledged`);
  const spoor = await startSpoor({ dataPath });
  try {
    for (const traceId of acknowledged.spans) {
      assert.equal((await storedSpans(spoor, traceId)).length, 1, traceId);
    }
    for (const [traceId, records] of acknowledged.logRecords) {
      assert.deepEqual(
        (await readLogRecords(spoor.url, traceId)).map(({ body }) => body),
        records.map(({ body }) => body),
      );
    }
  } finally {
    await spoor.stop();
  }
});

test("a store in memory keeps log records too, while it runs", async () => {
  const spoor = await startSpoor({ useMemoryStore: true });
  try {
    const record = exampleLogRecord({ body: new Map([["code", 504n]]) });
    assert.ok(await post(spoor, "/v1/logs", encodeLogsProtobuf([record])));
    assert.deepEqual(await readLogRecords(spoor.url, record.traceId), [record]);
    assert.equal((await spoor.status()).received.logRecords, 1);
  } finally {
    await spoor.stop();
  }
});
