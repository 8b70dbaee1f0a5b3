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

const INITIAL_SCRATCH_BYTES = 4096;

/** A UTF-16 unit takes at most this; a pair of surrogates takes four bytes for two units. */
const UTF8_BYTES_PER_UNIT_MAX = 3;

/** Below this a loop is faster than the call into TextEncoder. */
const LOOP_UNITS_MAX = 64;

/** Whether the bytes are UTF-8. Cost: a few ns for short ASCII, which nearly all text is. */
export function isText(bytes: Uint8Array, start: number, length: number): boolean {
  const end = start + length;
  let seen = 0;
  for (let at = start; at < end; at += 1) seen |= bytes[at] ?? 0;
  return seen < 0x80 || isUtf8(bytes.subarray(start, end));
}

/**
 * The id of a text; of its repaired form, counted, where it is not UTF-8. The range comes as plain
 * numbers because an object for each text was a third of the garbage of the ingest path.
 */
export function internText(
  strings: StringTable,
  bytes: Uint8Array,
  start: number,
  length: number,
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

/**
 * UTF-8 of one JavaScript string at a time, in a buffer that is used again: an array per text was a
 * third of the time of decoding OTLP/JSON. Lone surrogates become U+FFFD.
 */
export class TextScratch {
  /** Valid up to the length that `encode` returned, until it is called again. */
  bytes: Uint8Array = new Uint8Array(INITIAL_SCRATCH_BYTES);

  /** Returns how many bytes `text` takes. */
  encode(text: string): number {
    const bytesMax = text.length * UTF8_BYTES_PER_UNIT_MAX;
    if (bytesMax > this.bytes.length) this.bytes = new Uint8Array(bytesMax * 2);
    if (text.length <= LOOP_UNITS_MAX && this.#encodeAscii(text)) return text.length;
    return encoder.encodeInto(text, this.bytes).written;
  }

  #encodeAscii(text: string): boolean {
    const { bytes } = this;
    for (let index = 0; index < text.length; index += 1) {
      const unit = text.charCodeAt(index);
      if (unit >= 0x80) return false;
      bytes[index] = unit;
    }
    return true;
  }
}
