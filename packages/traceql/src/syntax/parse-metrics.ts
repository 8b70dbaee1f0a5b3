/*
 * Metrics: functions over pipelines, arithmetic between them, thresholds and ranks.
 *
 * `{} | rate()` may stand alone; as an operand it needs parentheses. What opens with a parenthesis
 * is metrics if a metrics function stands in it, a number if only numbers do, and else the first
 * set of spans of a pipeline.
 */
import type { Place } from "../base/place.ts";
import { COMPARE_VALUES_DEFAULT } from "../base/limits.ts";
import { SyntaxProblem } from "./lexer.ts";
import { parseFieldExpression } from "./parse-fields.ts";
import { parseFieldList, type SpansetParser } from "./parse-spansets.ts";
import type { Comparison, Field, Metrics, MetricsFunction, Pipeline } from "./syntax-tree.ts";
import type { TokenReader } from "./token-reader.ts";
import { METRICS_FUNCTIONS } from "./vocabulary.ts";

/** What an operand is while it is parsed. Integers stay integers as long as no series comes in. */
type Operand =
  | { readonly kind: "metrics"; readonly metrics: Metrics; readonly isBare: boolean }
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number };

type Operator = "+" | "-" | "*" | "/";

/** Names of functions whose result is series. */
export const SERIES_FUNCTIONS: ReadonlySet<string> = new Set([...METRICS_FUNCTIONS, "compare"]);

const COMPARISONS: ReadonlySet<string> = new Set(["=", "!=", "<", "<=", ">", ">="]);

/** Parses metrics. One for each query. */
export class MetricsParser {
  readonly #reader: TokenReader;
  readonly #spansets: SpansetParser;

  constructor(reader: TokenReader, spansets: SpansetParser) {
    this.#reader = reader;
    this.#spansets = spansets;
  }

  /** Metrics with what follows them. @throws SyntaxProblem */
  metrics(): Metrics {
    const reader = this.#reader;
    const start = reader.peek().place;
    const operand = reader.nested(() => this.#sum());
    if (operand.kind !== "metrics") {
      throw new SyntaxProblem(reader.since(start), "a number alone is no query");
    }
    let { metrics } = operand;
    for (;;) {
      reader.countNode();
      if (reader.skip("|")) metrics = this.#rank(metrics, start);
      else if (reader.peek().kind === "symbol" && COMPARISONS.has(reader.text ?? "")) {
        metrics = this.#threshold(metrics, start);
      } else return metrics;
    }
  }

  #rank(operand: Metrics, start: Place): Metrics {
    const reader = this.#reader;
    const name = reader.text;
    if (name !== "topk" && name !== "bottomk") throw reader.unexpected("topk or bottomk");
    reader.take();
    reader.expect("(", `after ${name}`);
    const token = reader.take();
    if (token.kind !== "int" || token.value === 0n || token.value > 1_000_000n) {
      throw new SyntaxProblem(token.place, `${name} takes a number of series, 1 or more`);
    }
    reader.expect(")", `to end ${name}`);
    const count = Number(token.value);
    return { node: "rank", function: name, count, operand, place: reader.since(start) };
  }

  #threshold(operand: Metrics, start: Place): Metrics {
    const reader = this.#reader;
    // It is one of COMPARISONS.
    const operator = reader.text as Comparison;
    reader.take();
    const isNegative = reader.isSymbol("-") && reader.peek(1).kind === "duration";
    const token = reader.peek(isNegative ? 1 : 0);
    if (token.kind === "duration") {
      reader.take();
      if (isNegative) reader.take();
      const value = Number(token.value) * (isNegative ? -1 : 1);
      const place = reader.since(start);
      return { node: "threshold", operator, value, isDuration: true, operand, place };
    }
    const right = this.#sum();
    if (right.kind === "metrics") {
      throw new SyntaxProblem(right.metrics.place, "series are compared with numbers only");
    }
    const value = Number(right.value);
    const place = reader.since(start);
    return { node: "threshold", operator, value, isDuration: false, operand, place };
  }

  #sum(): Operand {
    return this.#chain(["+", "-"], () => this.#chain(["*", "/"], () => this.#operand()));
  }

  #chain(operators: readonly Operator[], operand: () => Operand): Operand {
    const start = this.#reader.peek().place;
    let left = operand();
    for (;;) {
      const operator = operators.find((symbol) => this.#reader.isSymbol(symbol));
      if (operator === undefined) return left;
      const { place } = this.#reader.take();
      this.#reader.countNode();
      this.#requireParentheses(left, place);
      const right = operand();
      this.#requireParentheses(right, place);
      left = combine(operator, left, right, this.#reader.since(start));
    }
  }

  #requireParentheses(operand: Operand, place: Place): void {
    if (operand.kind !== "metrics" || !operand.isBare) return;
    const hint = "Put the query in parentheses: ({} | rate()) * 60.";
    throw new SyntaxProblem(place, "arithmetic needs parentheses around a query", hint);
  }

  #operand(): Operand {
    const reader = this.#reader;
    const { place } = reader.peek();
    if (reader.skip("-"))
      return negated(
        reader.nested(() => this.#operand()),
        place,
      );
    const token = reader.peek();
    if (token.kind === "int") {
      reader.take();
      return { kind: "int", value: token.value };
    }
    if (token.kind === "float") {
      reader.take();
      return { kind: "float", value: token.value };
    }
    if (token.kind === "duration") {
      const hint = "Write seconds as a number.";
      throw new SyntaxProblem(place, "there is no arithmetic with durations here", hint);
    }
    if (reader.isSymbol("(")) {
      if (reader.groupIsScalar()) return this.#inParentheses(() => this.#sum());
      if (this.#isMetricsGroup()) {
        return this.#inParentheses(() => {
          return { kind: "metrics", metrics: this.metrics(), isBare: false };
        });
      }
    }
    return { kind: "metrics", metrics: this.#aggregate(), isBare: true };
  }

  #isMetricsGroup(): boolean {
    return this.#reader.groupHas(SERIES_FUNCTIONS);
  }

  #inParentheses(parse: () => Operand): Operand {
    this.#reader.expect("(", "to open a parenthesis");
    const operand = this.#reader.nested(parse);
    this.#reader.expect(")", "to close the parenthesis");
    return operand.kind === "metrics" ? { ...operand, isBare: false } : operand;
  }

  #aggregate(): Metrics {
    const reader = this.#reader;
    const start = reader.peek().place;
    const pipeline = this.#spansets.pipeline();
    reader.expect("|", "and a metrics function");
    const name = reader.text;
    if (name === undefined || !SERIES_FUNCTIONS.has(name)) {
      throw reader.unexpected("a metrics function such as rate()");
    }
    reader.take();
    if (name === "compare") return this.#compare(pipeline, start);
    // It is one of METRICS_FUNCTIONS.
    const metricsFunction = name as MetricsFunction;
    reader.expect("(", `after ${name}`);
    const hasArgument = name !== "rate" && name !== "count_over_time";
    const argument = hasArgument ? parseFieldExpression(reader) : undefined;
    const quantiles = name === "quantile_over_time" ? this.#quantiles() : [];
    reader.expect(")", `to end ${name}`);
    const by = this.#by();
    const place = reader.since(start);
    return {
      node: "metricsAggregate",
      pipeline,
      function: metricsFunction,
      argument,
      quantiles,
      by,
      place,
    };
  }

  #quantiles(): number[] {
    const reader = this.#reader;
    const quantiles: number[] = [];
    do {
      reader.expect(",", "and a quantile, from 0 to 1");
      const token = reader.take();
      const value = token.kind === "int" || token.kind === "float" ? Number(token.value) : -1;
      if (value < 0 || value > 1) {
        const hint = "The 99th percentile is .99.";
        throw new SyntaxProblem(token.place, "a quantile is a number from 0 to 1", hint);
      }
      quantiles.push(value);
    } while (reader.isSymbol(","));
    return quantiles;
  }

  #by(): Field[] {
    const reader = this.#reader;
    if (!reader.isWord("by")) return [];
    reader.take();
    reader.expect("(", "after by");
    const fields = parseFieldList(reader);
    reader.expect(")", "to end by");
    return fields;
  }

  #compare(pipeline: Pipeline, start: Place): Metrics {
    const reader = this.#reader;
    reader.expect("(", "after compare");
    const selection = this.#spansets.filter();
    const numbers: bigint[] = [];
    while (numbers.length < 3 && reader.skip(",")) {
      const token = reader.take();
      if (token.kind !== "int") {
        const form = "compare({…}, values, start, end)";
        throw new SyntaxProblem(token.place, `${form} takes whole numbers`);
      }
      numbers.push(token.value);
    }
    reader.expect(")", "to end compare");
    const [values, from, to] = numbers;
    return {
      node: "compare",
      pipeline,
      selection,
      valuesMax: values === undefined ? COMPARE_VALUES_DEFAULT : Number(values),
      fromUnixNano: from === 0n ? undefined : from,
      toUnixNano: to === 0n ? undefined : to,
      place: reader.since(start),
    };
  }
}

function negated(operand: Operand, start: Place): Operand {
  if (operand.kind === "int") return { kind: "int", value: BigInt.asIntN(64, -operand.value) };
  if (operand.kind === "float") return { kind: "float", value: -operand.value };
  const place = { start: start.start, end: operand.metrics.place.end };
  const metrics: Metrics = {
    node: "metricsBinary",
    operator: "*",
    left: -1,
    right: operand.metrics,
    place,
  };
  return { kind: "metrics", metrics, isBare: operand.isBare };
}

function combine(operator: Operator, left: Operand, right: Operand, place: Place): Operand {
  if (left.kind !== "metrics" && right.kind !== "metrics") {
    if (left.kind === "int" && right.kind === "int") {
      return { kind: "int", value: integerResult(operator, left.value, right.value, place) };
    }
    const value = floatResult(operator, Number(left.value), Number(right.value));
    return { kind: "float", value };
  }
  const side = (operand: Operand): Metrics | number =>
    operand.kind === "metrics" ? operand.metrics : Number(operand.value);
  const metrics = {
    node: "metricsBinary",
    operator,
    left: side(left),
    right: side(right),
    place,
  } as const;
  return { kind: "metrics", metrics, isBare: false };
}

/** `1 / 2` is 0 between whole numbers; that of a float is 0.5. */
function integerResult(operator: Operator, left: bigint, right: bigint, place: Place): bigint {
  if (operator === "/" && right === 0n) {
    throw new SyntaxProblem(place, "this divides by zero");
  }
  const result = {
    "+": () => left + right,
    "-": () => left - right,
    "*": () => left * right,
    "/": () => left / right,
  }[operator]();
  if (BigInt.asIntN(64, result) === result) return result;
  throw new SyntaxProblem(place, "the result needs more than 64 bits");
}

/** Arithmetic of doubles, in which a division by zero has no result. */
export function floatResult(operator: Operator, left: number, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return right === 0 ? Number.NaN : left / right;
  }
}
