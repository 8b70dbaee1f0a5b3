/*
 * Reads what ClickHouse answers in its Native format, for the few types that the reads of this
 * folder select: https://clickhouse.com/docs/interfaces/formats/Native, and `native-columns.ts`,
 * which writes it. An answer is any number of blocks, each with all columns.
 */
import { invariant } from "@spoor/trace";

const decoder = new TextDecoder();

/** LowCardinality: the keys of a block stand in the block. */
const KEYS_WITH_BLOCK = 1;
const INDEX_TYPE_MASK = 0xff;

/** A column of texts of which many are equal: `keys[rows[i]]`. */
export interface KeyedTexts {
  readonly keys: readonly string[];
  readonly rows: Uint8Array | Uint16Array | Uint32Array;
}

/** Reads blocks one after the other; within a block, columns in the order of the query. */
export class NativeBlockReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #offset = 0;
  #rowCount = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** Rows of the block that was begun last. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Begins the next block that has rows; false at the end. */
  nextBlock(columnCount: number): boolean {
    while (this.#offset < this.#bytes.length) {
      const columns = this.#varUint();
      this.#rowCount = this.#varUint();
      invariant(columns === columnCount, "a block has the columns of its query", { columns });
      if (this.#rowCount > 0) return true;
      // A block without rows only names its columns.
      for (let column = 0; column < columns; column += 1) this.#header();
    }
    return false;
  }

  /** The data of a column of fixed width, `width` bytes a row. */
  fixed(type: string, width: number): Uint8Array {
    this.#expect(type);
    return this.#take(this.#rowCount * width);
  }

  /** A column of 64-bit numbers. */
  words64(type: "UInt64" | "Int64"): BigUint64Array {
    return new BigUint64Array(aligned(this.fixed(type, 8)));
  }

  /** A column of 16-bit numbers. */
  words16(): Uint16Array {
    return new Uint16Array(aligned(this.fixed("UInt16", 2)));
  }

  /** A column of LowCardinality(String). */
  keyedTexts(): KeyedTexts {
    this.#expect("LowCardinality(String)");
    const version = this.#uint64();
    invariant(version === KEYS_WITH_BLOCK, "keys stand in their block", { version });
    const width = this.#uint64() & INDEX_TYPE_MASK;
    const keys = Array.from({ length: this.#uint64() }, () => this.#text());
    const count = this.#uint64();
    invariant(count === this.#rowCount, "a block has one index a row", { count });
    if (width === 0) return { keys, rows: this.#take(count) };
    if (width === 1) return { keys, rows: new Uint16Array(aligned(this.#take(count * 2))) };
    invariant(width === 2, "an index has 8, 16 or 32 bits", { width });
    return { keys, rows: new Uint32Array(aligned(this.#take(count * 4))) };
  }

  #expect(type: string): void {
    const found = this.#header();
    invariant(found === type, "a column has the type of its query", { found, type });
  }

  /** Skips the name of a column and returns its type. */
  #header(): string {
    this.#text();
    return this.#text();
  }

  #text(): string {
    return decoder.decode(this.#take(this.#varUint()));
  }

  #take(byteCount: number): Uint8Array {
    const end = this.#offset + byteCount;
    invariant(end <= this.#bytes.length, "an answer is whole", { end });
    const taken = this.#bytes.subarray(this.#offset, end);
    this.#offset = end;
    return taken;
  }

  /** Sizes and counts, which are far below 2^53. */
  #uint64(): number {
    const value = this.#view.getBigUint64(this.#offset, true);
    this.#offset += 8;
    return Number(value & 0xffff_ffffn);
  }

  #varUint(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#take(1)[0] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }
}

/** A copy that begins where a typed array may begin. */
function aligned(bytes: Uint8Array): ArrayBuffer {
  const copy = new ArrayBuffer(bytes.length);
  new Uint8Array(copy).set(bytes);
  return copy;
}
