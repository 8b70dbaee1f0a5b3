/* Expressions over one span: what stands between braces, and in by( ) and aggregates. */
import { nearest } from "@spoor/trace";

import { SyntaxProblem, type Token } from "./lexer.ts";
import type {
  Field,
  FieldExpression,
  FieldOperator,
  Literal,
  LiteralValue,
} from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";
import {
  ATTRIBUTE_SCOPES,
  EVENT_SCOPES,
  INTRINSIC_BY_ID,
  INTRINSIC_BY_SHORT_NAME,
  INTRINSICS,
  VALUE_WORDS,
} from "./vocabulary.ts";

/** From what binds least to what binds most. */
const LEVELS: readonly ReadonlySet<string>[] = [
  new Set(["||"]),
  new Set(["&&"]),
  new Set(["=", "!=", "<", "<=", ">", ">=", "=~", "!~"]),
  new Set(["+", "-"]),
  new Set(["*", "/", "%"]),
  new Set(["^"]),
];

/** An expression. @throws SyntaxProblem */
export function parseFieldExpression(reader: TokenReader): FieldExpression {
  return reader.nested(() => parseLevel(reader, 0));
}

function parseLevel(reader: TokenReader, level: number): FieldExpression {
  const operators = LEVELS[level];
  if (operators === undefined) return parseUnary(reader);
  let left = parseLevel(reader, level + 1);
  while (reader.peek().kind === "symbol" && operators.has(reader.text ?? "")) {
    reader.countNode();
    // It is one of LEVELS.
    const operator = reader.text as FieldOperator;
    reader.take();
    const right = parseLevel(reader, level + 1);
    const place = { start: left.place.start, end: right.place.end };
    left = { node: "binary", operator, ...withWholeIds(operator, left, right), place };
  }
  return left;
}

/** Ids are written without their leading zeros, and in capitals, too: `trace:id = "5E1F"`. */
function withWholeIds(
  operator: FieldOperator,
  left: FieldExpression,
  right: FieldExpression,
): { readonly left: FieldExpression; readonly right: FieldExpression } {
  if (operator !== "=" && operator !== "!=") return { left, right };
  return { left: wholeId(left, right), right: wholeId(right, left) };
}

function wholeId(expression: FieldExpression, field: FieldExpression): FieldExpression {
  const digits = field.node === "intrinsic" ? INTRINSIC_BY_ID.get(field.id)?.idDigits : undefined;
  if (expression.node !== "literal" || digits === undefined) return expression;
  const { literal } = expression;
  if (literal.type !== "string" || !/^[\da-f]+$/iu.test(literal.value)) return expression;
  const value = literal.value.toLowerCase().padStart(digits, "0");
  return { ...expression, literal: { type: "string", value } };
}

function parseUnary(reader: TokenReader): FieldExpression {
  const { place } = reader.peek();
  if (reader.isSymbol("!") || reader.isSymbol("-")) {
    reader.countNode();
    const operator = reader.isSymbol("!") ? "!" : "-";
    reader.take();
    const operand = reader.nested(() => parseUnary(reader));
    const whole = { start: place.start, end: operand.place.end };
    const negative = operator === "-" && operand.node === "literal" && negated(operand.literal);
    if (negative !== false && negative !== undefined) {
      return { node: "literal", literal: negative, place: whole };
    }
    return { node: "unary", operator, operand, place: whole };
  }
  if (reader.skip("(")) {
    const inner = parseFieldExpression(reader);
    reader.expect(")", "to close the parenthesis");
    return inner;
  }
  reader.countNode();
  return parseOperand(reader);
}

/** `-1` is a number, not an operation: it prints as it was written. */
function negated(literal: LiteralValue): LiteralValue | undefined {
  if (literal.type === "int" || literal.type === "duration") {
    return { type: literal.type, value: BigInt.asIntN(64, -literal.value) };
  }
  return literal.type === "float" ? { type: "float", value: -literal.value } : undefined;
}

function parseOperand(reader: TokenReader): FieldExpression {
  const token = reader.peek();
  const literal = literalOf(token);
  if (literal !== undefined) {
    reader.take();
    return literal;
  }
  if (token.kind === "word" || token.kind === "scoped" || token.kind === "attribute") {
    return parseField(reader);
  }
  throw reader.unexpected("a field or a value");
}

/** The literal that a token is. */
export function literalOf(token: Token): Literal | undefined {
  const { place } = token;
  switch (token.kind) {
    case "string":
      return { node: "literal", literal: { type: "string", value: token.value }, place };
    case "int":
    case "duration":
      return { node: "literal", literal: { type: token.kind, value: token.value }, place };
    case "float":
      return { node: "literal", literal: { type: "float", value: token.value }, place };
    case "word": {
      const literal = VALUE_WORDS.get(token.text);
      return literal === undefined ? undefined : { node: "literal", literal, place };
    }
    default:
      return undefined;
  }
}

/** An attribute or an intrinsic. @throws SyntaxProblem */
export function parseField(reader: TokenReader): Field {
  const token = reader.peek();
  const { place } = token;
  if (token.kind === "attribute") {
    reader.take();
    const { scope, key, ofParent } = token;
    const intrinsic = token.isIntrinsic ? INTRINSIC_BY_SHORT_NAME.get(key) : undefined;
    if (intrinsic !== undefined) return { node: "intrinsic", id: intrinsic.id, ofParent, place };
    return { node: "attribute", scope, key, ofParent, place };
  }
  if (token.kind === "scoped") {
    reader.take();
    const ofParent = token.scope === "parent";
    const name = ofParent ? `span:${token.name}` : `${token.scope}:${token.name}`;
    const intrinsic = INTRINSIC_BY_ID.get(name);
    if (intrinsic === undefined) throw unknownScoped(token);
    return { node: "intrinsic", id: intrinsic.id, ofParent, place };
  }
  if (token.kind !== "word") throw reader.unexpected("a field");
  const intrinsic = INTRINSIC_BY_SHORT_NAME.get(token.text);
  if (intrinsic === undefined) throw unknownWord(token.text, token);
  reader.take();
  return { node: "intrinsic", id: intrinsic.id, ofParent: false, place };
}

function unknownScoped(token: Extract<Token, { kind: "scoped" }>): SyntaxProblem {
  const written = `${token.scope}:${token.name}`;
  const ids = INTRINSICS.map(({ id }) => id);
  // Right word, wrong scope: `trace:status`.
  const elsewhere = ids.find((id) => id.split(":")[1]?.toLowerCase() === token.name.toLowerCase());
  const meant = elsewhere ?? nearest(written, ids);
  const isScope = [...ATTRIBUTE_SCOPES, ...EVENT_SCOPES.keys()].includes(token.scope);
  const attribute = isScope ? `${token.scope}.${token.name} for an attribute` : undefined;
  const words = [meant, attribute].filter((word) => word !== undefined);
  return new SyntaxProblem(
    token.place,
    `there is no intrinsic field ${written}`,
    words.length === 0 ? undefined : `Write ${words.join(", or ")}.`,
  );
}

function unknownWord(word: string, token: Token): SyntaxProblem {
  if (word === "parent") {
    const hint = "Name what you want of it: parent.name, parent.duration, parent.key.";
    return new SyntaxProblem(token.place, "a parent is not a value", hint);
  }
  const known = [...INTRINSIC_BY_SHORT_NAME.keys(), ...VALUE_WORDS.keys()];
  const meant = nearest(word, known);
  const suggestion = meant === undefined ? "" : ` Did you mean ${meant}?`;
  const hint = `Write .${word} for an attribute, "${word}" for text.${suggestion}`;
  return new SyntaxProblem(token.place, `there is no field ${word}`, hint);
}
