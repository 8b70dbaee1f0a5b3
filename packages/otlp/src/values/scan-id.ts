import { hexToBytes, SPAN_ID_BYTES, TRACE_ID_BYTES } from "@spoor/trace";
import type { ProtobufReader } from "../protobuf/reader.ts";

/** What a sender put in the place of an id. An id of zeros means none. */
export const IdState = { invalid: -1, none: 0, valid: 1 } as const;

export type IdState = (typeof IdState)[keyof typeof IdState];

/** Reads a trace id into its column. */
export function scanTraceId(
  reader: ProtobufReader,
  end: number,
  column: Uint8Array,
  row: number,
): IdState {
  return scanId(reader, end, column, { offset: row * TRACE_ID_BYTES, byteCount: TRACE_ID_BYTES });
}

/** Reads a span id into its column. */
export function scanSpanId(
  reader: ProtobufReader,
  end: number,
  column: Uint8Array,
  row: number,
): IdState {
  return scanId(reader, end, column, { offset: row * SPAN_ID_BYTES, byteCount: SPAN_ID_BYTES });
}

/** Copies an id into its column; zeros if it is not an id. */
function scanId(
  reader: ProtobufReader,
  end: number,
  column: Uint8Array,
  { offset, byteCount }: { readonly offset: number; readonly byteCount: number },
): IdState {
  const { bytes } = reader;
  const stop = reader.openMessage(end);
  const start = reader.position;
  reader.position = stop;
  if (stop - start !== byteCount) {
    column.fill(0, offset, offset + byteCount);
    return stop === start ? IdState.none : IdState.invalid;
  }
  let seen = 0;
  for (let index = 0; index < byteCount; index += 1) {
    const byte = bytes[start + index] ?? 0;
    column[offset + index] = byte;
    seen |= byte;
  }
  return seen === 0 ? IdState.none : IdState.valid;
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
