/*
 * Attribute values of any type as text, in the columns that hold only text.
 *
 * Text stands as it is, unless it begins with the byte 0x01. That byte marks a tag of one letter,
 * after which the value follows: `s` text, `i` a decimal integer, `d` the shortest decimal that
 * reads back as the same double (or NaN, Infinity, -Infinity, -0), `b` true or false, `x` anything
 * else as the AnyValue of OTLP/JSON. Attributes of spans have columns for integers, doubles and
 * booleans and use only `s` and `x`.
 */
import {
  type AnyValue,
  type Attributes,
  type AttributeValue,
  fromAnyValue,
  toAnyValue,
} from "@spoor/trace";

/** The byte with which a tag begins. */
export const TAG_BYTE = 0x01;
/** What comes after it. */
export const Tag = { text: "s", int: "i", double: "d", bool: "b", any: "x" } as const;

const TAG = String.fromCharCode(TAG_BYTE);

/** A value as tagged text. */
export function taggedText(value: AttributeValue): string {
  switch (typeof value) {
    case "string":
      return value.startsWith(TAG) ? TAG + Tag.text + value : value;
    case "bigint":
      return TAG + Tag.int + value.toString();
    case "number":
      return TAG + Tag.double + doubleText(value);
    case "boolean":
      return TAG + Tag.bool + String(value);
    default:
      return TAG + Tag.any + JSON.stringify(toAnyValue(value));
  }
}

/** The value that {@link taggedText} wrote. */
export function fromTaggedText(text: string): AttributeValue {
  if (!text.startsWith(TAG)) return text;
  const rest = text.slice(2);
  switch (text[1]) {
    case Tag.text:
      return rest;
    case Tag.int:
      return BigInt(rest);
    case Tag.double:
      return Number(rest);
    case Tag.bool:
      return rest === "true";
    default:
      // Only the store writes here, and it writes AnyValue.
      return fromAnyValue(JSON.parse(rest) as AnyValue);
  }
}

/** Attributes with every value as tagged text. */
export function taggedAttributes(attributes: Attributes): Record<string, string> {
  return Object.fromEntries(Array.from(attributes, ([key, value]) => [key, taggedText(value)]));
}

/** The shortest text that Number() reads back as the same double; String(-0) would be "0". */
export function doubleText(value: number): string {
  return Object.is(value, -0) ? "-0" : String(value);
}
