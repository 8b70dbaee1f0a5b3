/*
 * Attributes as OTLP's `KeyValue` messages. Each attribute of a usual span costs about 100 ns,
 * nearly all of it the bytes themselves, so the three usual kinds of values have paths of their
 * own that write each byte once, at its final place.
 */
import { Buffer } from "node:buffer";
import { KEY_CACHE_COUNT_MAX, KEY_CACHE_LENGTH_MAX } from "../base/limits.ts";
import type { AttributeList } from "./attribute-list.ts";
import type { StoredValue } from "../base/attribute-value.ts";
import { AnyValueWire, KeyValueWire, LIST_TAG } from "./wire-format.ts";
import {
  closeMessage,
  textRoom,
  VARINT32_BYTES_MAX,
  writeDouble,
  writeInt64,
  writeText,
  writeUtf8,
  writeVarint,
} from "./write-bytes.ts";

/** A tag, a length, and what a number or a boolean takes at most. */
const SCALAR_ROOM = 32;
/** A `KeyValue` below this many bytes has lengths of one byte everywhere. */
const SHORT_BYTES_MAX = 127;

/** The most bytes that `writeAttributes` can take. */
export function attributesRoom({ keys, values }: AttributeList): number {
  let room = 0;
  for (let index = 0; index < keys.length; index += 1) {
    const value = values[index];
    room += SCALAR_ROOM + (keys[index] ?? "").length * 3;
    if (typeof value === "string") room += textRoom(value);
    else if (typeof value === "object") room += valueRoom(value);
  }
  return room;
}

/** Writes each attribute as a `KeyValue` under `fieldTag`. */
export function writeAttributes(
  bytes: Buffer,
  offset: number,
  fieldTag: number,
  list: AttributeList,
): number {
  const { keys, values } = list;
  let at = offset;
  for (let index = 0; index < keys.length; index += 1) {
    bytes[at] = fieldTag;
    const start = at + 2;
    const valueAt = writeKey(bytes, start, keys[index] ?? "");
    const end = writeShortValue(bytes, valueAt, values[index] ?? null);
    if (end >= 0 && end - start <= SHORT_BYTES_MAX) {
      bytes[start - 1] = end - start;
      at = end;
    } else {
      at = closeMessage(bytes, start, writeLongValue(bytes, valueAt, values[index] ?? null));
    }
  }
  return at;
}

/** The `value` field of a `KeyValue`, length and content, if it is short; or else -1. */
function writeShortValue(bytes: Buffer, offset: number, value: StoredValue): number {
  if (typeof value === "string") {
    if (value.length > SHORT_BYTES_MAX - 3) return -1;
    const end = writeUtf8(bytes, offset + 3, value);
    const byteCount = end - offset - 3;
    if (byteCount > SHORT_BYTES_MAX - 3) return -1;
    bytes[offset] = byteCount + 2;
    bytes[offset + 1] = AnyValueWire.stringValue;
    bytes[offset + 2] = byteCount;
    return end;
  }
  if (typeof value === "number" || typeof value === "boolean") {
    const end = writeScalar(bytes, offset + 1, value);
    bytes[offset] = end - offset - 1;
    return end;
  }
  return -1;
}

function writeLongValue(bytes: Buffer, offset: number, value: StoredValue): number {
  return closeMessage(bytes, offset + 1, writeValue(bytes, offset + 1, value));
}

function writeScalar(bytes: Buffer, offset: number, value: number | boolean): number {
  if (typeof value === "boolean") {
    bytes[offset] = AnyValueWire.boolValue;
    bytes[offset + 1] = value ? 1 : 0;
    return offset + 2;
  }
  if ((value | 0) === value && value >= 0) {
    bytes[offset] = AnyValueWire.intValue;
    return writeVarint(bytes, offset + 1, value);
  }
  // A whole number beyond 2^53 is a double that lost its last digits: sent as what it is.
  if (Number.isSafeInteger(value)) {
    bytes[offset] = AnyValueWire.intValue;
    return writeInt64(bytes, offset + 1, BigInt(value));
  }
  bytes[offset] = AnyValueWire.doubleValue;
  return writeDouble(bytes, offset + 1, value);
}

/** The content of an `AnyValue`; nothing for an empty value. */
function writeValue(bytes: Buffer, offset: number, value: StoredValue): number {
  if (typeof value === "string") {
    bytes[offset] = AnyValueWire.stringValue;
    return writeText(bytes, offset + 1, value);
  }
  if (typeof value === "number" || typeof value === "boolean") {
    return writeScalar(bytes, offset, value);
  }
  if (typeof value === "bigint") {
    bytes[offset] = AnyValueWire.intValue;
    return writeInt64(bytes, offset + 1, value);
  }
  if (value === null) return offset;
  if (value instanceof Uint8Array) {
    bytes[offset] = AnyValueWire.bytesValue;
    const start = writeVarint(bytes, offset + 1, value.length);
    bytes.set(value, start);
    return start + value.length;
  }
  if (Array.isArray(value)) return writeList(bytes, offset, value);
  // What is left is a map: `Array.isArray` does not narrow read-only arrays away.
  return writeMap(bytes, offset, value as { readonly [key: string]: StoredValue });
}

function writeList(bytes: Buffer, offset: number, list: readonly StoredValue[]): number {
  bytes[offset] = AnyValueWire.arrayValue;
  const start = offset + 2;
  let at = start;
  for (const member of list) {
    bytes[at] = LIST_TAG;
    at = writeLongValue(bytes, at + 1, member);
  }
  return closeMessage(bytes, start, at);
}

function writeMap(
  bytes: Buffer,
  offset: number,
  map: { readonly [key: string]: StoredValue },
): number {
  bytes[offset] = AnyValueWire.kvlistValue;
  const start = offset + 2;
  let at = start;
  for (const [key, member] of Object.entries(map)) {
    bytes[at] = LIST_TAG;
    const entry = at + 2;
    at = closeMessage(bytes, entry, writeLongValue(bytes, writeKey(bytes, entry, key), member));
  }
  return closeMessage(bytes, start, at);
}

/** The most bytes that a value takes, its tag and lengths included. */
function valueRoom(value: StoredValue): number {
  if (typeof value === "string") return SCALAR_ROOM + textRoom(value);
  if (typeof value !== "object" || value === null) return SCALAR_ROOM;
  if (value instanceof Uint8Array) return SCALAR_ROOM + value.length;
  let room = SCALAR_ROOM;
  for (const [key, member] of Object.entries(value)) {
    room += SCALAR_ROOM + textRoom(key) + valueRoom(member);
  }
  return room;
}

/** The bytes of `key` and the tag of the value after it, by key. */
const encodedKeys = new Map<string, Uint8Array>();

function writeKey(bytes: Buffer, offset: number, key: string): number {
  const encoded = encodedKeys.get(key) ?? encodeKey(key);
  const { length } = encoded;
  if (length > 64) {
    bytes.set(encoded, offset);
  } else {
    for (let index = 0; index < length; index += 1) bytes[offset + index] = encoded[index] ?? 0;
  }
  return offset + length;
}

function encodeKey(key: string): Uint8Array {
  const bytes = Buffer.alloc(textRoom(key) + 2 + VARINT32_BYTES_MAX);
  bytes[0] = KeyValueWire.key;
  const end = writeText(bytes, 1, key);
  bytes[end] = KeyValueWire.value;
  const encoded = new Uint8Array(bytes.subarray(0, end + 1));
  if (encodedKeys.size < KEY_CACHE_COUNT_MAX && key.length <= KEY_CACHE_LENGTH_MAX) {
    encodedKeys.set(key, encoded);
  }
  return encoded;
}
