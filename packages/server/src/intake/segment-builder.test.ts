import assert from "node:assert/strict";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { encodeLogsJson, encodeLogsProtobuf, encodeTracesProtobuf } from "@spoor/otlp";
import {
  DECODE_LIMITS,
  type LogRecord,
  LossLedger,
  plainResource,
  plainScope,
  plainSpan,
  type Span,
} from "@spoor/trace";
import type { ReceivedRequest } from "../base/received-request.ts";
import { readSegment } from "../spool/segment-file.ts";
import { Spool } from "../spool/spool.ts";
import { newBatches } from "./decode-request.ts";
import { sealFromFile, SegmentBuilder, takeLosses } from "./segment-builder.ts";

let root: string;
before(async () => {
  root = await mkdtemp(join(tmpdir(), "spoor-builder-"));
});
after(() => rm(root, { recursive: true, force: true }));

const RESOURCE = plainResource("checkout");
const SCOPE = plainScope("test");

function spanOf(number: number): Span {
  return plainSpan({
    traceId: number.toString(16).padStart(32, "a"),
    spanId: number.toString(16).padStart(16, "b"),
    flags: 1,
    name: `span ${number}`,
    kind: 1,
    startTimeUnixNano: 1_700_000_000_000_000_000n,
    endTimeUnixNano: 1_700_000_000_000_000_001n,
    attributes: new Map([["order.id", `order ${number}`]]),
    resource: RESOURCE,
    scope: SCOPE,
  });
}

function logRecordOf(number: number): LogRecord {
  return {
    traceId: number.toString(16).padStart(32, "a"),
    spanId: "",
    timeUnixNano: 1_700_000_000_000_000_000n,
    observedTimeUnixNano: 0n,
    severityNumber: 9,
    severityText: "",
    eventName: "",
    body: `line ${number}`,
    attributes: new Map(),
    droppedAttributesCount: 0,
    flags: 0,
    resource: RESOURCE,
    scope: SCOPE,
  };
}

function requestOf(body: Uint8Array, fields: Partial<ReceivedRequest> = {}): ReceivedRequest {
  return {
    signal: "traces",
    encoding: "protobuf",
    compression: "identity",
    receivedAtUnixNano: 1_700_000_000_000_000_000n,
    body,
    ...fields,
  };
}

async function startBuilder(): Promise<{
  readonly builder: SegmentBuilder;
  readonly path: string;
  readonly ledger: LossLedger;
}> {
  const spool = await Spool.open(await mkdtemp(join(root, "spool-")));
  const ledger = new LossLedger();
  const place = { ...spool.nextPlace(), syncMode: "os" as const };
  return {
    builder: await SegmentBuilder.start(place, {
      ledger,
      batches: newBatches(),
      limits: DECODE_LIMITS,
    }),
    path: place.path,
    ledger,
  };
}

test("a sealed segment and the same segment read from its file give the same block", async () => {
  const { builder, path } = await startBuilder();
  for (let number = 1; number <= 20; number += 1) {
    const body = encodeTracesProtobuf([spanOf(number), spanOf(number + 100)]);
    const request =
      number % 2 === 0 ? requestOf(body) : requestOf(gzipSync(body), { compression: "gzip" });
    assert.equal((await builder.take(request)).kind, "accepted");
  }
  const sealed = await builder.seal();
  assert.equal(sealed.block?.spanCount, 40);
  assert.deepEqual(await sealFromFile(path, sealed.sequence, DECODE_LIMITS), sealed);
});

test("spans and log records of one segment become two blocks, today and from the file", async () => {
  const { builder, path } = await startBuilder();
  await builder.take(requestOf(encodeLogsProtobuf([logRecordOf(1)]), { signal: "logs" }));
  await builder.take(requestOf(encodeTracesProtobuf([spanOf(1), spanOf(2)])));
  const json = Buffer.from(JSON.stringify(encodeLogsJson([logRecordOf(2), logRecordOf(3)])));
  const reply = await builder.take(requestOf(json, { signal: "logs", encoding: "json" }));
  assert.deepEqual(reply.kind === "accepted" && [reply.spanCount, reply.logRecordCount], [0, 2]);
  const sealed = await builder.seal();
  assert.deepEqual([sealed.block?.spanCount, sealed.logBlock?.logRecordCount], [2, 3]);
  assert.deepEqual(await sealFromFile(path, sealed.sequence, DECODE_LIMITS), sealed);
});

test("a request that is refused is neither in the block nor in the file", async () => {
  const { builder, path } = await startBuilder();
  await builder.take(requestOf(encodeTracesProtobuf([spanOf(1)])));
  const malformed = await builder.take(requestOf(Buffer.from([0x0a, 0xff, 0x01])));
  const notGzip = await builder.take(requestOf(Buffer.from("x"), { compression: "gzip" }));
  assert.deepEqual([malformed.kind, notGzip.kind], ["refused", "refused"]);
  const sealed = await builder.seal();
  assert.equal(sealed.block?.spanCount, 1);
  assert.equal((await readSegment(path)).requests.length, 1);
});

test("a segment without spans has no block", async () => {
  const { builder } = await startBuilder();
  assert.equal((await builder.take(requestOf(new Uint8Array()))).kind, "accepted");
  assert.equal((await builder.seal()).block, undefined);
});

test("losses are reported once, and not again when the segment is read back", async () => {
  const { builder, ledger } = await startBuilder();
  const reported = new Map<string, number>();
  const noId = { ...spanOf(1), spanId: "0".repeat(16) };
  await builder.take(requestOf(encodeTracesProtobuf([noId, spanOf(2)])));
  assert.deepEqual(takeLosses(ledger, reported), [{ reason: "span_id_invalid", count: 1 }]);
  assert.deepEqual(takeLosses(ledger, reported), []);
});

test("a segment that cannot be created is an error that may pass", async () => {
  const place = {
    path: join(root, "no such folder", "1.spool"),
    header: { spoolId: 1n, sequence: 1n },
    syncMode: "fsync" as const,
  };
  await assert.rejects(
    SegmentBuilder.start(place, {
      ledger: new LossLedger(),
      batches: newBatches(),
      limits: DECODE_LIMITS,
    }),
    {
      code: "SPOOR_SPOOL_WRITE",
    },
  );
  assert.ok(!(await readdir(root)).includes("no such folder"));
});
