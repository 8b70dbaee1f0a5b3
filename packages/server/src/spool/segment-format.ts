/*
 * The bytes of a spool segment. Drawn in docs/formats/spool.md; change both together.
 *
 * A segment is a header and then records, one per acknowledged request, in the order in which they
 * were acknowledged. A record holds the request's body as it was received, so that writing it costs
 * no encoding, and reading it back runs the same decoder as the first time.
 */
import { crc32 } from "node:zlib";
import type { Compression, ReceivedRequest, Signal } from "../base/received-request.ts";

/** "SPOORSPL" in ASCII. */
const MAGIC = Buffer.from("SPOORSPL", "latin1");
/** A reader refuses other versions: it would take their records for torn ones and drop them. */
const SEGMENT_VERSION = 1;
export const SEGMENT_HEADER_BYTES = 32;
export const RECORD_HEADER_BYTES = 24;

const SIGNALS: readonly Signal[] = ["traces", "logs"];
const ENCODINGS: readonly ReceivedRequest["encoding"][] = ["protobuf", "json"];
const COMPRESSIONS: readonly Compression[] = ["identity", "gzip", "zstd"];

/** What stands at the beginning of a segment. */
export interface SegmentHeader {
  /** Identifies the spool, so that segments of two servers never share a deduplication token. */
  readonly spoolId: bigint;
  /** Position in the spool; segments are stored in this order. */
  readonly sequence: bigint;
}

/** The header as bytes. */
export function encodeSegmentHeader({ spoolId, sequence }: SegmentHeader): Uint8Array {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header, 0);
  header.writeUInt16LE(SEGMENT_VERSION, 8);
  header.writeBigUInt64LE(spoolId, 12);
  header.writeBigUInt64LE(sequence, 20);
  header.writeUInt32LE(crc32(header.subarray(0, 28)), 28);
  return header;
}

/** The header that a segment begins with, or why it is none. */
export function decodeSegmentHeader(
  bytes: Uint8Array,
): SegmentHeader | { readonly problem: string } {
  const header = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  if (header.length < SEGMENT_HEADER_BYTES) return { problem: "it is shorter than its header" };
  if (!header.subarray(0, 8).equals(MAGIC)) return { problem: "it does not begin with SPOORSPL" };
  const version = header.readUInt16LE(8);
  if (version !== SEGMENT_VERSION) {
    return { problem: `it has version ${version}, and this server reads ${SEGMENT_VERSION}` };
  }
  if (crc32(header.subarray(0, 28)) !== header.readUInt32LE(28)) {
    return { problem: "the checksum of its header is wrong" };
  }
  return { spoolId: header.readBigUInt64LE(12), sequence: header.readBigUInt64LE(20) };
}

/** The header of a record; the body follows it as it is. */
export function encodeRecordHeader(request: ReceivedRequest): Uint8Array {
  const header = Buffer.alloc(RECORD_HEADER_BYTES);
  header.writeUInt32LE(request.body.length, 0);
  header[8] = SIGNALS.indexOf(request.signal);
  header[9] = ENCODINGS.indexOf(request.encoding);
  header[10] = COMPRESSIONS.indexOf(request.compression);
  header.writeBigUInt64LE(request.receivedAtUnixNano, 12);
  header.writeUInt32LE(recordChecksum(header, request.body), 4);
  return header;
}

/** Where a record ends, or that nothing readable begins at `offset`. */
export type RecordRead =
  | { readonly kind: "record"; readonly request: ReceivedRequest; readonly nextOffset: number }
  | { readonly kind: "end" }
  /** A write that was cut off, or a damaged disk. Nothing after it can be found. */
  | { readonly kind: "torn"; readonly problem: string };

/** Reads the record at `offset` of a whole segment. The body is a view, not a copy. */
export function decodeRecord(segment: Uint8Array, offset: number): RecordRead {
  if (offset === segment.length) return { kind: "end" };
  const rest = Buffer.from(segment.buffer, segment.byteOffset + offset, segment.length - offset);
  if (rest.length < RECORD_HEADER_BYTES) return torn("it ends inside the header of a record");
  const bodyBytes = rest.readUInt32LE(0);
  const end = RECORD_HEADER_BYTES + bodyBytes;
  if (end > rest.length) return torn("it ends inside the body of a record");
  const body = rest.subarray(RECORD_HEADER_BYTES, end);
  if (recordChecksum(rest, body) !== rest.readUInt32LE(4)) return torn("a checksum is wrong");
  const signal = SIGNALS[rest[8] ?? 255];
  const encoding = ENCODINGS[rest[9] ?? 255];
  const compression = COMPRESSIONS[rest[10] ?? 255];
  if (signal === undefined || encoding === undefined || compression === undefined) {
    return torn("a record has an unknown signal, encoding or compression");
  }
  const receivedAtUnixNano = rest.readBigUInt64LE(12);
  const request = { signal, encoding, compression, receivedAtUnixNano, body };
  return { kind: "record", request, nextOffset: offset + end };
}

/** Over everything of the record but its length and the checksum itself. */
function recordChecksum(header: Buffer, body: Uint8Array): number {
  return crc32(body, crc32(header.subarray(8, RECORD_HEADER_BYTES)));
}

function torn(problem: string): RecordRead {
  return { kind: "torn", problem };
}
