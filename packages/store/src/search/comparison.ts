/* Comparisons of one field with something fixed: what SQL can decide on one row. */
import {
  type BinaryExpression,
  type Comparison,
  evaluate,
  type Field,
  type FieldExpression,
  fieldsOf,
} from "@spoor/traceql";

import type { Fixed } from "./value-sql.ts";

/** A field compared with something fixed. */
export interface FieldComparison {
  readonly field: Field;
  readonly operator: Comparison;
  /** Undefined for nil. */
  readonly fixed: Fixed | undefined;
}

/** A comparison of one field with something fixed, turned so that the field stands left. */
export function asComparison({
  left,
  operator,
  right,
}: BinaryExpression): FieldComparison | undefined {
  if (!isComparison(operator)) return undefined;
  if (isField(left)) return compared(left, operator, right);
  return isField(right) ? compared(right, TURNED[operator] ?? operator, left) : undefined;
}

function compared(
  field: Field,
  operator: Comparison,
  other: FieldExpression,
): FieldComparison | undefined {
  if (fieldsOf(other).length > 0) return undefined;
  if (other.node === "literal") {
    const value = other.literal;
    return { field, operator, fixed: value.type === "nil" ? undefined : value };
  }
  const value = evaluate(other, () => undefined);
  if (typeof value === "bigint") return { field, operator, fixed: { type: "int", value } };
  if (typeof value === "number") return { field, operator, fixed: { type: "float", value } };
  if (typeof value === "boolean") return { field, operator, fixed: { type: "boolean", value } };
  return undefined;
}

function isField(expression: FieldExpression): expression is Field {
  return expression.node === "attribute" || expression.node === "intrinsic";
}

const COMPARISONS: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">=", "=~", "!~"]);

function isComparison(operator: string): operator is Comparison {
  return COMPARISONS.has(operator);
}

const TURNED: Partial<Record<Comparison, Comparison>> = {
  "<": ">",
  "<=": ">=",
  ">": "<",
  ">=": "<=",
};
