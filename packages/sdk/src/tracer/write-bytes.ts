/*
 * Protobuf's wire format, written into a buffer that has room enough: free functions that take the
 * offset and return the next one, because this is where most of a span's time goes.
 *
 * A message whose length is not known leaves one byte for it and moves its content in the rare
 * case of more than 127 bytes.
 */
import { Buffer } from "node:buffer";

/** Texts this short are written unit by unit, which is faster than a call out of JavaScript. */
const SHORT_TEXT_LENGTH_MAX = 32;

/** The most bytes that a length or another 32-bit varint takes. */
export const VARINT32_BYTES_MAX = 5;

/** An unsigned number below 2^32. */
export function writeVarint(bytes: Uint8Array, offset: number, value: number): number {
  let at = offset;
  let rest = value;
  while (rest > 0x7f) {
    bytes[at] = (rest & 0x7f) | 0x80;
    at += 1;
    rest >>>= 7;
  }
  bytes[at] = rest;
  return at + 1;
}

/** A 64-bit integer; negative ones take ten bytes. */
export function writeInt64(bytes: Uint8Array, offset: number, value: bigint): number {
  let at = offset;
  let rest = BigInt.asUintN(64, value);
  while (rest > 0x7fn) {
    bytes[at] = Number(rest & 0x7fn) | 0x80;
    at += 1;
    rest >>= 7n;
  }
  bytes[at] = Number(rest);
  return at + 1;
}

/** A word, most significant byte first, as ids are written. */
export function writeWordBig(bytes: Uint8Array, offset: number, word: number): number {
  bytes[offset] = word >>> 24;
  bytes[offset + 1] = word >>> 16;
  bytes[offset + 2] = word >>> 8;
  bytes[offset + 3] = word;
  return offset + 4;
}

/** A word, least significant byte first, as fixed32 and each half of fixed64 are written. */
export function writeWordLittle(bytes: Uint8Array, offset: number, word: number): number {
  bytes[offset] = word;
  bytes[offset + 1] = word >>> 8;
  bytes[offset + 2] = word >>> 16;
  bytes[offset + 3] = word >>> 24;
  return offset + 4;
}

const double = new Float64Array(1);
const doubleBytes = new Uint8Array(double.buffer);

/** A double, bit for bit. Every machine that Node.js runs on stores the low byte first. */
export function writeDouble(bytes: Uint8Array, offset: number, value: number): number {
  double[0] = value;
  for (let index = 0; index < 8; index += 1) bytes[offset + index] = doubleBytes[index] ?? 0;
  return offset + 8;
}

/** The length of `text` in UTF-8, then the text. */
export function writeText(bytes: Buffer, offset: number, text: string): number {
  // What its length would take if all of it were ASCII; `closeMessage` makes room for more.
  const slotBytes = varintByteCount(text.length);
  const start = offset + slotBytes;
  return closeMessage(bytes, start, writeUtf8(bytes, start, text), slotBytes);
}

/** The bytes of `text` in UTF-8. */
export function writeUtf8(bytes: Buffer, offset: number, text: string): number {
  const { length } = text;
  if (length > SHORT_TEXT_LENGTH_MAX) return offset + bytes.write(text, offset, "utf8");
  for (let index = 0; index < length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit > 127) return offset + bytes.write(text, offset, "utf8");
    bytes[offset + index] = unit;
  }
  return offset + length;
}

/** The most bytes that `text` and its length can take. */
export function textRoom(text: string): number {
  // Counting exactly pays off where three times the length would be too much to set aside.
  return VARINT32_BYTES_MAX + (text.length > 256 ? Buffer.byteLength(text) : text.length * 3);
}

/**
 * Writes the length of the message in `[start, end)` before it, where `slotBytes` were left for
 * it, moving the message when that was not enough or too much. Returns where it ends.
 */
export function closeMessage(
  bytes: Uint8Array,
  start: number,
  end: number,
  slotBytes: number = 1,
): number {
  const length = end - start;
  const shift = varintByteCount(length) - slotBytes;
  if (shift !== 0) bytes.copyWithin(start + shift, start, end);
  writeVarint(bytes, start - slotBytes, length);
  return end + shift;
}

function varintByteCount(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x20_0000) return 3;
  return value < 0x1000_0000 ? 4 : VARINT32_BYTES_MAX;
}
