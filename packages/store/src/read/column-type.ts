/*
 * What the values of a column look like in ClickHouse's Native format, one constant or function for
 * each type that the reads select. `native-columns.ts` describes the same from the other side.
 */
import { invariant } from "@spoor/trace";
import type { ByteReader } from "./byte-reader.ts";

/** A type of columns, whose values come as `Values`. */
export interface ColumnType<Values> {
  /** As ClickHouse calls it. */
  readonly name: string;
  /** Reads what stands once before the data of the whole column. */
  readonly prefix: (from: ByteReader) => void;
  /** Reads `count` values. */
  readonly values: (from: ByteReader, count: number) => Values;
}

/** LowCardinality: the keys of a block stand in the block. */
const KEYS_WITH_BLOCK = 1;
const INDEX_TYPE_MASK = 0xff;

const nothing = (): void => undefined;

function simple<Values>(
  name: string,
  values: (from: ByteReader, count: number) => Values,
): ColumnType<Values> {
  return { name, prefix: nothing, values };
}

export const UINT8: ColumnType<Uint8Array> = simple("UInt8", (from, count) => from.take(count));

export const UINT16: ColumnType<Uint16Array> = simple(
  "UInt16",
  (from, count) => new Uint16Array(from.takeAligned(count * 2)),
);

export const UINT32: ColumnType<Uint32Array> = simple(
  "UInt32",
  (from, count) => new Uint32Array(from.takeAligned(count * 4)),
);

export const UINT64: ColumnType<BigUint64Array> = simple(
  "UInt64",
  (from, count) => new BigUint64Array(from.takeAligned(count * 8)),
);

export const INT64: ColumnType<BigInt64Array> = simple(
  "Int64",
  (from, count) => new BigInt64Array(from.takeAligned(count * 8)),
);

export const FLOAT64: ColumnType<Float64Array> = simple(
  "Float64",
  (from, count) => new Float64Array(from.takeAligned(count * 8)),
);

export const BOOL: ColumnType<boolean[]> = simple("Bool", (from, count) =>
  Array.from(from.take(count), (byte) => byte !== 0),
);

/** Nanoseconds since the epoch, as the schema keeps them: the unsigned number of OTLP. */
export const TIME: ColumnType<BigUint64Array> = simple("DateTime64(9, 'UTC')", UINT64.values);

/** String */
export const TEXT: ColumnType<string[]> = simple("String", (from, count) =>
  Array.from({ length: count }, () => from.text()),
);

/** FixedString of that many bytes, as hexadecimal digits. */
export function hexOf(byteCount: number): ColumnType<string[]> {
  return simple(`FixedString(${byteCount})`, (from, count) =>
    Array.from({ length: count }, () => from.hex(byteCount)),
  );
}

/** A column of texts of which many are equal: `keys[rows[i]]`. */
export interface KeyedTexts {
  readonly keys: readonly string[];
  readonly rows: Uint8Array | Uint16Array | Uint32Array;
}

/** LowCardinality(String) */
export const KEYED_TEXT: ColumnType<string[]> = {
  name: "LowCardinality(String)",
  prefix: (from) => {
    const version = from.count();
    invariant(version === KEYS_WITH_BLOCK, "keys stand in their block", { version });
  },
  values: (from, count) => {
    const { keys, rows } = keyedTexts(from, count);
    return Array.from(rows, (key) => keys[key] ?? "");
  },
};

/** The data of a LowCardinality(String), each text once. */
export function keyedTexts(from: ByteReader, count: number): KeyedTexts {
  // Of no rows there is nothing at all.
  if (count === 0) return { keys: [], rows: new Uint8Array() };
  const width = from.count() & INDEX_TYPE_MASK;
  const keys = Array.from({ length: from.count() }, () => from.text());
  const rowCount = from.count();
  invariant(rowCount === count, "a block has one index a row", { rowCount });
  if (width === 0) return { keys, rows: UINT8.values(from, count) };
  if (width === 1) return { keys, rows: UINT16.values(from, count) };
  invariant(width === 2, "an index has 8, 16 or 32 bits", { width });
  return { keys, rows: UINT32.values(from, count) };
}

/** Array of such values. */
export function arrayOf<Value>(item: ColumnType<ArrayLike<Value>>): ColumnType<Value[][]> {
  return {
    name: `Array(${item.name})`,
    prefix: item.prefix,
    values: (from, count) => {
      const ends = endsOf(from, count);
      const items = item.values(from, ends.at(-1) ?? 0);
      // The last row ends where the items end.
      return slices(ends, (index) => items[index] as Value);
    },
  };
}

/** Map of texts of which many are equal to such values, as pairs in the order of the map. */
export function mapOf<Value>(
  value: ColumnType<ArrayLike<Value>>,
): ColumnType<(readonly [key: string, value: Value])[][]> {
  return {
    name: `Map(${KEYED_TEXT.name}, ${value.name})`,
    prefix: (from) => {
      KEYED_TEXT.prefix(from);
      value.prefix(from);
    },
    values: (from, count) => {
      const ends = endsOf(from, count);
      const itemCount = ends.at(-1) ?? 0;
      const keys = KEYED_TEXT.values(from, itemCount);
      const values = value.values(from, itemCount);
      // The last row ends where keys and values end.
      return slices(ends, (index) => [keys[index] ?? "", values[index] as Value] as const);
    },
  };
}

/** Where each row's items end among those of all rows. */
function endsOf(from: ByteReader, count: number): number[] {
  return Array.from({ length: count }, () => from.count());
}

/** The items of each row. */
function slices<Item>(ends: readonly number[], itemAt: (index: number) => Item): Item[][] {
  let start = 0;
  return ends.map((end) => {
    const items: Item[] = [];
    for (let index = start; index < end; index += 1) items.push(itemAt(index));
    start = end;
    return items;
  });
}
