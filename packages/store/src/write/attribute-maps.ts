/*
 * Attribute rows of a batch as the Map columns of the schema.
 *
 * Runs once per attribute on the ingest path: it copies bytes and words, and makes an object only
 * for the rare values that have no column of their own type (bytes).
 */
import {
  type AttributeColumns,
  AttributeType,
  base64,
  type AttributeValues,
  type StringTable,
} from "@spoor/trace";

import { doubleText, Tag, TAG_BYTE } from "../schema/tagged-text.ts";
import type { ByteWriter } from "./byte-writer.ts";
import { MapData } from "./native-columns.ts";
import { scratchWriter } from "./scratch.ts";

/** The four maps that hold the attributes of spans and of log records. */
export interface TypedMaps {
  readonly text: MapData;
  readonly int: MapData;
  readonly double: MapData;
  readonly bool: MapData;
}

/** Owners (spans, events, links) and where the attribute rows of each end. */
export interface AttributeOwners {
  readonly count: number;
  readonly ends: Uint32Array;
}

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** Attributes by type: text and everything without a column in `text`. */
export function typedMaps(
  values: AttributeValues,
  columns: AttributeColumns,
  owners: AttributeOwners,
): TypedMaps {
  const size = { strings: values.strings, rowCount: owners.count };
  const text = new MapData("String", size);
  const int = new MapData("Int64", size);
  const double = new MapData("Float64", size);
  const bool = new MapData("Bool", size);
  const repeated = new RepeatedKeys(values.strings);
  let row = 0;
  for (let owner = 0; owner < owners.count; owner += 1) {
    const end = owners.ends[owner] ?? 0;
    for (; row < end; row += 1) {
      const key = columns.keys[row] ?? 0;
      if (repeated.has(owner, key)) continue;
      const type = columns.types[row];
      if (type === AttributeType.int || type === AttributeType.double) {
        const map = type === AttributeType.int ? int : double;
        map.key(key);
        map.values.words(columns.low[row] ?? 0, columns.high[row] ?? 0);
      } else if (type === AttributeType.bool) {
        bool.key(key);
        bool.values.byte(columns.low[row] === 0 ? 0 : 1);
      } else {
        text.key(key);
        writeTagged(text.values, values, { columns, row });
      }
    }
    text.endRow();
    int.endRow();
    double.endRow();
    bool.endRow();
  }
  return { text, int, double, bool };
}

/** Attributes of all types as tagged text in one map. */
export function taggedMap(
  values: AttributeValues,
  columns: AttributeColumns,
  owners: AttributeOwners,
): MapData {
  const map = new MapData("String", { strings: values.strings, rowCount: owners.count });
  const repeated = new RepeatedKeys(values.strings);
  let row = 0;
  for (let owner = 0; owner < owners.count; owner += 1) {
    const end = owners.ends[owner] ?? 0;
    for (; row < end; row += 1) {
      const key = columns.keys[row] ?? 0;
      if (repeated.has(owner, key)) continue;
      map.key(key);
      writeTagged(map.values, values, { columns, row });
    }
    map.endRow();
  }
  return map;
}

/** The values of the first `rowCount` rows as String data of tagged text; keys do not matter. */
export function taggedValues(
  values: AttributeValues,
  columns: AttributeColumns,
  rowCount: number,
): Uint8Array {
  const writer = scratchWriter();
  for (let row = 0; row < rowCount; row += 1) writeTagged(writer, values, { columns, row });
  return writer.written();
}

/** OTLP demands unique keys; the first of a repeated one counts, as everywhere in Spoor. */
class RepeatedKeys {
  /** Number of the last owner plus one, by string id. */
  readonly #lastOwner: Uint32Array;

  constructor(strings: StringTable) {
    this.#lastOwner = new Uint32Array(strings.count);
  }

  /** Whether `owner` had this key before. Owners are asked about one after another. */
  has(owner: number, key: number): boolean {
    if (this.#lastOwner[key] === owner + 1) return true;
    this.#lastOwner[key] = owner + 1;
    return false;
  }
}

interface AttributeRow {
  readonly columns: AttributeColumns;
  readonly row: number;
}

/** Appends the value of a row as a String of tagged text. */
function writeTagged(
  to: ByteWriter,
  values: AttributeValues,
  { columns, row }: AttributeRow,
): void {
  const low = columns.low[row] ?? 0;
  const high = columns.high[row] ?? 0;
  const { strings, heap } = values;
  // The column holds only what AttributeColumns.push was given.
  switch (columns.types[row] as AttributeType) {
    case AttributeType.string:
      return writeText(to, strings.heap, strings.offsets[low] ?? 0, strings.lengths[low] ?? 0);
    case AttributeType.stringInline:
      return writeText(to, heap.bytes, low, high);
    case AttributeType.nested:
      return writeTag(to, Tag.any, heap.bytes.subarray(low, low + high));
    case AttributeType.bytes: {
      const bytesValue = base64(heap.bytes.subarray(low, low + high));
      return writeTag(to, Tag.any, encoder.encode(JSON.stringify({ bytesValue })));
    }
    case AttributeType.empty:
      return writeTag(to, Tag.any, encoder.encode("{}"));
    case AttributeType.bool:
      return writeTag(to, Tag.bool, encoder.encode(String(low !== 0)));
    case AttributeType.int:
      setWords(low, high);
      return writeTag(to, Tag.int, encoder.encode(words.getBigInt64(0, true).toString()));
    case AttributeType.double:
      setWords(low, high);
      return writeTag(to, Tag.double, encoder.encode(doubleText(words.getFloat64(0, true))));
  }
}

function writeText(to: ByteWriter, source: Uint8Array, start: number, length: number): void {
  if (length > 0 && source[start] === TAG_BYTE) {
    return writeTag(to, Tag.text, source.subarray(start, start + length));
  }
  to.string(source, start, length);
}

function writeTag(to: ByteWriter, tag: string, rest: Uint8Array): void {
  to.varUint(rest.length + 2);
  to.byte(TAG_BYTE);
  to.byte(tag.charCodeAt(0));
  to.raw(rest);
}

function setWords(low: number, high: number): void {
  words.setInt32(0, low, true);
  words.setInt32(4, high, true);
}
