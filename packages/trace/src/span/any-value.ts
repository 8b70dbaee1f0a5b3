import { type Attributes, type AttributeValue, base64, bytesOfBase64 } from "./attributes.ts";

/**
 * AnyValue as OTLP/JSON spells it; exactly one field is set, or none for an empty value.
 *
 * 64-bit integers are decimal text and bytes are base64, as proto3's JSON mapping demands. NaN
 * and the infinities are text for the same reason.
 */
export interface AnyValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | "NaN" | "Infinity" | "-Infinity" | "-0";
  readonly bytesValue?: string;
  readonly arrayValue?: { readonly values: readonly AnyValue[] };
  readonly kvlistValue?: { readonly values: readonly KeyValue[] };
}

/** KeyValue as OTLP/JSON spells it. */
export interface KeyValue {
  readonly key: string;
  readonly value: AnyValue;
}

/** An attribute value in the form of OTLP/JSON. */
export function toAnyValue(value: AttributeValue): AnyValue {
  if (value === null) return {};
  switch (typeof value) {
    case "string":
      return { stringValue: value };
    case "boolean":
      return { boolValue: value };
    case "bigint":
      return { intValue: value.toString() };
    case "number":
      return { doubleValue: toJsonDouble(value) };
    default:
      break;
  }
  if (value instanceof Uint8Array) return { bytesValue: base64(value) };
  if (isAttributes(value)) return { kvlistValue: { values: toKeyValues(value) } };
  return { arrayValue: { values: value.map(toAnyValue) } };
}

/** Attributes in the form of OTLP/JSON. */
export function toKeyValues(attributes: Attributes): KeyValue[] {
  return Array.from(attributes, ([key, value]) => ({ key, value: toAnyValue(value) }));
}

/** The value that {@link toAnyValue} wrote; an AnyValue without a known field is null. */
export function fromAnyValue(any: AnyValue): AttributeValue {
  if (any.stringValue !== undefined) return any.stringValue;
  if (any.boolValue !== undefined) return any.boolValue;
  if (any.intValue !== undefined) return BigInt(any.intValue);
  if (any.doubleValue !== undefined) return Number(any.doubleValue);
  if (any.bytesValue !== undefined) return bytesOfBase64(any.bytesValue) ?? new Uint8Array();
  if (any.arrayValue !== undefined) return (any.arrayValue.values ?? []).map(fromAnyValue);
  if (any.kvlistValue !== undefined) return fromKeyValues(any.kvlistValue.values ?? []);
  return null;
}

/** The attributes that {@link toKeyValues} wrote. The first of a repeated key wins. */
export function fromKeyValues(keyValues: readonly KeyValue[]): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const { key, value } of keyValues) {
    if (!attributes.has(key)) attributes.set(key, fromAnyValue(value ?? {}));
  }
  return attributes;
}

function isAttributes(value: Attributes | readonly AttributeValue[]): value is Attributes {
  return value instanceof Map;
}

/** JSON has no NaN and no infinity, and JSON.stringify(-0) is "0"; proto3 allows text for all. */
function toJsonDouble(value: number): NonNullable<AnyValue["doubleValue"]> {
  if (Object.is(value, -0)) return "-0";
  if (Number.isFinite(value)) return value;
  if (Number.isNaN(value)) return "NaN";
  return value > 0 ? "Infinity" : "-Infinity";
}
