/*
 * One request in a file of the queue on disk: docs/formats/sender-queue.md.
 *
 * The name says everything that must be known when the content is damaged: how old it is, of which
 * signal, and how many records are in it.
 */
import { Buffer } from "node:buffer";
// As a whole: Node before 20.15 has no checksum, and naming it would be an error there.
import * as zlib from "node:zlib";

/** What a file name says. */
export interface QueueFile {
  readonly name: string;
  /** ms since 1970, never less than that of an earlier file of the same process. */
  readonly writtenUnixMs: number;
  readonly signal: "traces" | "logs";
  readonly recordCount: number;
}

/** What a name is made of, besides what readers need. */
export interface NewFile extends Omit<QueueFile, "name"> {
  /** 16 hexadecimal digits of the process that writes it. */
  readonly writer: string;
  /** Counts the files of that process. */
  readonly sequence: number;
}

const MAGIC = Buffer.from("SPOORQUE", "latin1");
const VERSION = 1;
/** Magic, version, two zero bytes, length of the body, checksum. */
const HEAD_BYTES = 20;
/** What of the head the checksum is of, before the body. */
const CHECKED_HEAD_BYTES = 16;

/** While a file is written, its name ends so. */
export const PARTIAL_SUFFIX = ".part";

const NAME = /^(\d{15})-[0-9a-f]{16}-\d{8}-([tl])-(\d{1,9})\.spoorq$/u;

/** Whether this Node can make checksums. */
export function hasChecksum(): boolean {
  return typeof zlib.crc32 === "function";
}

/** The name of a file; in the order of names, the oldest comes first. */
export function queueFileName(file: NewFile): string {
  const time = String(file.writtenUnixMs).padStart(15, "0");
  const sequence = String(file.sequence).padStart(8, "0");
  const letter = file.signal === "traces" ? "t" : "l";
  return `${time}-${file.writer}-${sequence}-${letter}-${file.recordCount}.spoorq`;
}

/** What a name says; undefined when it is none of a file of the queue. */
export function parseQueueFileName(name: string): QueueFile | undefined {
  const match = NAME.exec(name);
  if (match === null) return undefined;
  return {
    name,
    writtenUnixMs: Number(match[1]),
    signal: match[2] === "t" ? "traces" : "logs",
    recordCount: Number(match[3]),
  };
}

/** What stands before the body, which comes in parts. */
export function queueFileHead(parts: readonly Uint8Array[], byteCount: number): Buffer {
  const head = Buffer.alloc(HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt16LE(VERSION, 8);
  head.writeUInt32LE(byteCount, 12);
  let checksum = zlib.crc32(head.subarray(0, CHECKED_HEAD_BYTES));
  for (const part of parts) checksum = zlib.crc32(part, checksum);
  head.writeUInt32LE(checksum, CHECKED_HEAD_BYTES);
  return head;
}

/** The body of a whole file; undefined when it is cut off, too long, or was changed. */
export function queueFileBody(bytes: Buffer): Buffer | undefined {
  if (bytes.length < HEAD_BYTES || !bytes.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  if (bytes.readUInt16LE(8) !== VERSION) return undefined;
  const body = bytes.subarray(HEAD_BYTES);
  if (body.length !== bytes.readUInt32LE(12)) return undefined;
  const checksum = zlib.crc32(body, zlib.crc32(bytes.subarray(0, CHECKED_HEAD_BYTES)));
  return checksum === bytes.readUInt32LE(CHECKED_HEAD_BYTES) ? body : undefined;
}
