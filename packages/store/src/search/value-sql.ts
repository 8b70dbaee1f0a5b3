/*
 * Comparisons of stored values with fixed ones, as SQL that is never NULL.
 *
 * A value may stand in a column of its type, as tagged text, or in an array that is tagged text
 * (../schema/tagged-text.ts). Each function answers for one comparison whether some value fits;
 * what `!=` and `!~` mean for many values is put together from two of them by
 * {@link comparisonSql}.
 */
import type { Comparison, LiteralValue } from "@spoor/traceql";

import { taggedText } from "../schema/tagged-text.ts";
import { allOf, type BoundSql, noneOf, someOf } from "./bound-sql.ts";

/** A fixed value that stored ones are compared with. */
export type Fixed = Exclude<LiteralValue, { readonly type: "nil" }>;

/** What an array in tagged text begins with. */
export const ARRAY_START = `'\\x01x{"arrayValue"'`;

/** Stored in place of an attribute without a value, and of an array without elements. */
export const NOTHING_TEXTS = `('\\x01x{}', '\\x01x{"arrayValue":{"values":[]}}')`;

/** Stored in place of an attribute without a value. */
export const NIL_TEXT = `'\\x01x{}'`;

/**
 * A whole comparison, given what says whether some value fits one: where there are many values,
 * `!=` and `!~` want one of the type, and none that is equal or matches.
 */
export function comparisonSql(
  operator: Comparison,
  someFits: (operator: Comparison) => string,
): string {
  if (operator === "!=") return allOf([someFits("!="), noneOf(someFits("="))]);
  if (operator === "!~") return allOf([someFits("!~"), noneOf(someFits("=~"))]);
  return someFits(operator);
}

/** A text column compared with a fixed text; "0" when it is no text. */
export function plainTextSql(
  sql: BoundSql,
  column: string,
  operator: Comparison,
  fixed: Fixed,
): string {
  if (fixed.type !== "string") return "0";
  if (operator !== "=~" && operator !== "!~")
    return `${column} ${operator} ${sql.text(fixed.value)}`;
  // Anchored at both ends, and without the flag by which a point matches line ends.
  const matches = `match(${column}, ${sql.text(`^(?-s:${fixed.value})$`)})`;
  return operator === "=~" ? matches : `NOT ${matches}`;
}

/** A number column compared with a fixed number; "0" when it is no number. */
export function plainNumberSql(
  sql: BoundSql,
  column: string,
  operator: Comparison,
  fixed: Fixed,
): string {
  const isPattern = operator === "=~" || operator === "!~";
  const value = isPattern ? undefined : numberSql(sql, fixed);
  return value === undefined ? "0" : `${column} ${operator} ${value}`;
}

/** A fixed number as a parameter; undefined for what is none. */
function numberSql(sql: BoundSql, fixed: Fixed): string | undefined {
  if (fixed.type === "int" || fixed.type === "duration") return sql.bind(fixed.value, "Int64");
  return fixed.type === "float" ? sql.bind(fixed.value, "Float64") : undefined;
}

/** Some value in tagged text, which is there. */
export function taggedSql(sql: BoundSql, text: string, operator: Comparison, fixed: Fixed): string {
  return someOf([scalarSql(sql, text, operator, fixed), arraySql(sql, text, operator, fixed)]);
}

/** The value in tagged text that is no array. */
export function scalarSql(sql: BoundSql, text: string, operator: Comparison, fixed: Fixed): string {
  switch (fixed.type) {
    case "string": {
      if (operator === "=") return `${text} = ${sql.text(taggedText(fixed.value))}`;
      const isText = `(NOT startsWith(${text}, '\\x01') OR startsWith(${text}, '\\x01s'))`;
      const value = `if(startsWith(${text}, '\\x01s'), substring(${text}, 3), ${text})`;
      return allOf([isText, plainTextSql(sql, value, operator, fixed)]);
    }
    case "int":
    case "float":
    case "duration": {
      const number = (tag: string, parse: string): string => {
        const fits = plainNumberSql(sql, `${parse}(substring(${text}, 3))`, operator, fixed);
        return fits === "0" ? "0" : `(startsWith(${text}, '\\x01${tag}') AND ${fits})`;
      };
      return someOf([number("i", "toInt64OrZero"), number("d", "toFloat64OrZero")]);
    }
    case "boolean": {
      const wanted = `${text} = ${sql.text(taggedText(fixed.value))}`;
      if (operator === "=") return wanted;
      return operator === "!=" ? `${text} = ${sql.text(taggedText(!fixed.value))}` : "0";
    }
    case "status":
    case "kind":
    case "state":
      return "0";
  }
}

/** Some element of an array in tagged text. */
export function arraySql(sql: BoundSql, text: string, operator: Comparison, fixed: Fixed): string {
  const fits = elementSql(sql, operator, fixed);
  if (fits === "0") return "0";
  const elements = `JSONExtractArrayRaw(substring(${text}, 3), 'arrayValue', 'values')`;
  return `(startsWith(${text}, ${ARRAY_START}) AND arrayExists(e -> ${fits}, ${elements}))`;
}

/** `e` is one AnyValue as JSON. */
function elementSql(sql: BoundSql, operator: Comparison, fixed: Fixed): string {
  switch (fixed.type) {
    case "string": {
      const fits = plainTextSql(sql, "JSONExtractString(e, 'stringValue')", operator, fixed);
      return `(JSONHas(e, 'stringValue') AND ${fits})`;
    }
    case "int":
    case "float":
    case "duration": {
      const int = "toInt64OrZero(JSONExtractString(e, 'intValue'))";
      const double = `toFloat64OrZero(trim(BOTH '"' FROM JSONExtractRaw(e, 'doubleValue')))`;
      const [isInt, isDouble] = [int, double].map((number) =>
        plainNumberSql(sql, number, operator, fixed),
      );
      if (isInt === "0") return "0";
      return `(JSONHas(e, 'intValue') AND ${isInt} OR JSONHas(e, 'doubleValue') AND ${isDouble})`;
    }
    case "boolean": {
      if (operator !== "=" && operator !== "!=") return "0";
      const wanted = fixed.value === (operator === "=") ? "1" : "0";
      return `(JSONHas(e, 'boolValue') AND JSONExtractBool(e, 'boolValue') = ${wanted})`;
    }
    case "status":
    case "kind":
    case "state":
      return "0";
  }
}
