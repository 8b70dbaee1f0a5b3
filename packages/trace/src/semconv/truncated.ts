/*
 * How a value that was cut says so: beside it, on whatever has the attribute, stands the attribute
 * `spoor.truncated`, a map from the key to the number of bytes that the sender sent. How many are
 * left is seen on the value itself. A key that was cut stands in `spoor.truncated_keys` alike.
 */
import { formatBytes } from "../base/bytes.ts";
import { type AnyValue, toAnyValue } from "../span/any-value.ts";
import type { Attributes, AttributeValue } from "../span/attributes.ts";
import { keys } from "./keys.ts";

/** How much of a value is there. */
export interface Cut {
  readonly keptBytes: number;
  readonly originalBytes: number;
}

const encoder = new TextEncoder();

/** How `attributes` says that the value of `key` was cut; undefined when it was not. */
export function cutOf(attributes: Attributes, key: string): Cut | undefined {
  const marks = attributes.get(keys.spoorTruncated);
  if (!(marks instanceof Map)) return undefined;
  const originalBytes: AttributeValue | undefined = marks.get(key);
  if (typeof originalBytes !== "bigint") return undefined;
  return { keptBytes: byteCount(attributes.get(key)), originalBytes: Number(originalBytes) };
}

/** A cut in words: `cut at 64 KiB of 1.2 MiB`. */
export function cutText({ keptBytes, originalBytes }: Cut): string {
  return `cut at ${formatBytes(keptBytes)} of ${formatBytes(originalBytes)}`;
}

/**
 * How many of the first `bytesMax` bytes are whole characters of UTF-8. Bytes that are not UTF-8
 * are cut anywhere.
 */
export function utf8CutLength(bytes: Uint8Array, start: number, bytesMax: number): number {
  let length = bytesMax;
  // A character has at most three bytes after its first.
  for (let back = 0; back < 3 && isContinuation(bytes[start + length]); back += 1) length -= 1;
  return isContinuation(bytes[start + length]) ? bytesMax : Math.max(length, 0);
}

/**
 * The beginning of a value that is longer than `bytesMax`: text and bytes stay what they are, a
 * list or a map becomes the beginning of its OTLP/JSON text. Undefined when it is short enough.
 */
export function cutValue(
  value: AttributeValue,
  bytesMax: number,
): { readonly value: AttributeValue; readonly originalBytes: number } | undefined {
  if (value instanceof Uint8Array) {
    if (value.length <= bytesMax) return undefined;
    return { value: value.slice(0, bytesMax), originalBytes: value.length };
  }
  const text = longText(value);
  // A UTF-16 unit takes at most three bytes, so that short text is not encoded to be measured.
  if (text === undefined || text.length * 3 <= bytesMax) return undefined;
  const bytes = encoder.encode(text);
  if (bytes.length <= bytesMax) return undefined;
  const kept = bytes.subarray(0, utf8CutLength(bytes, 0, bytesMax));
  return { value: new TextDecoder().decode(kept), originalBytes: bytes.length };
}

/** `attributes` with what says that some values or keys in it were cut. */
export function withCutMarks(
  attributes: Map<string, AttributeValue>,
  cuts: {
    readonly values: ReadonlyMap<string, number>;
    readonly keys: ReadonlyMap<string, number>;
  },
): Map<string, AttributeValue> {
  if (cuts.values.size > 0) attributes.set(keys.spoorTruncated, countsOf(cuts.values));
  if (cuts.keys.size > 0) attributes.set(keys.spoorTruncatedKeys, countsOf(cuts.keys));
  return attributes;
}

function countsOf(counts: ReadonlyMap<string, number>): Attributes {
  return new Map(Array.from(counts, ([key, count]) => [key, BigInt(count)]));
}

function longText(value: AttributeValue): string | undefined {
  if (typeof value === "string") return value;
  if (typeof value !== "object" || value === null) return undefined;
  const any: AnyValue = toAnyValue(value);
  return JSON.stringify(any);
}

function byteCount(value: AttributeValue | undefined): number {
  if (value instanceof Uint8Array) return value.length;
  return typeof value === "string" ? encoder.encode(value).length : 0;
}

function isContinuation(byte: number | undefined): boolean {
  return ((byte ?? 0) & 0xc0) === 0x80;
}
