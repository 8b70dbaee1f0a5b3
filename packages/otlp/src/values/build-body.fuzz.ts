/** Protobuf bodies by hand: what no encoder would write. */
import { Buffer } from "node:buffer";

/** A field with a length prefix: its number, then its payload in parts. */
export function bytesField(field: number, ...parts: readonly (Uint8Array | string)[]): Uint8Array {
  const payload = Buffer.concat(parts.map((part) => Buffer.from(part)));
  return Buffer.concat([varint(field * 8 + 2), varint(payload.length), payload]);
}

/** A field that holds a varint. */
export function varintField(field: number, value: number | bigint): Uint8Array {
  return Buffer.concat([varint(field * 8), varint(value)]);
}

/** The bytes of hex digits; spaces are for the reader. */
export function hex(digits: string): Uint8Array {
  return Buffer.from(digits.replaceAll(" ", ""), "hex");
}

/** A varint of a number from 0 to 2^64-1. */
export function varint(value: number | bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt(value);
  while (rest > 0x7fn) {
    bytes.push(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

/** A request with one resource and one scope, whose spans have these fields. */
export function requestOf(...spans: readonly Uint8Array[]): Uint8Array {
  return bytesField(1, bytesField(2, ...spans.map((span) => bytesField(2, span))));
}

/** The fields `trace_id` and `span_id` of a span. */
export const VALID_IDS: Uint8Array = Buffer.concat([
  bytesField(1, hex("0102030405060708090a0b0c0d0e0f10")),
  bytesField(2, hex("1112131415161718")),
]);

/** A span with usable ids and these fields. */
export function spanOf(...fields: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat([VALID_IDS, ...fields]);
}
