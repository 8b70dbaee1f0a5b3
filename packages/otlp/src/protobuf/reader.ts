/*
 * Reads the protobuf wire format from one byte array, without copying and without objects.
 *
 * How: a position moves over the bytes. `openMessage` reads a length prefix and returns where the
 * payload ends; every read is told the end of the message it stands in. Whether a read went past
 * that end is checked after the read, once, because a read past the array yields zero and does
 * nothing else: that is cheaper than a check before each byte.
 *
 * Malformed, and therefore thrown: a tag of field number 0 or above 2^29-1, wire types 3 and 4
 * (groups), 6 and 7, a varint of more than 10 bytes, a length or a number that ends outside its
 * message.
 * Source: protobuf.dev/programming-guides/encoding.
 */
import { MalformedInput } from "./malformed.ts";
import { tagField, WireType } from "./tag.ts";

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A position in protobuf bytes. */
export class ProtobufReader {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  position: number = 0;
  /** Bits 0-31 of the last varint, as a signed word. */
  low: number = 0;
  /** Bits 32-63 of the last varint, as a signed word. */
  high: number = 0;

  constructor(bytes: Uint8Array) {
    // A Buffer would make every access polymorphic, and its slice() does not copy.
    this.bytes = new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** The next tag: field number * 8 + wire type. Only {@link skip} checks that it is valid. */
  tag(end: number): number {
    const first = this.bytes[this.position] ?? 0;
    if (first >= 0x80) return this.#longTag(end);
    this.position += 1;
    return first;
  }

  /** Reads a length prefix; the position is then at the payload. Returns where the payload ends. */
  openMessage(end: number): number {
    const first = this.bytes[this.position] ?? 0;
    if (first >= 0x80) return this.#openLong(end);
    this.position += 1;
    const stop = this.position + first;
    if (stop > end) this.#failLength(first, end);
    return stop;
  }

  /** Reads a varint into `low` and `high`. */
  varint(end: number): void {
    const byte = this.bytes[this.position] ?? 0;
    if (byte >= 0x80) {
      this.#longVarint(end);
      return;
    }
    this.position += 1;
    if (this.position > end) this.#failEnd(end);
    this.low = byte;
    this.high = 0;
  }

  /** A varint's low 32 bits as an unsigned number: uint32, and the tag of an enum. */
  uint32(end: number): number {
    this.varint(end);
    return this.low >>> 0;
  }

  /** A varint's low 32 bits as a signed number: int32 and enums. */
  int32(end: number): number {
    this.varint(end);
    return this.low;
  }

  /** A bool: any bit set means true. */
  bool(end: number): boolean {
    this.varint(end);
    return (this.low | this.high) !== 0;
  }

  /** A signed 64-bit varint. Allocates; not for the hot path. */
  int64(end: number): bigint {
    this.varint(end);
    return (BigInt(this.high) << 32n) | BigInt(this.low >>> 0);
  }

  /** Moves over `byteCount` bytes of a fixed-width value and returns where it starts. */
  fixed(byteCount: number, end: number): number {
    const start = this.position;
    this.position = start + byteCount;
    if (this.position > end) this.#failEnd(end);
    return start;
  }

  /** Moves over the value of a field that is not known. */
  skip(tag: number, end: number): void {
    if (tagField(tag) === 0) this.fail("a tag has field number 0");
    switch (tag & 7) {
      case WireType.varint:
        this.varint(end);
        return;
      case WireType.fixed64:
        this.fixed(8, end);
        return;
      case WireType.bytes:
        this.position = this.openMessage(end);
        return;
      case WireType.fixed32:
        this.fixed(4, end);
        return;
      default:
        this.fail(`field ${tagField(tag)} has wire type ${tag & 7}, which OTLP does not use`);
    }
  }

  /** The rest of the message up to `end` as text; wrong UTF-8 becomes U+FFFD. Moves to `end`. */
  text(end: number): string {
    return decoder.decode(this.take(end));
  }

  /** The rest of the message up to `end`, a view on the input. Moves to `end`. */
  take(end: number): Uint8Array {
    const bytes = this.bytes.subarray(this.position, end);
    this.position = end;
    return bytes;
  }

  /** @throws MalformedInput always, naming the present offset. */
  fail(reason: string): never {
    throw new MalformedInput(`${reason}, at byte offset ${this.position}`);
  }

  #longTag(end: number): number {
    const start = this.position;
    this.#longVarint(end);
    if (this.high !== 0) {
      this.position = start;
      this.fail("a tag is larger than 32 bits");
    }
    return this.low >>> 0;
  }

  #openLong(end: number): number {
    this.#longVarint(end);
    const length = (this.high >>> 0) * 0x1_0000_0000 + (this.low >>> 0);
    const stop = this.position + length;
    if (stop > end) this.#failLength(length, end);
    return stop;
  }

  #longVarint(end: number): void {
    const { bytes } = this;
    let at = this.position;
    let byte = 0x80;
    let low = 0;
    for (let shift = 0; shift < 28 && byte >= 0x80; shift += 7) {
      byte = bytes[at] ?? 0;
      at += 1;
      low |= (byte & 0x7f) << shift;
    }
    let high = 0;
    if (byte >= 0x80) {
      // The fifth byte lies across the border: four bits below it, three above.
      byte = bytes[at] ?? 0;
      at += 1;
      low |= (byte & 0x0f) << 28;
      high = (byte & 0x7f) >> 4;
      for (let shift = 3; byte >= 0x80; shift += 7) {
        if (shift > 31) this.fail("a varint has more than 10 bytes");
        byte = bytes[at] ?? 0;
        at += 1;
        high |= (byte & 0x7f) << shift;
      }
    }
    if (at > end) this.#failEnd(end);
    this.position = at;
    this.low = low;
    this.high = high;
  }

  #failEnd(end: number): never {
    throw new MalformedInput(`a value runs past the end of its message, at byte offset ${end}`);
  }

  #failLength(length: number, end: number): never {
    const left = Math.max(0, end - this.position);
    this.fail(`a length of ${length} bytes where ${left} are left`);
  }
}
