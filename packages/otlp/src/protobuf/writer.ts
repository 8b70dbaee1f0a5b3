/*
 * Writes the protobuf wire format into one growing byte array.
 *
 * Sub-messages are written in place: `message` leaves one byte for the length and, in the rare case
 * of more than 127 bytes, moves the payload to make room. Measuring first would walk every value
 * twice. Values at their proto3 default are the caller's to leave out; `...Field` methods do it,
 * `always...` methods do not (members of a oneof, repeated values).
 */
import { bytesTag, fixed32Tag, fixed64Tag, varintTag } from "./tag.ts";

const INITIAL_BYTES = 1024;

const encoder = new TextEncoder();

/** Protobuf bytes in the making. */
export class ProtobufWriter {
  #bytes = new Uint8Array(INITIAL_BYTES);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  /** What was written so far, as a copy of its own. */
  finish(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** A sub-message, written by `write`; also when it is empty. */
  message(field: number, write: () => void): void {
    this.#varint(bytesTag(field));
    this.#reserve(1);
    const start = this.#length + 1;
    this.#length = start;
    write();
    this.#closeMessage(start);
  }

  /** A string, unless it is empty. */
  textField(field: number, text: string): void {
    if (text !== "") this.alwaysText(field, text);
  }

  /** A string, also when it is empty. */
  alwaysText(field: number, text: string): void {
    this.alwaysBytes(field, encoder.encode(text));
  }

  /** Bytes, unless there are none. */
  bytesField(field: number, bytes: Uint8Array): void {
    if (bytes.length > 0) this.alwaysBytes(field, bytes);
  }

  /** Bytes, also when there are none. */
  alwaysBytes(field: number, bytes: Uint8Array): void {
    this.#varint(bytesTag(field));
    this.#varint(bytes.length);
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A uint32 or a known enum value, unless it is 0. */
  uint32Field(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(varintTag(field));
    this.#varint(value);
  }

  /** An int64 or int32, unless it is 0. */
  int64Field(field: number, value: bigint): void {
    if (value !== 0n) this.alwaysInt64(field, value);
  }

  /** An int64, also when it is 0. Negative values take ten bytes. */
  alwaysInt64(field: number, value: bigint): void {
    this.#varint(varintTag(field));
    let rest = BigInt.asUintN(64, value);
    while (rest > 0x7fn) {
      this.#byte(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    this.#byte(Number(rest));
  }

  /** A bool, also when it is false. */
  alwaysBool(field: number, value: boolean): void {
    this.#varint(varintTag(field));
    this.#byte(value ? 1 : 0);
  }

  /** A double, bit for bit, also when it is 0. */
  alwaysDouble(field: number, value: number): void {
    this.#varint(fixed64Tag(field));
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A fixed64, unless it is 0. */
  fixed64Field(field: number, value: bigint): void {
    if (value === 0n) return;
    this.#varint(fixed64Tag(field));
    this.#reserve(8);
    this.#view.setBigUint64(this.#length, value, true);
    this.#length += 8;
  }

  /** A fixed32, unless it is 0. */
  fixed32Field(field: number, value: number): void {
    if (value === 0) return;
    this.#varint(fixed32Tag(field));
    this.#reserve(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  /** A varint below 2^53. */
  #varint(value: number): void {
    let rest = value;
    while (rest > 0x7f) {
      this.#byte((rest % 0x80) | 0x80);
      rest = Math.floor(rest / 0x80);
    }
    this.#byte(rest);
  }

  #byte(byte: number): void {
    this.#reserve(1);
    this.#bytes[this.#length] = byte;
    this.#length += 1;
  }

  #closeMessage(start: number): void {
    const length = this.#length - start;
    const extraBytes = varintBytes(length) - 1;
    if (extraBytes > 0) {
      this.#reserve(extraBytes);
      this.#bytes.copyWithin(start + extraBytes, start, this.#length);
    }
    this.#length = start - 1;
    this.#varint(length);
    this.#length = start + extraBytes + length;
  }

  #reserve(byteCount: number): void {
    const bytesMin = this.#length + byteCount;
    if (bytesMin <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, bytesMin));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest > 0x7f; rest = Math.floor(rest / 0x80)) count += 1;
  return count;
}
