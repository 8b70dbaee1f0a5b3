/** Bytes that grow at their end. Reused from block to block. */
export class ByteWriter {
  bytes: Uint8Array;
  length: number = 0;
  #view: DataView;

  constructor(capacity: number = 4096) {
    this.bytes = new Uint8Array(capacity);
    this.#view = new DataView(this.bytes.buffer);
  }

  /** Makes room for `count` more bytes. Who writes into `bytes` directly calls it first. */
  reserve(count: number): void {
    const needed = this.length + count;
    if (needed <= this.bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.bytes.length * 2, needed));
    bytes.set(this.bytes.subarray(0, this.length));
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length] = value;
    this.length += 1;
  }

  /** An unsigned number below 2^32 as LEB128, ClickHouse's VarUInt. */
  varUint(value: number): void {
    this.reserve(5);
    let rest = value;
    while (rest > 127) {
      this.bytes[this.length] = (rest & 127) | 128;
      this.length += 1;
      rest >>>= 7;
    }
    this.bytes[this.length] = rest;
    this.length += 1;
  }

  /** Two 32-bit words, the low one first. */
  words(low: number, high: number): void {
    this.reserve(8);
    this.#view.setInt32(this.length, low, true);
    this.#view.setInt32(this.length + 4, high, true);
    this.length += 8;
  }

  /** `source[start, start + count)` without a length. */
  raw(source: Uint8Array, start: number = 0, count: number = source.length): void {
    this.reserve(count);
    const { bytes } = this;
    // subarray() makes an object, which costs more than copying a short string by hand.
    if (count <= 24) {
      const to = this.length;
      for (let index = 0; index < count; index += 1) bytes[to + index] = source[start + index] ?? 0;
    } else {
      bytes.set(source.subarray(start, start + count), this.length);
    }
    this.length += count;
  }

  /** A ClickHouse String: its length as VarUInt, then its bytes. */
  string(source: Uint8Array, start: number = 0, count: number = source.length): void {
    this.varUint(count);
    this.raw(source, start, count);
  }

  /** What was written: a view that is valid until the next write. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  clear(): void {
    this.length = 0;
  }
}
