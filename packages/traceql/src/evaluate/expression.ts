/* What an expression over one span is, given a way to read the fields of that span. */
import { compilePattern, type Pattern } from "../pattern/pattern.ts";
import type { BinaryExpression, Field, FieldExpression } from "../syntax/syntax-tree.ts";
import { INTRINSIC_BY_ID } from "../syntax/vocabulary.ts";
import { calculate, compare, type Value, valueOfLiteral } from "./value.ts";

/** Reads a field of the span that is looked at. */
export type ReadField = (field: Field) => Value;

/** The value of an expression. Expects one that `check` finds nothing wrong with. */
export function evaluate(expression: FieldExpression, read: ReadField): Value {
  switch (expression.node) {
    case "literal":
      return valueOfLiteral(expression.literal);
    case "attribute":
    case "intrinsic":
      return read(expression);
    case "unary": {
      const operand = evaluate(expression.operand, read);
      if (expression.operator === "!") return isKnown(operand) ? has(operand, false) : undefined;
      if (typeof operand === "bigint") return BigInt.asIntN(64, -operand);
      return typeof operand === "number" ? -operand : undefined;
    }
    case "binary":
      return evaluateBinary(expression, read);
  }
}

/**
 * Whether an expression is true, or where there are many values one of them: nil and everything
 * that is no boolean is not.
 */
export function isTrue(expression: FieldExpression, read: ReadField): boolean {
  return has(evaluate(expression, read), true);
}

function has(value: Value, wanted: boolean): boolean {
  return Array.isArray(value) ? value.includes(wanted) : value === wanted;
}

/** Only of true and false there is an opposite. */
function isKnown(value: Value): boolean {
  return has(value, true) || has(value, false);
}

function evaluateBinary(expression: BinaryExpression, read: ReadField): Value {
  const { operator, left, right } = expression;
  switch (operator) {
    case "&&":
      return isTrue(left, read) && isTrue(right, read);
    case "||":
      return isTrue(left, read) || isTrue(right, read);
    case "=":
    case "!=": {
      // Nil asks whether something is there. Two of them ask nothing, and compare as nil does.
      const isNil = isNilLiteral(left) !== isNilLiteral(right);
      const values = [evaluate(left, read), evaluate(right, read)] as const;
      if (!isNil) return compare(operator, ...values, never);
      const isBothNil = values[0] === undefined && values[1] === undefined;
      return isBothNil === (operator === "=");
    }
    case "=~":
    case "!~": {
      const pattern = patternOf(right);
      return compare(operator, evaluate(left, read), evaluate(right, read), (text) =>
        pattern.matches(text),
      );
    }
    case "<":
    case "<=":
    case ">":
    case ">=":
      return compare(operator, evaluate(left, read), evaluate(right, read), never);
    default: {
      const isInteger = !isDuration(left) && !isDuration(right);
      return calculate(operator, evaluate(left, read), evaluate(right, read), isInteger);
    }
  }
}

function never(): boolean {
  return false;
}

function isNilLiteral(expression: FieldExpression): boolean {
  return expression.node === "literal" && expression.literal.type === "nil";
}

/** A duration is an integer of nanoseconds, and half of it is not rounded. */
function isDuration(expression: FieldExpression): boolean {
  if (expression.node === "literal") return expression.literal.type === "duration";
  if (expression.node !== "intrinsic") return false;
  return INTRINSIC_BY_ID.get(expression.id)?.type === "duration";
}

/** Compiled once for each node: a query meets the same pattern at every span. */
const patterns = new WeakMap<FieldExpression, Pattern>();

function patternOf(expression: FieldExpression): Pattern {
  const known = patterns.get(expression);
  if (known !== undefined) return known;
  const literal = expression.node === "literal" ? expression.literal : undefined;
  const compiled = literal?.type === "string" && compilePattern(literal.value);
  // `check` refuses what does not compile; without it such a pattern matches nothing.
  const pattern: Pattern =
    compiled !== false && compiled.ok ? compiled.pattern : { matches: never };
  patterns.set(expression, pattern);
  return pattern;
}
