/**
 * An attribute value in the JavaScript type that holds it exactly.
 *
 * | OTLP AnyValue | here |
 * |---|---|
 * | string_value | string |
 * | bool_value | boolean |
 * | int_value | bigint, -2^63 to 2^63-1 |
 * | double_value | number, NaN and the infinities included |
 * | bytes_value | Uint8Array |
 * | array_value | array |
 * | kvlist_value | Map |
 * | none set | null |
 *
 * An integer is never a number here: 1 and 1.0 are different values in OTLP, and 64-bit ids do
 * not survive a double. Source: opentelemetry/proto/common/v1/common.proto, AnyValue.
 */
export type AttributeValue =
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | null
  | readonly AttributeValue[]
  | Attributes;

/**
 * Key to value. OTLP demands unique keys; where a sender repeats one, the first value counts.
 * Order is that of arrival within one value type, not across types.
 */
export type Attributes = ReadonlyMap<string, AttributeValue>;

/** Shared by everything that has none. */
export const NO_ATTRIBUTES: Attributes = new Map();

/** The value as text for a person: strings as they are, nested values as compact JSON. */
export function attributeText(value: AttributeValue): string {
  if (typeof value === "string") return value;
  if (value === null) return "";
  if (typeof value === "object") return JSON.stringify(plainValue(value));
  return String(value);
}

function plainValue(value: AttributeValue): unknown {
  if (value instanceof Uint8Array) return base64(value);
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([k, v]) => [k, plainValue(v)]));
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "bigint") return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString();
}

/** Base64 (RFC 4648, section 4, padded) of `bytes`. */
export function base64(bytes: Uint8Array): string {
  let binary = "";
  for (const byte of bytes) binary += String.fromCharCode(byte);
  return btoa(binary);
}

/** The bytes of base64 text, standard or URL-safe, padded or not; undefined if it is neither. */
export function bytesOfBase64(text: string): Uint8Array | undefined {
  try {
    const binary = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    return Uint8Array.from(binary, (char) => char.charCodeAt(0));
  } catch {
    // atob has no other way to say that the text is not base64.
    return undefined;
  }
}
