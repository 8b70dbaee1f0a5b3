/* The values that fields have, how they compare and what arithmetic does with them. */
import type { AttributeValue } from "@spoor/trace";

import type { Arithmetic, Comparison, LiteralValue } from "../syntax/syntax-tree.ts";

/**
 * A status or a kind by its code in OTLP, a state by `SPAN_STATES`; or what is there and compares
 * with nothing.
 */
export interface CodeValue {
  readonly type: "status" | "kind" | "state" | "opaque";
  readonly code: number;
}

/** Bytes, or a map. */
export const OPAQUE: CodeValue = { type: "opaque", code: 0 };

/** One value. An integer and a duration are bigint, everything else with a point is number. */
export type SingleValue = string | bigint | number | boolean | CodeValue;

/** What a field has: one value, many of them, or undefined for nil. */
export type Value = SingleValue | readonly SingleValue[] | undefined;

/** The value of an attribute. One without a value is nil. */
export function valueOfAttribute(value: AttributeValue | undefined): Value {
  if (value === undefined || value === null) return undefined;
  if (Array.isArray(value)) return value.map(elementValue);
  return elementValue(value);
}

function elementValue(value: AttributeValue): SingleValue {
  return typeof value === "object" ? OPAQUE : value;
}

/** The value of a literal. */
export function valueOfLiteral(literal: LiteralValue): Value {
  switch (literal.type) {
    case "nil":
      return undefined;
    case "status":
    case "kind":
    case "state":
      return { type: literal.type, code: literal.value };
    default:
      return literal.value;
  }
}

/**
 * Whether a comparison holds. Values of different types never compare, and nil with nothing: then
 * it is false, `!=` too. Integers and numbers with a point compare exactly.
 *
 * Where one side has many values, one that fits is enough; `!=` and `!~` hold when there are values
 * of the type and none is equal, or matches.
 */
export function compare(
  operator: Comparison,
  left: Value,
  right: Value,
  matches: (text: string) => boolean,
): boolean {
  if (left === undefined || right === undefined) return false;
  if (!isMany(left) && !isMany(right)) return compareSingle(operator, left, right, matches);
  const lefts = isMany(left) ? left : [left];
  const rights = isMany(right) ? right : [right];
  const some = (wanted: Comparison): boolean =>
    lefts.some((a) => rights.some((b) => compareSingle(wanted, a, b, matches)));
  if (operator === "!=") return some("!=") && !some("=");
  if (operator === "!~") return some("!~") && !some("=~");
  return some(operator);
}

function isMany(value: Value): value is readonly SingleValue[] {
  return Array.isArray(value);
}

function compareSingle(
  operator: Comparison,
  left: SingleValue,
  right: SingleValue,
  matches: (text: string) => boolean,
): boolean {
  if (typeof left === "string" && typeof right === "string") {
    if (operator === "=~") return matches(left);
    if (operator === "!~") return !matches(left);
    return fits(operator, compareText(left, right));
  }
  if (isNumeric(left) && isNumeric(right)) {
    // NaN is neither less nor equal nor more; it differs from everything, itself included.
    if (Number.isNaN(left) || Number.isNaN(right)) return operator === "!=";
    return fits(operator, left < right ? -1 : left > right ? 1 : 0);
  }
  if (typeof left === "boolean" && typeof right === "boolean") {
    return fits(operator, Number(left) - Number(right));
  }
  if (isCode(left) && isCode(right) && left.type === right.type) {
    if (left.type === "opaque") return false;
    return fits(operator, left.code - right.code);
  }
  return false;
}

function fits(operator: Comparison, order: number): boolean {
  switch (operator) {
    case "=":
      return order === 0;
    case "!=":
      return order !== 0;
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case ">":
      return order > 0;
    case ">=":
      return order >= 0;
    case "=~":
    case "!~":
      return false;
  }
}

/** By code points, which is the order of the bytes in UTF-8; JavaScript would compare by words. */
export function compareText(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    let a = left.charCodeAt(index);
    let b = right.charCodeAt(index);
    if (a === b) continue;
    // A surrogate stands for a code point above all others.
    if (a >= 0xd800 && a < 0xe000) a += 0x10000;
    if (b >= 0xd800 && b < 0xe000) b += 0x10000;
    return a - b;
  }
  return left.length - right.length;
}

function isNumeric(value: SingleValue): value is bigint | number {
  return typeof value === "bigint" || typeof value === "number";
}

function isCode(value: SingleValue): value is CodeValue {
  return typeof value === "object";
}

/**
 * The result of arithmetic, or nil when an operand is no number.
 *
 * Two integers give an integer of 64 bits that wraps around; `/` cuts towards zero, and by zero
 * there is no result. With a duration or a number with a point among them, or for `^`, the result
 * is a double.
 */
export function calculate(
  operator: Arithmetic,
  left: Value,
  right: Value,
  isInteger: boolean,
): Value {
  if (typeof left === "bigint" && typeof right === "bigint" && isInteger && operator !== "^") {
    return integerResult(operator, left, right);
  }
  const a = numberOf(left);
  const b = numberOf(right);
  if (a === undefined || b === undefined) return undefined;
  switch (operator) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return b === 0 ? undefined : a / b;
    case "%":
      return b === 0 ? undefined : a % b;
    case "^":
      return a ** b;
  }
}

function integerResult(
  operator: Exclude<Arithmetic, "^">,
  left: bigint,
  right: bigint,
): bigint | undefined {
  switch (operator) {
    case "+":
      return BigInt.asIntN(64, left + right);
    case "-":
      return BigInt.asIntN(64, left - right);
    case "*":
      return BigInt.asIntN(64, left * right);
    case "/":
      return right === 0n ? undefined : BigInt.asIntN(64, left / right);
    case "%":
      return right === 0n ? undefined : left % right;
  }
}

/** A number as a double, and everything else, NaN too, as undefined: it can not be counted with. */
export function numberOf(value: Value): number | undefined {
  if (typeof value === "bigint") return Number(value);
  return typeof value === "number" && !Number.isNaN(value) ? value : undefined;
}

/** A value as text, equal for equal values only: the key of a group. */
export function valueKey(value: Value): string {
  if (value === undefined) return "nil";
  if (isMany(value)) return `[${value.map(valueKey).join(",")}]`;
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  return typeof value === "object" ? `${value.type} ${value.code}` : String(value);
}
