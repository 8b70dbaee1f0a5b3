/* A query as text again: in one spelling, with no more parentheses than needed to read it back. */
import type {
  AttributeField,
  Field,
  FieldExpression,
  FieldOperator,
  Hint,
  LiteralValue,
  Metrics,
  Pipeline,
  Query,
  Scalar,
  Spanset,
  Stage,
} from "./syntax-tree.ts";
import { EVENT_SCOPES, INTRINSIC_BY_ID, VALUE_WORDS } from "./vocabulary.ts";

/** The text of a query, which reads back as the same query. */
export function print(query: Query): string {
  const body = query.kind === "search" ? printPipeline(query.pipeline) : metricsText(query.metrics);
  return `${body}${hintsText(query.hints)}`;
}

function hintsText(hints: readonly Hint[]): string {
  if (hints.length === 0) return "";
  const texts = hints.map(
    ({ name, value }) => `${name}=${typeof value === "string" ? quoted(value) : String(value)}`,
  );
  return ` with(${texts.join(", ")})`;
}

/** The text of a pipeline. */
function printPipeline({ stages }: Pipeline): string {
  return stages.map(stageText).join(" | ");
}

function stageText(stage: Stage): string {
  switch (stage.node) {
    case "spanset":
      return spansetText(stage.spanset);
    case "by":
      return `by(${printField(stage.expression)})`;
    case "coalesce":
      return "coalesce()";
    case "select":
      return `select(${stage.fields.map(printField).join(", ")})`;
    case "scalarFilter":
      return `${scalarText(stage.left)} ${stage.operator} ${scalarText(stage.right)}`;
  }
}

function spansetText(spanset: Spanset): string {
  switch (spanset.node) {
    case "filter": {
      const { expression } = spanset;
      const isEmpty =
        expression.node === "literal" &&
        expression.place.start === spanset.place.start &&
        expression.literal.type === "boolean";
      return isEmpty ? "{ }" : `{ ${printField(expression)} }`;
    }
    case "logic":
      return `${operandText(spanset.left)} ${spanset.operator} ${operandText(spanset.right)}`;
    case "relation": {
      const { form, relation } = spanset;
      const mark = form === "plain" ? "" : form === "negated" ? "!" : "&";
      return `${operandText(spanset.left)} ${mark}${relation} ${operandText(spanset.right)}`;
    }
    case "negation":
      return `!${operandText(spanset.operand)}`;
    case "group":
      return `(${printPipeline(spanset.pipeline)})`;
  }
}

/** Operators between spansets are put in parentheses, because few know which binds more. */
function operandText(spanset: Spanset): string {
  const text = spansetText(spanset);
  return spanset.node === "logic" || spanset.node === "relation" ? `(${text})` : text;
}

/** The text of an aggregate, or of what is computed from some. */
export function scalarText(scalar: Scalar): string {
  switch (scalar.node) {
    case "literal":
      return literalText(scalar.literal);
    case "aggregate":
      return `${scalar.function}(${scalar.argument === undefined ? "" : printField(scalar.argument)})`;
    case "scalarBinary":
      return `(${scalarText(scalar.left)} ${scalar.operator} ${scalarText(scalar.right)})`;
    case "scalarPipeline":
      return `(${printPipeline(scalar.pipeline)} | ${scalarText(scalar.result)})`;
  }
}

/** The text of a field or of an expression over fields. */
export function printField(expression: FieldExpression): string {
  switch (expression.node) {
    case "literal":
      return literalText(expression.literal);
    case "attribute":
    case "intrinsic":
      return fieldName(expression);
    case "unary":
      return `${expression.operator}${partText(expression.operand, UNARY_LEVEL)}`;
    case "binary": {
      const { left, operator, right } = expression;
      const level = levelOf(operator);
      return `${partText(left, level)} ${operator} ${partText(right, level + 1)}`;
    }
  }
}

/** In parentheses if what surrounds the expression binds more than `level`. */
function partText(expression: FieldExpression, level: number): string {
  const text = printField(expression);
  if (expression.node === "unary") return level === UNARY_LEVEL ? `(${text})` : text;
  return expression.node === "binary" && levelOf(expression.operator) < level ? `(${text})` : text;
}

const LEVELS: readonly (readonly FieldOperator[])[] = [
  ["||"],
  ["&&"],
  ["=", "!=", "<", "<=", ">", ">=", "=~", "!~"],
  ["+", "-"],
  ["*", "/", "%"],
  ["^"],
];

const UNARY_LEVEL = LEVELS.length;

function levelOf(operator: FieldOperator): number {
  return LEVELS.findIndex((operators) => operators.includes(operator));
}

/** How a field is called in answers and in queries: `span.http.route`, `name`, `trace:id`. */
export function fieldName(field: Field): string {
  if (field.node === "intrinsic") {
    const [, name = ""] = field.id.split(":");
    if (field.ofParent) return `parent:${name}`;
    return INTRINSIC_BY_ID.get(field.id)?.shortName ?? field.id;
  }
  const parent = field.ofParent ? "parent" : "";
  const { scope, key } = ownScope(field) ?? {
    scope: field.scope === "any" ? "" : field.scope,
    key: field.key,
  };
  const scopes = [parent, scope].filter((part) => part !== "").join(".");
  return `${scopes}.${keyText({ ...field, key })}`;
}

/** `wait.kind` for `event.spoor.wait.kind`. */
function ownScope({
  scope,
  key,
}: AttributeField): { readonly scope: string; readonly key: string } | undefined {
  if (scope !== "event") return undefined;
  for (const [own, prefix] of EVENT_SCOPES) {
    if (key.startsWith(prefix) && key !== prefix) {
      return { scope: own, key: key.slice(prefix.length) };
    }
  }
  return undefined;
}

/** Quoted if the name would end early, or if it would be taken for a number or an intrinsic. */
function keyText({ key, ofParent, scope }: AttributeField): string {
  const isPlain = /^[^\s{}()=~!<>&|^,"]+$/u.test(key);
  const isNumber = scope === "any" && !ofParent && /^\d/u.test(key);
  const isAmbiguous = ofParent && scope === "any";
  return isPlain && !isNumber && !isAmbiguous ? key : quoted(key);
}

function quoted(text: string): string {
  const escaped = text
    .replaceAll("\\", "\\\\")
    .replaceAll('"', '\\"')
    .replaceAll("\n", "\\n")
    .replaceAll("\r", "\\r")
    .replaceAll("\t", "\\t");
  return `"${escaped}"`;
}

/** The text of a value. */
function literalText(literal: LiteralValue): string {
  switch (literal.type) {
    case "string":
      return quoted(literal.value);
    case "int":
      if (literal.value === -(2n ** 63n)) return "minInt";
      return literal.value.toString();
    case "float":
      return Number.isInteger(literal.value) ? literal.value.toFixed(1) : String(literal.value);
    case "duration":
      return durationText(literal.value);
    case "boolean":
    case "status":
    case "kind":
    case "state":
      return wordOf(literal);
    case "nil":
      return "nil";
  }
}

function wordOf(literal: Extract<LiteralValue, { value: boolean | number }>): string {
  for (const [word, value] of VALUE_WORDS) {
    if (value.type === literal.type && "value" in value && value.value === literal.value) {
      return word;
    }
  }
  return String(literal.value);
}

/** The largest unit in which the duration is a whole number. */
function durationText(nano: bigint): string {
  for (const [unit, unitNano] of DURATION_UNITS_DOWN) {
    if (nano !== 0n && nano % unitNano === 0n) return `${nano / unitNano}${unit}`;
  }
  return `${nano}ns`;
}

const DURATION_UNITS_DOWN: readonly (readonly [string, bigint])[] = [
  ["h", 3_600_000_000_000n],
  ["m", 60_000_000_000n],
  ["s", 1_000_000_000n],
  ["ms", 1_000_000n],
  ["us", 1_000n],
];

function metricsText(metrics: Metrics): string {
  switch (metrics.node) {
    case "metricsAggregate": {
      const { argument, quantiles, by } = metrics;
      const parts = argument === undefined ? [] : [printField(argument), ...quantiles.map(String)];
      const group = by.length === 0 ? "" : ` by (${by.map(fieldName).join(", ")})`;
      const call = `${metrics.function}(${parts.join(", ")})`;
      return `${printPipeline(metrics.pipeline)} | ${call}${group}`;
    }
    case "compare": {
      const { selection, valuesMax, fromUnixNano = 0n, toUnixNano = 0n } = metrics;
      const call = `compare(${spansetText(selection)}, ${valuesMax}, ${fromUnixNano}, ${toUnixNano})`;
      return `${printPipeline(metrics.pipeline)} | ${call}`;
    }
    case "metricsBinary":
      return `${sideText(metrics.left)} ${metrics.operator} ${sideText(metrics.right)}`;
    case "rank":
      return `${metricsText(metrics.operand)} | ${metrics.function}(${metrics.count})`;
    case "threshold": {
      const { operand, operator, value, isDuration } = metrics;
      const limit = isDuration ? durationText(BigInt(value)) : String(value);
      return `${metricsText(operand)} ${operator} ${limit}`;
    }
  }
}

function sideText(side: Metrics | number): string {
  return typeof side === "number" ? String(side) : `(${metricsText(side)})`;
}
