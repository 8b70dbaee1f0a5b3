/*
 * Pipelines of sets of spans.
 *
 * A parenthesis at the start of a step may hold spans or a number: `({a} | count() > 1) >> {b}`,
 * `({a} | count()) > 3`. It is parsed once, what came out is remembered by the number of its first
 * token, and decides: that keeps the cost linear however deep parentheses nest.
 */
import { nearest } from "@spoor/trace";

import { SyntaxProblem } from "./lexer.ts";
import { literalOf, parseField, parseFieldExpression } from "./parse-fields.ts";
import type {
  AggregateFunction,
  Arithmetic,
  Comparison,
  Field,
  Pipeline,
  Relation,
  Scalar,
  Spanset,
  SpansetFilter,
  SpansetRelation,
  Stage,
} from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";
import { AGGREGATES, METRICS_FUNCTIONS } from "./vocabulary.ts";
import type { Place } from "../base/place.ts";

/** What stands between parentheses: steps, and a number if it ends with one. */
interface Group {
  readonly pipeline: Pipeline;
  readonly result: Scalar | undefined;
  readonly place: Place;
}

const COMPARISONS: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">="]);
const STAGE_WORDS = ["by", "coalesce", "select", ...AGGREGATES];

/** Parses pipelines. One for each query. */
export class SpansetParser {
  readonly #reader: TokenReader;
  readonly #groups = new Map<number, { readonly group: Group; readonly end: number }>();

  constructor(reader: TokenReader) {
    this.#reader = reader;
  }

  /** Steps up to the end or what cannot follow a step. @throws SyntaxProblem */
  pipeline(): Pipeline {
    const start = this.#reader.peek().place;
    const stages = [this.#firstStage()];
    while (this.#reader.isSymbol("|") && !this.#metricsFollow()) {
      this.#reader.take();
      stages.push(this.#filterStage());
    }
    return { stages, place: this.#reader.since(start) };
  }

  /** `{ … }`. @throws SyntaxProblem */
  filter(): SpansetFilter {
    const reader = this.#reader;
    const start = reader.expect("{", "to begin a filter");
    reader.countNode();
    if (reader.isSymbol("}")) {
      const place = reader.since(reader.take().place);
      const whole = { start: start.start, end: place.end };
      const expression = {
        node: "literal",
        literal: { type: "boolean", value: true },
        place: whole,
      } as const;
      return { node: "filter", expression, place: whole };
    }
    const expression = parseFieldExpression(reader);
    reader.expect("}", "to end the filter");
    return { node: "filter", expression, place: reader.since(start) };
  }

  #metricsFollow(): boolean {
    const token = this.#reader.peek(1);
    return token.kind === "word" && METRICS_WORDS.has(token.text);
  }

  #firstStage(): Stage {
    if (this.#reader.isWord("coalesce")) {
      const { place } = this.#reader.peek();
      const hint = "It joins what by( ) divided: {…} | by(…) | … | coalesce().";
      throw new SyntaxProblem(place, "a query cannot begin with coalesce", hint);
    }
    return this.#filterStage();
  }

  /** A step that is not a number alone. */
  #filterStage(): Stage {
    const stage = this.#stage();
    if ("operator" in stage || stage.node !== "number") return stage;
    throw this.#reader.unexpected("a comparison such as > 3");
  }

  /** A step, or a number for which the end of a parenthesis or a comparison may follow. */
  #stage(): Stage | { readonly node: "number"; readonly scalar: Scalar } {
    const reader = this.#reader;
    const { place } = reader.peek();
    reader.countNode();
    if (reader.isWord("by")) return this.#by();
    if (reader.isWord("select")) return this.#select();
    if (reader.isWord("coalesce")) {
      reader.take();
      this.#emptyParentheses("coalesce");
      return { node: "coalesce", place: reader.since(place) };
    }
    if (reader.isSymbol("{") || reader.isSymbol("!")) return this.#spansetStage();
    if (reader.isSymbol("(") && this.#group().result === undefined) return this.#spansetStage();
    if (reader.peek().kind === "word" && !isAggregate(reader.text)) throw this.#unknownStage();
    const left = this.#scalar();
    const operator = reader.text;
    if (operator === undefined || !COMPARISONS.has(operator)) {
      return { node: "number", scalar: left };
    }
    reader.take();
    const right = this.#scalar();
    if (isConstant(left) && isConstant(right)) {
      const hint = "Begin with count(), min( ), max( ), avg( ) or sum( ).";
      throw new SyntaxProblem(reader.since(place), "this compares no spans", hint);
    }
    return {
      node: "scalarFilter",
      // It is one of COMPARISONS.
      operator: operator as Comparison,
      left,
      right,
      place: reader.since(place),
    };
  }

  #unknownStage(): SyntaxProblem {
    const word = this.#reader.text ?? "";
    const meant = nearest(word, [...STAGE_WORDS, ...METRICS_FUNCTIONS]);
    const hint =
      meant === undefined
        ? `A step is a filter { … }, or one of ${STAGE_WORDS.join(", ")}.`
        : `Did you mean ${meant}( )?`;
    return new SyntaxProblem(this.#reader.peek().place, `there is no step ${word}`, hint);
  }

  #by(): Stage {
    const reader = this.#reader;
    const start = reader.take().place;
    reader.expect("(", "after by");
    const expression = parseFieldExpression(reader);
    reader.expect(")", "to end by");
    return { node: "by", expression, place: reader.since(start) };
  }

  #select(): Stage {
    const reader = this.#reader;
    const start = reader.take().place;
    reader.expect("(", "after select");
    const fields = parseFieldList(reader);
    reader.expect(")", "to end select");
    return { node: "select", fields, place: reader.since(start) };
  }

  #emptyParentheses(name: string): void {
    this.#reader.expect("(", `after ${name}`);
    this.#reader.expect(")", `after ${name}(`);
  }

  #spansetStage(): Stage {
    const spanset = this.#or();
    return { node: "spanset", spanset, place: spanset.place };
  }

  #or(): Spanset {
    let left = this.#and();
    while (this.#reader.skip("||")) {
      const right = this.#and();
      left = { node: "logic", operator: "||", left, right, place: around(left, right) };
    }
    return left;
  }

  #and(): Spanset {
    let left = this.#relation();
    while (this.#reader.skip("&&")) {
      const right = this.#relation();
      left = { node: "logic", operator: "&&", left, right, place: around(left, right) };
    }
    return left;
  }

  #relation(): Spanset {
    let left = this.#operand();
    for (;;) {
      const found = relationOf(this.#reader.text);
      if (found === undefined) return left;
      this.#reader.take();
      const right = this.#operand();
      left = { node: "relation", ...found, left, right, place: around(left, right) };
    }
  }

  #operand(): Spanset {
    const reader = this.#reader;
    reader.countNode();
    const { place } = reader.peek();
    if (reader.skip("!")) {
      const operand = reader.nested(() => this.#operand());
      return { node: "negation", operand, place: reader.since(place) };
    }
    if (reader.isSymbol("{")) return this.filter();
    if (!reader.isSymbol("(")) throw reader.unexpected("a filter { … }");
    const { pipeline, result, place: whole } = this.#takeGroup();
    if (result !== undefined) {
      throw new SyntaxProblem(whole, "this is a number, not spans", "Compare it: count() > 1.");
    }
    return { node: "group", pipeline, place: whole };
  }

  /** Looks into the parentheses that open next. */
  #group(): Group {
    const index = this.#reader.index;
    const group = this.#takeGroup();
    this.#reader.seek(index);
    return group;
  }

  #takeGroup(): Group {
    const reader = this.#reader;
    const { index } = reader;
    const known = this.#groups.get(index);
    if (known !== undefined) {
      reader.seek(known.end);
      return known.group;
    }
    const group = reader.nested(() => this.#parseGroup());
    this.#groups.set(index, { group, end: reader.index });
    return group;
  }

  #parseGroup(): Group {
    const reader = this.#reader;
    const start = reader.expect("(", "to open a parenthesis");
    const stages: Stage[] = [];
    let result: Scalar | undefined;
    do {
      const stage = stages.length === 0 ? this.#firstOrNumber() : this.#stage();
      if (stage.node === "number") result = stage.scalar;
      else stages.push(stage);
    } while (result === undefined && reader.skip("|"));
    reader.expect(")", "to close the parenthesis");
    const place = reader.since(start);
    return { pipeline: { stages, place }, result, place };
  }

  #firstOrNumber(): ReturnType<SpansetParser["pipeline"]>["stages"][number] | NumberStage {
    return this.#reader.isWord("coalesce") ? this.#firstStage() : this.#stage();
  }

  #scalar(): Scalar {
    return this.#reader.nested(() => this.#sum(["+", "-"]));
  }

  #sum(operators: readonly Arithmetic[]): Scalar {
    const isProduct = operators.includes("*");
    const operand = (): Scalar =>
      isProduct ? this.#scalarOperand() : this.#sum(["*", "/", "%", "^"]);
    let left = operand();
    for (;;) {
      const operator = operators.find((symbol) => this.#reader.isSymbol(symbol));
      if (operator === undefined) return left;
      this.#reader.take();
      this.#reader.countNode();
      const right = operand();
      const place = { start: left.place.start, end: right.place.end };
      left = { node: "scalarBinary", operator, left, right, place };
    }
  }

  #scalarOperand(): Scalar {
    const reader = this.#reader;
    const start = reader.peek().place;
    if (reader.isSymbol("(")) {
      const { pipeline, result, place } = this.#takeGroup();
      if (result === undefined) {
        throw new SyntaxProblem(place, "these are spans, not a number", "End it with | count().");
      }
      if (pipeline.stages.length === 0) return result;
      return { node: "scalarPipeline", pipeline, result, place };
    }
    if (isAggregate(reader.text)) return this.#aggregate(reader.text);
    const isNegative = reader.skip("-");
    const literal = literalOf(reader.peek());
    if (literal === undefined) throw reader.unexpected("a number or an aggregate");
    const value = literal.literal;
    reader.take();
    if (value.type !== "int" && value.type !== "float" && value.type !== "duration") {
      throw new SyntaxProblem(literal.place, "aggregates are compared with numbers only");
    }
    const place = reader.since(start);
    if (!isNegative) return { ...literal, place };
    const negative =
      value.type === "float"
        ? { ...value, value: -value.value }
        : { ...value, value: -value.value };
    return { node: "literal", literal: negative, place };
  }

  #aggregate(name: AggregateFunction): Scalar {
    const reader = this.#reader;
    const start = reader.take().place;
    reader.expect("(", `after ${name}`);
    const argument = name === "count" ? undefined : parseFieldExpression(reader);
    reader.expect(")", `to end ${name}`);
    return { node: "aggregate", function: name, argument, place: reader.since(start) };
  }
}

interface NumberStage {
  readonly node: "number";
  readonly scalar: Scalar;
}

/** Fields between commas. @throws SyntaxProblem */
export function parseFieldList(reader: TokenReader): Field[] {
  const fields = [parseField(reader)];
  while (reader.skip(",")) fields.push(parseField(reader));
  return fields;
}

const METRICS_WORDS: ReadonlySet<string> = new Set([
  ...METRICS_FUNCTIONS,
  "compare",
  "topk",
  "bottomk",
]);

function isAggregate(word: string | undefined): word is AggregateFunction {
  return AGGREGATES.some((name) => name === word);
}

function isConstant(scalar: Scalar): boolean {
  if (scalar.node === "literal") return true;
  return scalar.node === "scalarBinary" && isConstant(scalar.left) && isConstant(scalar.right);
}

function around(left: Spanset, right: Spanset): Place {
  return { start: left.place.start, end: right.place.end };
}

function relationOf(
  symbol: string | undefined,
): Pick<SpansetRelation, "relation" | "form"> | undefined {
  if (symbol === undefined) return undefined;
  const relation = symbol.replace(/^[!&]/u, "");
  if (!RELATIONS.has(relation)) return undefined;
  const form = symbol.startsWith("!") ? "negated" : symbol.startsWith("&") ? "union" : "plain";
  // It is one of RELATIONS.
  return { relation: relation as Relation, form };
}

const RELATIONS: ReadonlySet<string> = new Set([">", ">>", "<", "<<", "~"]);
