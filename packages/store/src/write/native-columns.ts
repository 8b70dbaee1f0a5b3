/*
 * Columns of ClickHouse's Native format: https://clickhouse.com/docs/interfaces/formats/Native.
 *
 * A block is the number of columns and of rows as VarUInt, then per column its name, its type, the
 * state prefix of its type and its data. Fixed-width types are their bytes one after another,
 * String is length and bytes, Array is all end offsets as UInt64 and then all elements, Map is an
 * Array of keys and values, LowCardinality is described at its class. The inserted types may
 * differ from those of the table only where ClickHouse casts them.
 */
import type { StringTable } from "@spoor/trace";

import { ByteWriter } from "./byte-writer.ts";
import { scratchWriter } from "./scratch.ts";

/** One column of a block. */
export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  /** Appends the state prefix of the type and the data. The parts must not change until sent. */
  append(parts: Uint8Array[]): void;
}

/** A column whose data are bytes that lie ready. */
export class RawColumn implements NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly data: Uint8Array;

  constructor(name: string, type: string, data: ArrayBufferView) {
    this.name = name;
    this.type = type;
    this.data = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }

  append(parts: Uint8Array[]): void {
    parts.push(this.data);
  }
}

/**
 * LowCardinality(String) over strings of a table.
 *
 * Prefix: UInt64 1 (keys are serialized with the block). Data, unless there are no rows: UInt64
 * 0x600 | width of an index (0: 8, 1: 16, 2: 32 bits), UInt64 number of keys, the keys, UInt64
 * number of rows, the indexes.
 *
 * The index of a string is looked up by its id, so that no byte of it is hashed again here.
 */
export class LowCardinalityData {
  readonly #strings: StringTable;
  /** Index plus one by string id; 0 for a string that is not yet a key. */
  readonly #indexOfId: Uint32Array;
  readonly #keys = scratchWriter();
  #keyCount = 0;
  #rows: Uint32Array;
  #rowCount = 0;

  constructor(strings: StringTable, rowsExpected: number) {
    this.#strings = strings;
    this.#indexOfId = new Uint32Array(strings.count);
    this.#rows = new Uint32Array(Math.max(rowsExpected, 16));
  }

  /** Appends a row with the string `id`. */
  push(id: number): void {
    if (this.#rowCount === this.#rows.length) this.#grow();
    const known = this.#indexOfId[id] ?? 0;
    this.#rows[this.#rowCount] = known === 0 ? this.#add(id) : known - 1;
    this.#rowCount += 1;
  }

  appendPrefix(parts: Uint8Array[]): void {
    parts.push(words([1]));
  }

  appendData(parts: Uint8Array[]): void {
    if (this.#rowCount === 0) return;
    const rows = this.#rows.subarray(0, this.#rowCount);
    const width = this.#keyCount <= 0x100 ? 0 : this.#keyCount <= 0x10000 ? 1 : 2;
    const indexes = width === 0 ? new Uint8Array(rows) : width === 1 ? new Uint16Array(rows) : rows;
    parts.push(words([0x600 | width, this.#keyCount]), this.#keys.written());
    parts.push(words([this.#rowCount]));
    parts.push(new Uint8Array(indexes.buffer, indexes.byteOffset, indexes.byteLength));
  }

  #add(id: number): number {
    const strings = this.#strings;
    this.#keys.string(strings.heap, strings.offsets[id] ?? 0, strings.lengths[id] ?? 0);
    this.#keyCount += 1;
    this.#indexOfId[id] = this.#keyCount;
    return this.#keyCount - 1;
  }

  #grow(): void {
    const rows = new Uint32Array(this.#rows.length * 2);
    rows.set(this.#rows);
    this.#rows = rows;
  }
}

/** A LowCardinality(String) column with one row per id of `ids`. */
export class LowCardinalityColumn implements NativeColumn {
  readonly name: string;
  readonly type: string = "LowCardinality(String)";
  readonly #data: LowCardinalityData;

  constructor(name: string, strings: StringTable, ids: Uint32Array) {
    this.name = name;
    this.#data = new LowCardinalityData(strings, ids.length);
    for (const id of ids) this.#data.push(id);
  }

  append(parts: Uint8Array[]): void {
    this.#data.appendPrefix(parts);
    this.#data.appendData(parts);
  }
}

/** A Map(LowCardinality(String), V) whose values are written by hand. */
export class MapData {
  readonly type: string;
  readonly values: ByteWriter = scratchWriter();
  readonly #keys: LowCardinalityData;
  readonly #ends: Uint32Array;
  #row = 0;
  #count = 0;

  constructor(
    valueType: string,
    size: { readonly strings: StringTable; readonly rowCount: number },
  ) {
    this.type = `Map(LowCardinality(String), ${valueType})`;
    this.#keys = new LowCardinalityData(size.strings, size.rowCount * 4);
    // The high word of each UInt64 stays zero.
    this.#ends = new Uint32Array(size.rowCount * 2);
  }

  /** Adds a key to the present row; the caller appends its value to `values`. */
  key(id: number): void {
    this.#keys.push(id);
    this.#count += 1;
  }

  endRow(): void {
    this.#ends[this.#row * 2] = this.#count;
    this.#row += 1;
  }

  appendPrefix(parts: Uint8Array[]): void {
    this.#keys.appendPrefix(parts);
  }

  appendData(parts: Uint8Array[]): void {
    parts.push(new Uint8Array(this.#ends.buffer));
    this.#keys.appendData(parts);
    parts.push(this.values.written());
  }
}

/** A column of maps. */
export class MapColumn implements NativeColumn {
  readonly name: string;
  readonly data: MapData;

  constructor(name: string, data: MapData) {
    this.name = name;
    this.data = data;
  }

  get type(): string {
    return this.data.type;
  }

  append(parts: Uint8Array[]): void {
    this.data.appendPrefix(parts);
    this.data.appendData(parts);
  }
}

/** An Array column; `ends` has two words a row, `inner` all elements of all rows. */
export class ArrayColumn implements NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly #ends: Uint32Array;
  readonly #inner: ArrayElements;

  constructor(name: string, ends: Uint32Array, inner: ArrayElements) {
    this.name = name;
    this.type = `Array(${inner.type})`;
    this.#ends = ends;
    this.#inner = inner;
  }

  append(parts: Uint8Array[]): void {
    this.#inner.appendPrefix(parts);
    parts.push(new Uint8Array(this.#ends.buffer));
    this.#inner.appendData(parts);
  }
}

/** What can stand in an array. */
export interface ArrayElements {
  readonly type: string;
  appendPrefix(parts: Uint8Array[]): void;
  appendData(parts: Uint8Array[]): void;
}

/** Elements of a type without a prefix, as bytes that lie ready. */
export function rawElements(type: string, data: ArrayBufferView): ArrayElements {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { type, appendPrefix: () => undefined, appendData: (parts) => void parts.push(bytes) };
}

/** LowCardinality(String) elements. */
export function lowCardinalityElements(strings: StringTable, ids: Uint32Array): ArrayElements {
  const data = new LowCardinalityData(strings, ids.length);
  for (const id of ids) data.push(id);
  return {
    type: "LowCardinality(String)",
    appendPrefix: (parts) => data.appendPrefix(parts),
    appendData: (parts) => data.appendData(parts),
  };
}

/** String data with one row per id of `ids`. */
export function stringData(strings: StringTable, ids: Uint32Array): Uint8Array {
  const writer = scratchWriter();
  for (const id of ids) {
    writer.string(strings.heap, strings.offsets[id] ?? 0, strings.lengths[id] ?? 0);
  }
  return writer.written();
}

/** The 32-bit ends of `ends` as UInt64 offsets, in two words each. */
export function arrayEnds(ends: Uint32Array): Uint32Array {
  const wide = new Uint32Array(ends.length * 2);
  for (let row = 0; row < ends.length; row += 1) wide[row * 2] = ends[row] ?? 0;
  return wide;
}

/** A block of `rowCount` rows, as the pieces to send one after another. */
export function nativeBlock(rowCount: number, columns: readonly NativeColumn[]): Uint8Array[] {
  const parts: Uint8Array[] = [];
  const head = new ByteWriter(16);
  head.varUint(columns.length);
  head.varUint(rowCount);
  parts.push(head.written());
  for (const column of columns) {
    const name = new ByteWriter(96);
    name.string(encoder.encode(column.name));
    name.string(encoder.encode(column.type));
    parts.push(name.written());
    column.append(parts);
  }
  // A stream may take an empty piece for its end.
  return parts.filter((part) => part.length > 0);
}

const encoder = new TextEncoder();

/** Numbers below 2^32 as UInt64. */
function words(values: readonly number[]): Uint8Array {
  const wide = new Uint32Array(values.length * 2);
  for (let index = 0; index < values.length; index += 1) wide[index * 2] = values[index] ?? 0;
  return new Uint8Array(wide.buffer);
}
