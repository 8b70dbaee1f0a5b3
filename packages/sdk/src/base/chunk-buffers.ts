import { Buffer } from "node:buffer";

/**
 * Buffers of chunks that were sent, for the next ones. Without them each batch would take new
 * memory outside of the heap, of which a few dozen megabytes make V8 collect all of it: a third of
 * the cost of a span. bench/sdk/end-to-end.ts measures it.
 */

/** What is kept at most: as much as one or two requests carry, 2 MiB where chunks are full. */
const KEPT_COUNT_MAX = 8;

const kept: Buffer[] = [];

/** A buffer of at least `byteCount` bytes, with anything in it. Not from Node's shared pool. */
export function takeChunkBuffer(byteCount: number): Buffer {
  const last = kept.at(-1);
  // A scope with few spans must not hold much memory: it begins with a small one of its own.
  if (last === undefined || byteCount < WORTHWHILE_BYTES || last.length < byteCount) {
    return Buffer.allocUnsafeSlow(byteCount);
  }
  kept.pop();
  return last;
}

/** Who needs this much will need more. */
const WORTHWHILE_BYTES = 16 * 1024;

/** Takes back the memory of a chunk that nobody reads any more. The caller must not, either. */
export function giveChunkBuffer(bytes: Uint8Array): void {
  const { buffer } = bytes;
  // Only whole memory of its own: a view of something larger belongs to somebody else.
  if (bytes.byteOffset !== 0 || kept.length >= KEPT_COUNT_MAX) return;
  if (!(buffer instanceof ArrayBuffer) || buffer.byteLength > KEPT_BYTES_MAX) return;
  if (buffer.byteLength >= KEPT_BYTES_MIN) kept.push(Buffer.from(buffer));
}

/** Smaller ones are cheap to allocate; larger ones held one span of unusual size. */
const KEPT_BYTES_MIN = 64 * 1024;
const KEPT_BYTES_MAX = 1024 * 1024;
