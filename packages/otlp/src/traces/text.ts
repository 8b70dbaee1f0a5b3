import { isUtf8 } from "node:buffer";
import type { LossLedger, StringTable } from "@spoor/trace";

/** Where some bytes lie. */
export interface ByteRange {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly length: number;
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const encoder = new TextEncoder();

/** Whether the bytes are UTF-8. Cost: a few ns for short ASCII, which nearly all text is. */
export function isText(bytes: Uint8Array, start: number, length: number): boolean {
  const end = start + length;
  let seen = 0;
  for (let at = start; at < end; at += 1) seen |= bytes[at] ?? 0;
  return seen < 0x80 || isUtf8(bytes.subarray(start, end));
}

/** The id of a text; of its repaired form, counted, where it is not UTF-8. */
export function internText(
  strings: StringTable,
  { bytes, start, length }: ByteRange,
  losses: LossLedger,
): number {
  if (isText(bytes, start, length)) return strings.intern(bytes, start, length);
  return strings.internText(repairedText({ bytes, start, length }, losses));
}

/** Bytes that are not UTF-8 as text, U+FFFD in the place of each wrong one; counted. */
export function repairedText({ bytes, start, length }: ByteRange, losses: LossLedger): string {
  losses.count("text_not_utf8");
  return decoder.decode(bytes.subarray(start, start + length));
}

/** UTF-8 of a JavaScript string; lone surrogates become U+FFFD and are counted. */
export function encodeText(text: string, losses: LossLedger): Uint8Array {
  if (!text.isWellFormed()) losses.count("text_not_utf8");
  return encoder.encode(text);
}
