import { hexToBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from "@spoor/trace";
import type { ProtobufReader } from "../protobuf/reader.ts";

/** What a sender put in the place of an id. An id of zeros means none. */
export const IdState = { invalid: -1, none: 0, valid: 1 } as const;

export type IdState = (typeof IdState)[keyof typeof IdState];

/** Reads a trace id into its column of words; zeros if it is not an id. */
export function scanTraceId(
  reader: ProtobufReader,
  end: number,
  words: Uint32Array,
  row: number,
): IdState {
  const stop = reader.openMessage(end);
  const { view, position: start } = reader;
  const at = row * 4;
  reader.position = stop;
  if (stop - start !== TRACE_ID_BYTES) {
    words.fill(0, at, at + 4);
    return stop === start ? IdState.none : IdState.invalid;
  }
  // Plain copies of four words: a loop over bytes took a twentieth of the whole scan.
  const first = view.getInt32(start, true);
  const second = view.getInt32(start + 4, true);
  const third = view.getInt32(start + 8, true);
  const fourth = view.getInt32(start + 12, true);
  words[at] = first;
  words[at + 1] = second;
  words[at + 2] = third;
  words[at + 3] = fourth;
  return (first | second | third | fourth) === 0 ? IdState.none : IdState.valid;
}

/** Reads a span id into its column of words; zeros if it is not an id. */
export function scanSpanId(
  reader: ProtobufReader,
  end: number,
  words: Uint32Array,
  row: number,
): IdState {
  const stop = reader.openMessage(end);
  const { view, position: start } = reader;
  const at = row * 2;
  reader.position = stop;
  if (stop - start !== SPAN_ID_BYTES) {
    words[at] = 0;
    words[at + 1] = 0;
    return stop === start ? IdState.none : IdState.invalid;
  }
  const first = view.getInt32(start, true);
  const second = view.getInt32(start + 4, true);
  words[at] = first;
  words[at + 1] = second;
  return (first | second) === 0 ? IdState.none : IdState.valid;
}

/** Reads a time, a fixed64, into its column of words. */
export function scanTime(
  reader: ProtobufReader,
  end: number,
  words: Uint32Array,
  row: number,
): void {
  const at = reader.fixed(8, end);
  words[row * 2] = reader.view.getInt32(at, true);
  words[row * 2 + 1] = reader.view.getInt32(at + 4, true);
}

/** Writes the bytes of a hex id into its column; zeros if it is not an id. */
export function setId(column: Uint8Array, row: number, byteCount: number, hex: string): IdState {
  const offset = row * byteCount;
  if (hex === "") return IdState.none;
  const isHex = hexToBytes(hex, column, { offset, byteCount });
  if (!isHex) column.fill(0, offset, offset + byteCount);
  if (!isHex) return IdState.invalid;
  for (let index = 0; index < byteCount; index += 1) {
    if (column[offset + index] !== 0) return IdState.valid;
  }
  return IdState.none;
}
