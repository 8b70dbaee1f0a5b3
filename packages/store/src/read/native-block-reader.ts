/*
 * Reads what ClickHouse answers in its Native format, for the types of `column-type.ts`:
 * https://clickhouse.com/docs/interfaces/formats/Native, and `native-columns.ts`, which writes it.
 * An answer is any number of blocks, each with all columns.
 */
import { invariant } from "@spoor/trace";
import { ByteReader } from "./byte-reader.ts";
import { type ColumnType, KEYED_TEXT, type KeyedTexts, keyedTexts } from "./column-type.ts";

/** Reads blocks one after the other; within a block, columns in the order of the query. */
export class NativeBlockReader {
  readonly #from: ByteReader;
  #rowCount = 0;

  constructor(bytes: Uint8Array) {
    this.#from = new ByteReader(bytes);
  }

  /** Rows of the block that was begun last. */
  get rowCount(): number {
    return this.#rowCount;
  }

  /** Begins the next block that has rows; false at the end. */
  nextBlock(columnCount: number): boolean {
    while (!this.#from.isAtEnd) {
      const columns = this.#from.varUint();
      this.#rowCount = this.#from.varUint();
      invariant(columns === columnCount, "a block has the columns of its query", { columns });
      if (this.#rowCount > 0) return true;
      // A block without rows only names its columns.
      for (let column = 0; column < columns; column += 1) this.#header();
    }
    return false;
  }

  /** A column, a value a row. */
  column<Values>(type: ColumnType<Values>): Values {
    this.#begin(type);
    return type.values(this.#from, this.#rowCount);
  }

  /** The bytes of a column of fixed width, `width` bytes a row. */
  fixed(type: string, width: number): Uint8Array {
    this.#expect(type);
    return this.#from.take(this.#rowCount * width);
  }

  /** A column of LowCardinality(String), each text once. */
  keyedTexts(): KeyedTexts {
    this.#begin(KEYED_TEXT);
    return keyedTexts(this.#from, this.#rowCount);
  }

  #begin(type: ColumnType<unknown>): void {
    this.#expect(type.name);
    type.prefix(this.#from);
  }

  #expect(type: string): void {
    const found = this.#header();
    invariant(found === type, "a column has the type of its query", { found, type });
  }

  /** Skips the name of a column and returns its type. */
  #header(): string {
    this.#from.text();
    return this.#from.text();
  }
}
