/** Values that exist as objects into columns: for tests, examples and tools. */
import { invariant } from "../base/invariant.ts";
import { hexToBytes } from "../identity/hex.ts";
import { toAnyValue } from "./any-value.ts";
import { type AttributeColumns, AttributeType, type AttributeValues } from "./attribute-columns.ts";
import type { Attributes, AttributeValue } from "./attributes.ts";

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** Appends attributes as rows of `columns`, the inverse of `attributesOf`. */
export function appendAttributes(
  values: AttributeValues,
  columns: AttributeColumns,
  attributes: Attributes,
): void {
  for (const [key, value] of attributes) {
    appendAttribute(values, columns, { key: values.strings.internText(key), value });
  }
}

/** Appends one value as a row, the inverse of `attributeAt`. */
export function appendAttribute(
  values: AttributeValues,
  columns: AttributeColumns,
  { key, value }: { readonly key: number; readonly value: AttributeValue },
): void {
  if (value === null) return columns.push(key, AttributeType.empty, 0, 0);
  switch (typeof value) {
    case "string":
      return columns.push(key, AttributeType.string, values.strings.internText(value), 0);
    case "boolean":
      return columns.push(key, AttributeType.bool, value ? 1 : 0, 0);
    case "bigint":
      words.setBigInt64(0, value, true);
      return columns.push(key, AttributeType.int, words.getInt32(0, true), words.getInt32(4, true));
    case "number":
      words.setFloat64(0, value, true);
      return columns.push(
        key,
        AttributeType.double,
        words.getInt32(0, true),
        words.getInt32(4, true),
      );
    default:
      break;
  }
  const isBytes = value instanceof Uint8Array;
  const bytes = isBytes ? value : encoder.encode(JSON.stringify(toAnyValue(value)));
  const offset = values.heap.appendBytes(bytes);
  columns.push(key, isBytes ? AttributeType.bytes : AttributeType.nested, offset, bytes.length);
}

/** Writes a hex id into its column. */
export function writeId(hex: string, target: Uint8Array, row: number, byteCount: number): void {
  const isWritten = hexToBytes(hex, target, { offset: row * byteCount, byteCount });
  invariant(isWritten, "an id is hex of the right length", { hex, byteCount });
}

/** The index of `item`, told by identity; it is appended when it is new. */
export function indexIn<T>(items: T[], item: T): number {
  const index = items.lastIndexOf(item);
  return index >= 0 ? index : items.push(item) - 1;
}
