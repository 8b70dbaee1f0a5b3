/*
 * Pipelines over one trace.
 *
 * A pipeline begins with all spans of the trace as one group. `by` divides groups, `coalesce` joins
 * them, filters make them smaller and drop those that become empty. One empty group stays: that of
 * a filter that found nothing, so that `| count() = 0` can ask for it.
 */
import type {
  AggregateFunction,
  FieldExpression,
  Pipeline,
  Scalar,
  Spanset,
  SpansetRelation,
  Stage,
} from "../syntax/syntax-tree.ts";
import { printField, scalarText } from "../syntax/print.ts";
import { evaluate } from "./expression.ts";
import { related, REVERSED, type RowSet } from "./relate.ts";
import type { TraceView } from "./trace-view.ts";
import { calculate, compare, numberOf, type Value, valueKey } from "./value.ts";

/** Spans that a pipeline found together. */
export interface SpanGroup {
  /** Row numbers of the view, ascending: by start, end and id. */
  readonly rows: readonly number[];
  /** What `by` and aggregates said about the group: `by(name)`, `count()`. */
  readonly attributes: readonly GroupAttribute[];
}

/** One value that a whole group has. */
export interface GroupAttribute {
  readonly name: string;
  readonly value: Value;
}

interface Group extends SpanGroup {
  /** Whether the group counts as found although it has no spans. */
  readonly isFoundEmpty: boolean;
  /** Whether it is one of those that `by` made; they go when they become empty. */
  readonly isDivided: boolean;
}

/** Rows, and whether the trace counts as found: negation may find one without rows. */
interface Found {
  readonly rows: readonly number[];
  readonly isFound: boolean;
}

/**
 * What a pipeline finds in a trace; undefined when it does not find it. A trace can be found by
 * what it has not: then there is one group without spans.
 */
export function runPipeline(pipeline: Pipeline, view: TraceView): SpanGroup[] | undefined {
  const groups = runStages(pipeline.stages, view, allRows(view));
  const matching = groups.filter(({ rows, isFoundEmpty }) => rows.length > 0 || isFoundEmpty);
  return matching.length === 0 ? undefined : matching;
}

/** Every row that a pipeline finds, each once: what metrics are made of. */
export function pipelineRows(pipeline: Pipeline, view: TraceView): number[] {
  return union(runPipeline(pipeline, view) ?? []);
}

function allRows(view: TraceView): number[] {
  return view.spans.map((_, row) => row);
}

function runStages(stages: readonly Stage[], view: TraceView, rows: readonly number[]): Group[] {
  let groups: Group[] = [{ rows, attributes: [], isFoundEmpty: false, isDivided: false }];
  for (const stage of stages) groups = runStage(stage, view, groups);
  return groups;
}

function runStage(stage: Stage, view: TraceView, groups: readonly Group[]): Group[] {
  switch (stage.node) {
    case "spanset":
      return groups
        .map((group) => {
          const { rows, isFound } = findSpans(stage.spanset, view, group.rows);
          return { ...group, rows, isFoundEmpty: isFound && rows.length === 0 };
        })
        .filter(({ rows, isDivided }) => rows.length > 0 || !isDivided);
    case "by":
      return groups.flatMap((group) => divide(stage.expression, view, group));
    case "coalesce":
      return [{ rows: union(groups), attributes: [], isFoundEmpty: false, isDivided: false }];
    case "select":
      return [...groups];
    case "scalarFilter":
      return groups.flatMap((group) => {
        const values = [stage.left, stage.right].map((side) => scalarValue(side, view, group));
        const [left, right] = values;
        if (!compare(stage.operator, left, right, () => false)) return [];
        const attributes = [...group.attributes];
        for (const [index, side] of [stage.left, stage.right].entries()) {
          if (side.node === "literal") continue;
          attributes.push({ name: scalarText(side), value: values[index] });
        }
        return [{ ...group, attributes, isFoundEmpty: group.rows.length === 0 }];
      });
  }
}

function union(groups: readonly SpanGroup[]): number[] {
  return [...new Set(groups.flatMap(({ rows }) => rows))].sort((a, b) => a - b);
}

function divide(expression: FieldExpression, view: TraceView, group: Group): Group[] {
  const parts = new Map<string, { readonly value: Value; readonly rows: number[] }>();
  for (const row of group.rows) {
    const value = evaluate(expression, (field) => view.read(row, field));
    const key = valueKey(value);
    const part = parts.get(key);
    if (part === undefined) parts.set(key, { value, rows: [row] });
    else part.rows.push(row);
  }
  const name = `by(${printField(expression)})`;
  return Array.from(parts.values(), ({ value, rows }) => ({
    rows,
    attributes: [...group.attributes, { name, value }],
    isFoundEmpty: false,
    isDivided: true,
  }));
}

function findSpans(spanset: Spanset, view: TraceView, rows: readonly number[]): Found {
  switch (spanset.node) {
    case "filter":
      return found(rows.filter((row) => view.holds(row, spanset.expression)));
    case "logic": {
      const left = findSpans(spanset.left, view, rows);
      const right = findSpans(spanset.right, view, rows);
      const isFound =
        spanset.operator === "&&" ? left.isFound && right.isFound : left.isFound || right.isFound;
      return isFound ? { rows: unionRows(left.rows, right.rows), isFound } : NOTHING;
    }
    case "relation":
      return findRelated(spanset, view, rows);
    case "negation":
      return findSpans(spanset.operand, view, rows).isFound ? NOTHING : { rows, isFound: true };
    case "group": {
      const groups = runStages(spanset.pipeline.stages, view, rows);
      const isFound = groups.some((group) => group.rows.length > 0 || group.isFoundEmpty);
      return isFound ? { rows: union(groups), isFound } : NOTHING;
    }
  }
}

const NOTHING: Found = { rows: [], isFound: false };

function found(rows: readonly number[]): Found {
  return { rows, isFound: rows.length > 0 };
}

function unionRows(left: readonly number[], right: readonly number[]): number[] {
  return [...new Set([...left, ...right])].sort((a, b) => a - b);
}

function findRelated(
  { relation, form, left, right }: SpansetRelation,
  view: TraceView,
  rows: readonly number[],
): Found {
  const lefts = rowSet(findSpans(left, view, rows).rows, view);
  const rights = rowSet(findSpans(right, view, rows).rows, view);
  const rightOfLeft = related(relation, lefts, view.structure);
  if (form === "negated") {
    return found(rows.filter((row) => rights[row] === 1 && rightOfLeft[row] === 0));
  }
  const isRight = (row: number): boolean => rights[row] === 1 && rightOfLeft[row] === 1;
  if (form === "plain") return found(rows.filter(isRight));
  const leftOfRight = related(REVERSED[relation], rights, view.structure);
  return found(rows.filter((row) => isRight(row) || (lefts[row] === 1 && leftOfRight[row] === 1)));
}

function rowSet(rows: readonly number[], view: TraceView): RowSet {
  const set = new Uint8Array(view.spans.length);
  for (const row of rows) set[row] = 1;
  return set;
}

function scalarValue(scalar: Scalar, view: TraceView, group: SpanGroup): Value {
  switch (scalar.node) {
    case "literal":
      return scalar.literal.type === "int" || scalar.literal.type === "duration"
        ? Number(scalar.literal.value)
        : evaluate(scalar, () => undefined);
    case "scalarBinary": {
      const left = scalarValue(scalar.left, view, group);
      const right = scalarValue(scalar.right, view, group);
      return calculate(scalar.operator, left, right, false);
    }
    case "scalarPipeline": {
      const groups = runStages(scalar.pipeline.stages, view, allRows(view));
      return scalarValue(scalar.result, view, { rows: union(groups), attributes: [] });
    }
    case "aggregate": {
      const { argument } = scalar;
      if (argument === undefined) return group.rows.length;
      const values = group.rows.flatMap((row) => {
        const value = numberOf(evaluate(argument, (field) => view.read(row, field)));
        return value ?? [];
      });
      return aggregate(scalar.function, values);
    }
  }
}

/** An aggregate of numbers; without any there is none. */
export function aggregate(name: AggregateFunction, values: readonly number[]): number | undefined {
  if (name === "count") return values.length;
  if (values.length === 0) return undefined;
  const sum = (): number => values.reduce((total, value) => total + value, 0);
  switch (name) {
    case "sum":
      return sum();
    case "avg":
      return sum() / values.length;
    case "min":
      return values.reduce((least, value) => (value < least ? value : least));
    case "max":
      return values.reduce((most, value) => (value > most ? value : most));
  }
}
