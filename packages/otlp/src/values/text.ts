import { isUtf8 } from "node:buffer";
import type { LossLedger, StringTable } from "@spoor/trace";

/** Where some bytes lie. */
export interface ByteRange {
  readonly view: DataView;
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
export function isText(view: DataView, start: number, length: number): boolean {
  if (length < 4) return isShortText(view, start, length);
  // The last word may overlap the one before it.
  const last = start + length - 4;
  let seen = view.getInt32(last, true);
  for (let at = start; at < last; at += 4) seen |= view.getInt32(at, true);
  return (seen & NOT_ASCII) === 0 || isUtf8(bytesOf(view, start, length));
}

/** The bits that no byte of ASCII has, in a word. */
const NOT_ASCII = 0x8080_8080;

function isShortText(view: DataView, start: number, length: number): boolean {
  let seen = 0;
  for (let at = start; at < start + length; at += 1) seen |= view.getUint8(at);
  return seen < 0x80 || isUtf8(bytesOf(view, start, length));
}

function bytesOf(view: DataView, start: number, length: number): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}

/**
 * The id of a text; of its repaired form, counted, where it is not UTF-8. The range comes as plain
 * numbers because an object for each text was a third of the garbage of the ingest path. Whether it
 * is UTF-8 is asked for new texts only: the table holds no others.
 */
export function internText(
  strings: StringTable,
  view: DataView,
  start: number,
  length: number,
  losses: LossLedger,
): number {
  if (length === 0) return 0;
  const known = strings.find(view, start, length);
  if (known !== 0) return known;
  if (isText(view, start, length)) return strings.add(view, start, length);
  return strings.internText(repairedText(bytesOf(view, start, length), losses));
}

/** Bytes that are not UTF-8 as text, U+FFFD in the place of each wrong one; counted. */
export function repairedText(bytes: Uint8Array, losses: LossLedger): string {
  losses.count("text_not_utf8");
  return decoder.decode(bytes);
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
