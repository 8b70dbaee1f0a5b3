/* Which type an expression has, and whether its parts fit together. */
import type { Place, Problem } from "../base/place.ts";
import { compilePattern } from "../pattern/pattern.ts";
import { printField } from "../syntax/print.ts";
import type { BinaryExpression, Field, FieldExpression } from "../syntax/syntax-tree.ts";
import { fieldsOf } from "./query-fields.ts";
import { INTRINSIC_BY_ID, type ValueType } from "../syntax/vocabulary.ts";

/** Finds problems and types. One for each query. */
export class TypeChecker {
  readonly problems: Problem[] = [];

  /** Notes a problem. */
  report(place: Place, message: string, hint?: string): void {
    this.problems.push({ place, message, ...(hint === undefined ? {} : { hint }) });
  }

  /** Requires that an expression is true or false. */
  requireBoolean(expression: FieldExpression): void {
    const type = this.typeOf(expression);
    if (type === "boolean" || type === "any") return;
    const text = printField(expression);
    const hint =
      type === "status" || type === "kind" || type === "state"
        ? `Compare it: ${text} = ${EXAMPLES[type] ?? ""}.`
        : "Compare it with something, such as = or >.";
    this.report(expression.place, `${text} is ${nameOf(type)}, neither true nor false`, hint);
  }

  /** Requires that an expression is a number that is read from a span. */
  requireNumberOfSpan(expression: FieldExpression, purpose: string): void {
    const type = this.typeOf(expression);
    if (type !== "any" && !isNumber(type)) {
      this.report(expression.place, `${purpose} takes a number, not ${nameOf(type)}`);
    } else this.requireSpan(expression, purpose);
  }

  /** Requires that an expression reads something from a span. */
  requireSpan(expression: FieldExpression, purpose: string): void {
    if (fieldsOf(expression).length > 0) return;
    const hint = "Name a field, such as duration or .http.route.";
    this.report(expression.place, `${purpose} looks at no span`, hint);
  }

  /** The type of an expression. What does not fit is reported, once, and then `any`. */
  typeOf(expression: FieldExpression): ValueType {
    switch (expression.node) {
      case "literal":
        return expression.literal.type;
      case "attribute":
        return isServiceName(expression) ? "string" : "any";
      case "intrinsic":
        return INTRINSIC_BY_ID.get(expression.id)?.type ?? "any";
      case "unary":
        return this.#unary(expression);
      case "binary":
        return this.#binary(expression);
    }
  }

  #unary(expression: Extract<FieldExpression, { node: "unary" }>): ValueType {
    const { operator, operand } = expression;
    const type = this.typeOf(operand);
    if (type === "any") return operator === "!" ? "boolean" : "any";
    if (operator === "!") {
      if (type !== "boolean") {
        const hint = `To negate a comparison write !(${printField(operand)} = …).`;
        this.report(expression.place, `! takes true or false, not ${nameOf(type)}`, hint);
      }
      return "boolean";
    }
    if (isNumber(type)) return type;
    this.report(expression.place, `- takes a number, not ${nameOf(type)}`);
    return "any";
  }

  #binary(expression: BinaryExpression): ValueType {
    const { operator } = expression;
    switch (operator) {
      case "&&":
      case "||":
        this.requireBoolean(expression.left);
        this.requireBoolean(expression.right);
        return "boolean";
      case "=~":
      case "!~":
        this.#pattern(expression);
        return "boolean";
      case "=":
      case "!=":
      case "<":
      case "<=":
      case ">":
      case ">=":
        this.#comparison(expression);
        return "boolean";
      default:
        return this.#arithmetic(expression);
    }
  }

  #arithmetic(expression: BinaryExpression): ValueType {
    const types = [expression.left, expression.right].map((operand) => {
      const type = this.typeOf(operand);
      const list = fieldsOf(operand).find(isList);
      if (list !== undefined) {
        const message = "a span has many events and links: there is no arithmetic with them";
        this.report(list.place, message);
      } else if (type !== "any" && !isNumber(type)) {
        this.report(operand.place, `${expression.operator} takes numbers, not ${nameOf(type)}`);
        return "any";
      }
      return type;
    });
    if (types.includes("any")) return "any";
    if (types.includes("duration")) return "duration";
    return types.every((type) => type === "int") ? "int" : "float";
  }

  #comparison(expression: BinaryExpression): void {
    const { left, operator, right, place } = expression;
    const [leftType, rightType] = [this.typeOf(left), this.typeOf(right)];
    if (leftType === "nil" || rightType === "nil") return this.#nil(expression);
    if (operator !== "=" && operator !== "!=") {
      for (const type of [leftType, rightType]) {
        if (type === "any" || type === "string" || isNumber(type)) continue;
        return this.report(place, `${nameOf(type)} is neither more nor less`, "Use = or !=.");
      }
    }
    if (leftType === "any" || rightType === "any" || leftType === rightType) return;
    if (isNumber(leftType) && isNumber(rightType)) return;
    const message = `${nameOf(leftType)} is compared with ${nameOf(rightType)}`;
    this.report(place, message, comparisonHint(left, leftType, rightType));
  }

  /** Intrinsics are never nil, and neither is the name of the service. */
  #nil({ left, operator, right, place }: BinaryExpression): void {
    if (operator !== "=" && operator !== "!=") {
      return this.report(place, "nil is neither more nor less", "Use = nil or != nil.");
    }
    const other = this.typeOf(left) === "nil" ? right : left;
    const isNeverNil =
      (other.node === "intrinsic" && !other.ofParent && !isOptional(other)) || isServiceName(other);
    if (operator === "=" && isNeverNil) {
      this.report(place, `${printField(other)} is never nil`, "Every span has it.");
    }
  }

  #pattern({ left, operator, right }: BinaryExpression): void {
    const type = this.typeOf(left);
    if (type !== "any" && type !== "string") {
      this.report(left.place, `${operator} takes text, not ${nameOf(type)}`);
    }
    if (right.node !== "literal" || right.literal.type !== "string") {
      const hint = 'Write it between quotation marks: =~ "GET|POST".';
      return this.report(right.place, "the regular expression has to be text", hint);
    }
    const compiled = compilePattern(right.literal.value);
    if (compiled.ok) return;
    // Behind the opening mark; an escape before it moves it, which a reader finds all the same.
    const start = Math.min(right.place.start + 1 + compiled.offset, right.place.end);
    const place = { start, end: Math.max(right.place.end, start) };
    const hint = "The syntax is that of RE2; a pattern has to match the whole text.";
    this.report(place, `this is no regular expression: ${compiled.message}`, hint);
  }
}

function comparisonHint(
  left: FieldExpression,
  leftType: ValueType,
  rightType: ValueType,
): string | undefined {
  const example = EXAMPLES[leftType];
  if (left.node !== "literal" && example !== undefined) {
    return `Compare ${printField(left)} with ${nameOf(leftType)}, such as ${example}.`;
  }
  return rightType === "string" ? "Leave the quotation marks out." : undefined;
}

const EXAMPLES: Partial<Record<ValueType, string>> = {
  string: '"text"',
  int: "3",
  duration: "100ms",
  status: "error",
  kind: "server",
  state: "open",
  boolean: "true",
};

/** Whether a field is the service of a span, which every span has. */
function isServiceName(expression: FieldExpression): boolean {
  return (
    expression.node === "attribute" &&
    expression.scope === "resource" &&
    expression.key === "service.name" &&
    !expression.ofParent
  );
}

/** Whether a span may have many values of a field: one for each event or link. */
function isList(field: Field): boolean {
  const scope = field.node === "attribute" ? field.scope : field.id.split(":")[0];
  return scope === "event" || scope === "link";
}

/** Intrinsics that some spans or traces have not. */
function isOptional({ id }: Extract<Field, { node: "intrinsic" }>): boolean {
  return /^(?:event|link):|^trace:root/u.test(id);
}

/** Whether values of a type can be calculated with. */
function isNumber(type: ValueType): boolean {
  return type === "int" || type === "float" || type === "duration";
}

function nameOf(type: ValueType): string {
  return TYPE_NAMES[type];
}

const TYPE_NAMES: Record<ValueType, string> = {
  any: "an attribute",
  string: "text",
  int: "an integer",
  float: "a number",
  duration: "a duration",
  boolean: "true or false",
  status: "a status",
  kind: "a kind",
  state: "a state",
  nil: "nil",
};
