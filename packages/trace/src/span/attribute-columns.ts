import { copyBytes, grown, type StringTable, viewOf } from "./string-table.ts";

/** What {@link AttributeColumns} holds in `low` and `high` for each value type. */
export const AttributeType = {
  /** No value was set. */
  empty: 0,
  /** Text seen before: `low` is its id in the string table. */
  string: 1,
  /** `low` is 0 or 1. */
  bool: 2,
  /** `low` and `high` are the two words of a signed 64-bit integer. */
  int: 3,
  /** `low` and `high` are the two words of an IEEE 754 double. */
  double: 4,
  /** `low` is an offset into the value heap, `high` a length: raw bytes. */
  bytes: 5,
  /** The same: the AnyValue of an array or a map as OTLP/JSON text. */
  nested: 6,
  /** The same: text that is not worth interning, because it hardly repeats. */
  stringInline: 7,
} as const;

export type AttributeType = (typeof AttributeType)[keyof typeof AttributeType];

/** Bytes that are referred to by offset and length. Grows by doubling, never shrinks. */
export class ValueHeap {
  bytes: Uint8Array = new Uint8Array(4096);
  length: number = 0;
  #view = viewOf(this.bytes);

  /** Copies the `length` bytes of `source` from `start` and returns where they lie. */
  append(source: DataView, start: number, length: number): number {
    const offset = this.length;
    if (offset + length > this.bytes.length) this.#grow(offset + length);
    copyBytes(source, start, length, this.#view, offset);
    this.length = offset + length;
    return offset;
  }

  /** The same for all of `bytes`. */
  appendBytes(bytes: Uint8Array): number {
    return this.append(viewOf(bytes), 0, bytes.length);
  }

  #grow(bytesMin: number): void {
    const size = Math.max(this.bytes.length * 2, bytesMin);
    this.bytes = grown(this.bytes, new Uint8Array(size));
    this.#view = viewOf(this.bytes);
  }
}

/**
 * One row per attribute, 17 bytes each. The owner (a span, an event, a link) knows where its rows
 * end; they start where those of the owner before it end.
 */
export class AttributeColumns {
  count: number = 0;
  /** Ids in the string table. */
  keys: Uint32Array;
  types: Uint8Array;
  low: Int32Array;
  high: Int32Array;

  constructor(capacity: number) {
    this.keys = new Uint32Array(capacity);
    this.types = new Uint8Array(capacity);
    this.low = new Int32Array(capacity);
    this.high = new Int32Array(capacity);
  }

  /** Appends a row. */
  push(key: number, type: AttributeType, low: number, high: number): void {
    const row = this.count;
    if (row === this.keys.length) this.#grow();
    this.keys[row] = key;
    this.types[row] = type;
    this.low[row] = low;
    this.high[row] = high;
    this.count = row + 1;
  }

  /** Copies one row over another. */
  copyRow(from: number, to: number): void {
    this.keys[to] = this.keys[from] ?? 0;
    this.types[to] = this.types[from] ?? 0;
    this.low[to] = this.low[from] ?? 0;
    this.high[to] = this.high[from] ?? 0;
  }

  #grow(): void {
    const size = this.keys.length * 2;
    this.keys = grown(this.keys, new Uint32Array(size));
    this.types = grown(this.types, new Uint8Array(size));
    this.low = grown(this.low, new Int32Array(size));
    this.high = grown(this.high, new Int32Array(size));
  }
}

/** Where the values of attribute rows lie. */
export interface AttributeValues {
  readonly strings: StringTable;
  readonly heap: ValueHeap;
}
