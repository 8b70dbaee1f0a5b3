import { type Attributes, type AttributeValue, base64 } from "@spoor/trace";

/** The type of an attribute value, as OTLP calls it. */
export type AttributeTypeName =
  | "string"
  | "bool"
  | "int"
  | "double"
  | "bytes"
  | "null"
  | "array"
  | "kvlist";

/** Which of the OTLP types a value has: 1 and 1.0 look alike and are not. */
export function attributeTypeName(value: AttributeValue): AttributeTypeName {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "bigint":
      return "int";
    case "number":
      return "double";
    default:
      break;
  }
  if (value instanceof Uint8Array) return "bytes";
  return value instanceof Map ? "kvlist" : "array";
}

/**
 * The value with nothing lost: integers of any size in full, a double always with its point or
 * exponent, bytes in base64, text within lists and maps in quotes.
 */
export function exactValueText(value: AttributeValue): string {
  return typeof value === "string" ? value : nestedText(value);
}

function nestedText(value: AttributeValue): string {
  if (value === null) return "null";
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return doubleText(value);
    case "bigint":
    case "boolean":
      return String(value);
    default:
      break;
  }
  if (value instanceof Uint8Array) return base64(value);
  if (isList(value)) return `[${value.map(nestedText).join(", ")}]`;
  const entries = Array.from(value, ([key, item]) => `${JSON.stringify(key)}: ${nestedText(item)}`);
  return `{${entries.join(", ")}}`;
}

/** `Array.isArray` does not narrow a readonly array. */
function isList(value: readonly AttributeValue[] | Attributes): value is readonly AttributeValue[] {
  return Array.isArray(value);
}

function doubleText(value: number): string {
  if (Object.is(value, -0)) return "-0.0";
  return Number.isInteger(value) && Math.abs(value) < 1e21 ? `${value}.0` : String(value);
}

/** Whether key or value contains `filter`, in either case. An empty filter fits all. */
export function fitsFilter(key: string, value: AttributeValue, filter: string): boolean {
  const wanted = filter.trim().toLowerCase();
  if (wanted === "") return true;
  return key.toLowerCase().includes(wanted) || exactValueText(value).toLowerCase().includes(wanted);
}
