/*
 * Pipelines as conditions on the spans of a trace, counted: `countIf(A) > 0 AND countIf(B) > 0`.
 *
 * They find candidates: every trace that fits, and some that do not, because SQL does not walk
 * trees. Each condition comes with one that no trace meets that does not fit, so that negation can
 * turn them around.
 *
 * Only the first filter looks at all spans of a trace, those behind it at what is left of them.
 * What is there among them is there among all; what is not there says nothing, and is left open.
 */
import {
  isTrue,
  type Pipeline,
  type Scalar,
  type Spanset,
  type SpansetFilter,
  type Stage,
} from "@spoor/traceql";

import { allOf, noneOf, someOf } from "./bound-sql.ts";
import { summarySql } from "./summary-condition.ts";
import type { ConditionWriter, SpanCondition } from "./condition.ts";

/** What a query wants of a trace. */
export interface TraceCondition {
  /** Over all spans of a trace: holds for all traces that fit. */
  readonly having: string;
  /** Over all spans: holds only for traces that fit. */
  readonly certain: string;
  /** Whether a trace may fit in which no filter finds a span. */
  readonly fitsWithout: boolean;
  /** On one span: holds for all that may be in the result. */
  readonly result: string;
  /** Over the summaries of a trace: holds for all traces that fit. */
  readonly summary: string;
}

/** Conditions of all filters of a query, in the order of the text, and of the whole. */
export class TraceConditions {
  readonly filters: Map<SpansetFilter, SpanCondition> = new Map();
  readonly #writer: ConditionWriter;

  constructor(writer: ConditionWriter) {
    this.#writer = writer;
  }

  /** The condition of a pipeline. */
  async pipeline({ stages }: Pipeline, isOfAll: boolean = true): Promise<TraceCondition> {
    let condition = EVERYTHING;
    for (const [index, stage] of stages.entries()) {
      condition = await this.#stage(stage, condition, { stages, index, isOfAll });
    }
    return condition;
  }

  async #stage(
    stage: Stage,
    before: TraceCondition,
    {
      stages,
      index,
      isOfAll,
    }: {
      readonly stages: readonly Stage[];
      readonly index: number;
      /** Whether the pipeline begins with all spans of the trace. */
      readonly isOfAll: boolean;
    },
  ): Promise<TraceCondition> {
    switch (stage.node) {
      case "spanset": {
        const own = await this.#spanset(stage.spanset, isOfAll && index === 0);
        if (index === 0) return own;
        // What is found by what is not there is found where nothing is left too.
        if (own.fitsWithout) return { ...own, certain: "0", result: "1" };
        return {
          having: allOf([before.having, own.having]),
          certain: "0",
          fitsWithout: false,
          result: own.result === "1" ? before.result : own.result,
          summary: allOf([before.summary, own.summary]),
        };
      }
      case "by":
      case "coalesce":
        return { ...before, certain: "0" };
      case "select":
        return before;
      case "scalarFilter": {
        for (const side of [stage.left, stage.right]) await this.#scalar(side);
        // Behind a second filter it would count among the spans of the first.
        return this.#scalarFilter(stage, before, isOfAll && index === 1 ? stages[0] : undefined);
      }
    }
  }

  #scalarFilter(
    stage: Extract<Stage, { node: "scalarFilter" }>,
    before: TraceCondition,
    previous: Stage | undefined,
  ): TraceCondition {
    const fitsWithout = holdsForNone(stage);
    const spanset = previous?.node === "spanset" ? previous.spanset : undefined;
    const filter = spanset?.node === "filter" ? this.filters.get(spanset) : undefined;
    const count = filter?.isExact === true ? countComparison(stage, filter.sql) : undefined;
    if (count !== undefined) {
      // A trace that fits without such a span has none to show: any of its spans counts.
      const result = fitsWithout ? "1" : before.result;
      const summary = fitsWithout ? "1" : before.summary;
      return { having: count, certain: count, fitsWithout, result, summary };
    }
    if (!fitsWithout) return { ...before, certain: "0" };
    return { having: "1", certain: "0", fitsWithout, result: "1", summary: "1" };
  }

  async #scalar(scalar: Scalar): Promise<void> {
    if (scalar.node === "scalarPipeline") await this.pipeline(scalar.pipeline, false);
    if (scalar.node !== "scalarBinary") return;
    await this.#scalar(scalar.left);
    await this.#scalar(scalar.right);
  }

  async #spanset(spanset: Spanset, isOfAll: boolean): Promise<TraceCondition> {
    switch (spanset.node) {
      case "filter": {
        const condition = await this.#writer.condition(spanset.expression);
        this.filters.set(spanset, condition);
        const some = condition.sql === "0" ? "0" : `countIf(${condition.sql}) > 0`;
        return {
          having: some,
          certain: condition.isExact ? some : "0",
          fitsWithout: false,
          result: condition.sql,
          summary: summarySql(this.#writer.sql, spanset.expression),
        };
      }
      case "logic": {
        const [left, right] = [
          await this.#spanset(spanset.left, isOfAll),
          await this.#spanset(spanset.right, isOfAll),
        ];
        const isAnd = spanset.operator === "&&";
        const join = isAnd ? allOf : someOf;
        return {
          having: join([left.having, right.having]),
          certain: join([left.certain, right.certain]),
          fitsWithout: isAnd
            ? left.fitsWithout && right.fitsWithout
            : left.fitsWithout || right.fitsWithout,
          result: someOf([left.result, right.result]),
          summary: join([left.summary, right.summary]),
        };
      }
      case "relation": {
        const [left, right] = [
          await this.#spanset(spanset.left, isOfAll),
          await this.#spanset(spanset.right, isOfAll),
        ];
        const isNegated = spanset.form === "negated";
        return {
          having: isNegated ? right.having : allOf([left.having, right.having]),
          certain: "0",
          fitsWithout: right.fitsWithout && (isNegated || left.fitsWithout),
          result: spanset.form === "union" ? someOf([left.result, right.result]) : right.result,
          summary: isNegated ? right.summary : allOf([left.summary, right.summary]),
        };
      }
      case "negation": {
        const inner = await this.#spanset(spanset.operand, isOfAll);
        if (!isOfAll) return { ...EVERYTHING, certain: "0" };
        return {
          having: noneOf(inner.certain),
          certain: noneOf(inner.having),
          fitsWithout: !inner.fitsWithout,
          result: "1",
          summary: "1",
        };
      }
      case "group":
        return this.pipeline(spanset.pipeline, isOfAll);
    }
  }
}

const EVERYTHING: TraceCondition = {
  having: "1",
  certain: "1",
  fitsWithout: true,
  result: "1",
  summary: "1",
};

/** `count() > 3` of the spans of a filter, exactly. */
function countComparison(
  { left, operator, right }: Extract<Stage, { node: "scalarFilter" }>,
  filter: string,
): string | undefined {
  if (left.node !== "aggregate" || left.function !== "count" || right.node !== "literal") {
    return undefined;
  }
  const { literal } = right;
  if (literal.type !== "int") return undefined;
  // Digits of an integer that was parsed: nothing else can be in there.
  return `toInt64(countIf(${filter})) ${operator} toInt64(${literal.value.toString()})`;
}

/** Whether a comparison holds for no spans, of which there are 0 and nothing else is known. */
function holdsForNone({
  left,
  operator,
  right,
  place,
}: Extract<Stage, { node: "scalarFilter" }>): boolean {
  const sides = [left, right].map(withoutSpans);
  const [first, second] = sides;
  if (first === "unknown" || second === "unknown") return true;
  if (first === undefined || second === undefined) return false;
  const literal = (value: number) =>
    ({ node: "literal", literal: { type: "float", value }, place }) as const;
  const expression = {
    node: "binary",
    operator,
    left: literal(first),
    right: literal(second),
    place,
  } as const;
  return isTrue(expression, () => undefined);
}

function withoutSpans(scalar: Scalar): number | undefined | "unknown" {
  switch (scalar.node) {
    case "literal": {
      const value = "value" in scalar.literal ? Number(scalar.literal.value) : Number.NaN;
      return Number.isNaN(value) ? undefined : value;
    }
    case "aggregate":
      return scalar.function === "count" ? 0 : undefined;
    case "scalarBinary":
    case "scalarPipeline":
      return "unknown";
  }
}
