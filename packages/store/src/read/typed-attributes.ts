import { type Attributes, type AttributeValue, NO_ATTRIBUTES } from "@spoor/trace";

import { fromTaggedText } from "../schema/tagged-text.ts";
import type { TextPair } from "./dimension-reader.ts";

/** A key and an integer, as a number or as decimal text. */
export type IntPair = readonly [key: string, value: bigint | string];

/** A key and a double, or how ClickHouse spells one that JSON has no number for. */
export type DoublePair = readonly [key: string, value: number | string];

/** A key and a boolean. */
export type BoolPair = readonly [key: string, value: boolean];

/** Attributes from the four maps that hold them by type. */
export function typedAttributes(
  texts: readonly TextPair[],
  ints: readonly IntPair[],
  doubles: readonly DoublePair[],
  bools: readonly BoolPair[],
): Attributes {
  if (texts.length + ints.length + doubles.length + bools.length === 0) return NO_ATTRIBUTES;
  const attributes = new Map<string, AttributeValue>();
  for (const [key, value] of texts) attributes.set(key, fromTaggedText(value));
  for (const [key, value] of ints) attributes.set(key, BigInt(value));
  for (const [key, value] of doubles) attributes.set(key, doubleOf(value));
  for (const [key, value] of bools) attributes.set(key, value);
  return attributes;
}

/** ClickHouse spells what JSON has no number for as "nan", "inf" and "-inf". */
function doubleOf(value: number | string): number {
  if (typeof value === "number") return value;
  if (value.endsWith("nan")) return Number.NaN;
  return value.startsWith("-") ? -Infinity : Infinity;
}
