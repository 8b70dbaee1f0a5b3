import { invariant } from "@spoor/trace";

/** Reads what ClickHouse's binary formats are made of, from the first byte on. */
export class ByteReader {
  readonly #bytes: Buffer;
  #offset = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#offset >= this.#bytes.length;
  }

  /** The next `byteCount` bytes, not copied. */
  take(byteCount: number): Buffer {
    const from = this.#offset;
    return this.#bytes.subarray(from, this.#skip(byteCount));
  }

  /** The same in memory of their own, where a typed array may begin. */
  takeAligned(byteCount: number): ArrayBuffer {
    const copy = new ArrayBuffer(byteCount);
    new Uint8Array(copy).set(this.take(byteCount));
    return copy;
  }

  /** A length and so many bytes of UTF-8. */
  text(): string {
    const byteCount = this.varUint();
    const from = this.#offset;
    return this.#bytes.toString("utf8", from, this.#skip(byteCount));
  }

  /** `byteCount` bytes as hexadecimal digits. */
  hex(byteCount: number): string {
    const from = this.#offset;
    return this.#bytes.toString("hex", from, this.#skip(byteCount));
  }

  /** Sizes and counts, which are far below 2^32, in 64 bits. */
  count(): number {
    const from = this.#offset;
    this.#skip(8);
    return this.#bytes.readUInt32LE(from);
  }

  varUint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.#offset] ?? 0;
      this.#skip(1);
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  #skip(byteCount: number): number {
    const end = this.#offset + byteCount;
    invariant(end <= this.#bytes.length, "an answer is whole", { end });
    this.#offset = end;
    return end;
  }
}
