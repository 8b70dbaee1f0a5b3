/*
 * Attribute values as they are kept until the span ends: checked, cut, and copied where the
 * application could change them meanwhile.
 */
import { VALUE_DEPTH_MAX } from "./limits.ts";

/** What an attribute may hold: the values of OTLP's `AnyValue`. */
export type StoredValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | Uint8Array
  | readonly StoredValue[]
  | { readonly [key: string]: StoredValue };

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

/**
 * A copy of `value` that nobody else changes; undefined when it has no form in OTLP: functions,
 * symbols, integers beyond 64 bits, objects with a class such as dates and errors, circles.
 */
export function storedValue(value: unknown, depth: number = 0): StoredValue | undefined {
  switch (typeof value) {
    case "string":
    case "number":
    case "boolean":
      return value;
    case "bigint":
      return value >= INT64_MIN && value <= INT64_MAX ? value : undefined;
    case "object":
      return storedObject(value, depth);
    default:
      return undefined;
  }
}

function storedObject(value: object | null, depth: number): StoredValue | undefined {
  if (value === null) return null;
  // A circle ends here as well.
  if (depth >= VALUE_DEPTH_MAX) return undefined;
  if (value instanceof Uint8Array) return value.slice();
  if (Array.isArray(value)) return storedList(value, depth);
  const prototype: unknown = Object.getPrototypeOf(value);
  // An object of another realm has another Object; its prototype has none above it either.
  const isPlain = prototype === null || Object.getPrototypeOf(prototype) === null;
  return isPlain ? storedMap(value, depth) : undefined;
}

/** Missing members of a list stay as empty values, or the others would change their places. */
function storedList(list: readonly unknown[], depth: number): StoredValue | undefined {
  const stored: StoredValue[] = [];
  for (const member of list) {
    const one = member === undefined ? null : storedValue(member, depth + 1);
    if (one === undefined) return undefined;
    stored.push(one);
  }
  return stored;
}

function storedMap(map: object, depth: number): StoredValue | undefined {
  const entries: [string, StoredValue][] = [];
  for (const key of Object.keys(map)) {
    const member: unknown = Reflect.get(map, key);
    if (member === undefined) continue;
    const one = storedValue(member, depth + 1);
    if (one === undefined) return undefined;
    entries.push([key, one]);
  }
  return Object.fromEntries(entries);
}
