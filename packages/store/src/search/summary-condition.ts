/* What a filter asks of the trace as a whole, as a condition on its summaries. */
import type { FieldExpression } from "@spoor/traceql";

import { allOf, type BoundSql, someOf } from "./bound-sql.ts";
import { asComparison } from "./comparison.ts";
import { plainNumberSql, plainTextSql } from "./value-sql.ts";

/** The duration of a trace, which may be longer than half of 64 bits. */
export const DURATION = "toInt128(max(last_end)) - toInt128(min(first_start))";

/**
 * A condition on the grouped rows of `trace_summaries` that every trace meets of which some span
 * meets `expression`; "1" where nothing is asked of the trace.
 */
export function summarySql(sql: BoundSql, expression: FieldExpression): string {
  if (expression.node !== "binary") return "1";
  const { operator, left, right } = expression;
  if (operator === "&&") return allOf([summarySql(sql, left), summarySql(sql, right)]);
  if (operator === "||") return someOf([summarySql(sql, left), summarySql(sql, right)]);
  const comparison = asComparison(expression);
  if (comparison === undefined || comparison.fixed === undefined) return "1";
  const { field, fixed } = comparison;
  if (field.node !== "intrinsic") return "1";
  switch (field.id) {
    case "trace:duration":
      return plainNumberSql(sql, `(${DURATION})`, comparison.operator, fixed);
    case "trace:rootService":
      return hasRoot(plainTextSql(sql, "(min(head)).4", comparison.operator, fixed));
    case "trace:rootName":
      return hasRoot(plainTextSql(sql, "(min(head)).5", comparison.operator, fixed));
    default:
      return "1";
  }
}

/** The head of a trace is its root, or what came first while there is none. */
function hasRoot(condition: string): string {
  return allOf(["(min(head)).1 = 0", condition]);
}
