/*
 * What is fuzzed: each decoder with real bodies to damage, and what must hold for any bytes at all.
 * Decoding returns; a malformed request leaves no trace; whatever was accepted can be read back;
 * both ways of reading JSON agree.
 */
import assert from "node:assert/strict";
import { LogBatch, logRecordsOf, LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { grpcFrame, GrpcMessageReader } from "../grpc/message-frame.ts";
import { decodeLogsJson } from "../logs/decode-json.ts";
import { decodeLogsProtobuf } from "../logs/decode-protobuf.ts";
import { encodeLogsJson } from "../logs/encode-json.ts";
import { encodeLogsProtobuf } from "../logs/encode-protobuf.ts";
import { decodeTracesJson } from "../traces/decode-json.ts";
import { decodeTracesProtobuf } from "../traces/decode-protobuf.ts";
import { encodeTracesJson } from "../traces/encode-json.ts";
import { encodeTracesProtobuf } from "../traces/encode-protobuf.ts";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { assertSameRoads } from "./json-roads.fuzz.ts";

/** One decoder. */
export interface FuzzTarget {
  readonly name: string;
  /** Valid bodies, the same for the same seed. */
  readonly bodies: (seed: number, count: number) => Uint8Array[];
  /** Decodes one body. Returns whether it was accepted. @throws AssertionError otherwise. */
  readonly decode: (body: Uint8Array, limits: DecodeLimits) => boolean;
}

const encoder = new TextEncoder();

/** A batch of either signal, and how its rows are counted and read. */
interface Batch<Mark> {
  mark(): Mark;
  clear(): void;
}

interface Decoder<B> {
  readonly batch: B;
  /** Undefined when malformed; else how many rows it says it has appended. */
  readonly decode: (
    body: Uint8Array,
    batch: B,
    ledger: LossLedger,
    limits: DecodeLimits,
  ) => number | undefined;
  readonly rowCount: (batch: B) => number;
  /** How many rows can be read back. */
  readonly read: (batch: B) => number;
}

/** Decodes into a batch that has been used before, as the ingest path does. */
function decodeChecked<B extends Batch<unknown>>(
  { batch, decode, rowCount, read }: Decoder<B>,
  body: Uint8Array,
  limits: DecodeLimits,
): boolean {
  batch.clear();
  const mark = batch.mark();
  const ledger = new LossLedger();
  const decodedCount = decode(body, batch, ledger, limits);
  if (decodedCount === undefined) {
    assert.deepEqual(batch.mark(), mark);
    assert.deepEqual(ledger.entries(), []);
    return false;
  }
  assert.equal(rowCount(batch), decodedCount);
  assert.equal(read(batch), decodedCount);
  return true;
}

function spanDecoder(decode: typeof decodeTracesProtobuf): Decoder<SpanBatch> {
  return {
    batch: new SpanBatch(),
    decode: (body, batch, ledger, limits) => {
      const result = decode(body, batch, ledger, limits);
      if (result.malformed !== undefined) return undefined;
      assert.equal(ledger.of("span_id_invalid"), result.rejectedSpanCount);
      return result.spanCount;
    },
    rowCount: (batch) => batch.spanCount,
    read: (batch) => spansOf(batch).length,
  };
}

function logDecoder(decode: typeof decodeLogsProtobuf): Decoder<LogBatch> {
  return {
    batch: new LogBatch(),
    decode: (body, batch, ledger, limits) => {
      const result = decode(body, batch, ledger, limits);
      assert.equal(batch.bodies.count, batch.logRecordCount);
      return result.malformed === undefined ? result.logRecordCount : undefined;
    },
    rowCount: (batch) => batch.logRecordCount,
    read: (batch) => logRecordsOf(batch).length,
  };
}

const spansInProtobuf = spanDecoder(decodeTracesProtobuf);
const spansInJson = spanDecoder(decodeTracesJson);
const logsInProtobuf = logDecoder(decodeLogsProtobuf);
const logsInJson = logDecoder(decodeLogsJson);

function jsonBytes(document: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(document));
}

/** Frames cut into chunks at places that their own bytes choose. */
function readFrame(bytes: Uint8Array): boolean {
  const messageBytesMax = 100_000;
  const reader = new GrpcMessageReader({ messageBytesMax });
  for (let at = 0; at < bytes.length;) {
    const size = 1 + ((bytes[at] ?? 0) % 97);
    if (reader.push(bytes.subarray(at, at + size)) !== undefined) break;
    at += size;
  }
  assert.ok(reader.receivedBytes <= messageBytesMax);
  const end = reader.end();
  if (end.problem !== undefined) return false;
  assert.deepEqual(end.message, bytes.slice(5));
  return true;
}

/** Everything that takes bytes from outside. */
export const FUZZ_TARGETS: readonly FuzzTarget[] = [
  {
    name: "traces in protobuf",
    bodies: (seed, numRuns) => fc.sample(randomSpans, { seed, numRuns }).map(encodeTracesProtobuf),
    decode: (body, limits) => decodeChecked(spansInProtobuf, body, limits),
  },
  {
    name: "logs in protobuf",
    bodies: (seed, numRuns) =>
      fc.sample(randomLogRecords, { seed, numRuns }).map(encodeLogsProtobuf),
    decode: (body, limits) => decodeChecked(logsInProtobuf, body, limits),
  },
  {
    name: "traces in JSON",
    bodies: (seed, numRuns) =>
      fc.sample(randomSpans, { seed, numRuns }).map((spans) => jsonBytes(encodeTracesJson(spans))),
    decode: (body, limits) => {
      const isAccepted = decodeChecked(spansInJson, body, limits);
      assert.equal(assertSameRoads("traces", body, limits), isAccepted);
      return isAccepted;
    },
  },
  {
    name: "logs in JSON",
    bodies: (seed, numRuns) =>
      fc
        .sample(randomLogRecords, { seed, numRuns })
        .map((records) => jsonBytes(encodeLogsJson(records))),
    decode: (body, limits) => {
      const isAccepted = decodeChecked(logsInJson, body, limits);
      assert.equal(assertSameRoads("logs", body, limits), isAccepted);
      return isAccepted;
    },
  },
  {
    name: "frames of gRPC",
    bodies: (seed, numRuns) =>
      fc
        .sample(randomSpans, { seed, numRuns })
        .map((spans) => grpcFrame(encodeTracesProtobuf(spans), { isCompressed: seed % 2 === 0 })),
    decode: readFrame,
  },
];

/** Limits that real bodies reach. */
export const TIGHT_LIMITS: DecodeLimits = {
  ...DECODE_LIMITS,
  rowCountMax: 20,
  attributeValueBytesMax: 5,
  attributeKeyBytesMax: 4,
  attributeCountMax: 2,
};
