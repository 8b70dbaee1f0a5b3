/* Series of numbers over time, and what can be done with them when they are there. */
import { floatResult } from "../syntax/parse-metrics.ts";
import type { Comparison, MetricsAggregate } from "../syntax/syntax-tree.ts";
import { fieldName } from "../syntax/print.ts";
import { compare, type Value, valueKey } from "./value.ts";

/** The interval of a metrics query, and the steps in which it is looked at. */
export interface TimeWindow {
  /** Inclusive. */
  readonly fromUnixNano: bigint;
  /** Exclusive. */
  readonly toUnixNano: bigint;
  /** More than 0. The last step may be shorter. */
  readonly stepNano: bigint;
}

/** One name and value that tells series apart. */
export interface SeriesLabel {
  readonly name: string;
  readonly value: Value;
}

/** A span that stands behind a number. */
export interface Exemplar {
  readonly traceId: string;
  readonly spanId: string;
  readonly startTimeUnixNano: bigint;
  readonly value: number;
}

/** A number for each step, NaN where there is none. */
export interface Series {
  readonly labels: readonly SeriesLabel[];
  readonly values: Float64Array;
  readonly exemplars: readonly Exemplar[];
}

/** How many steps a window has. */
export function stepCount({ fromUnixNano, toUnixNano, stepNano }: TimeWindow): number {
  return Number((toUnixNano - fromUnixNano + stepNano - 1n) / stepNano);
}

/** Labels as text that is equal for equal labels only. */
export function labelsKey(labels: readonly SeriesLabel[]): string {
  return labels.map(({ name, value }) => `${name}=${valueKey(value)}`).join(",");
}

/** The labels of a group of `by`. */
export function groupLabels(node: MetricsAggregate, values: readonly Value[]): SeriesLabel[] {
  return node.by.map((field, index) => ({ name: fieldName(field), value: values[index] }));
}

/** What one operand of arithmetic is. */
export type SeriesOperand = readonly Series[] | number;

/**
 * Arithmetic between series, or between series and a number, step by step. Series with equal labels
 * belong together; the one series without labels belongs to all of the other side.
 */
export function combineSeries(
  operator: "+" | "-" | "*" | "/",
  left: SeriesOperand,
  right: SeriesOperand,
): Series[] {
  if (typeof left === "number") {
    if (typeof right === "number") return [];
    return right.map((one) => mapSeries(one, (value) => floatResult(operator, left, value)));
  }
  if (typeof right === "number") {
    return left.map((one) => mapSeries(one, (value) => floatResult(operator, value, right)));
  }
  const joined = (of: Series, a: Series, b: Series): Series => ({
    labels: of.labels,
    values: a.values.map((value, step) =>
      floatResult(operator, value, b.values[step] ?? Number.NaN),
    ),
    exemplars: of.exemplars,
  });
  const [onlyLeft, onlyRight] = [alone(left), alone(right)];
  if (onlyRight !== undefined) return left.map((one) => joined(one, one, onlyRight));
  if (onlyLeft !== undefined) return right.map((one) => joined(one, onlyLeft, one));
  const rights = new Map(right.map((one) => [labelsKey(one.labels), one]));
  return left.flatMap((one) => {
    const partner = rights.get(labelsKey(one.labels));
    return partner === undefined ? [] : joined(one, one, partner);
  });
}

function alone(series: readonly Series[]): Series | undefined {
  const [first] = series;
  return series.length === 1 && first?.labels.length === 0 ? first : undefined;
}

function mapSeries(series: Series, change: (value: number) => number): Series {
  return { ...series, values: series.values.map(change) };
}

/** Keeps the numbers that compare with `limit`; a series without any goes. */
export function thresholdSeries(
  series: readonly Series[],
  operator: Comparison,
  limit: number,
): Series[] {
  const keeps = (value: number): boolean =>
    !Number.isNaN(value) && compare(operator, value, limit, () => false);
  return series
    .map((one) => mapSeries(one, (value) => (keeps(value) ? value : Number.NaN)))
    .filter(({ values }) => values.some((value) => !Number.isNaN(value)));
}

/** Keeps in each step the `count` largest or smallest numbers; of equal ones, those first. */
export function rankSeries(
  series: readonly Series[],
  name: "topk" | "bottomk",
  count: number,
): Series[] {
  const kept = series.map(({ values }) => new Float64Array(values.length).fill(Number.NaN));
  const steps = series[0]?.values.length ?? 0;
  const sign = name === "topk" ? -1 : 1;
  for (let step = 0; step < steps; step += 1) {
    const ranked = series
      .map(({ values }, index) => ({ index, value: values[step] ?? Number.NaN }))
      .filter(({ value }) => !Number.isNaN(value))
      .toSorted((a, b) => sign * (a.value - b.value) || a.index - b.index);
    for (const { index, value } of ranked.slice(0, count)) {
      const values = kept[index];
      if (values !== undefined) values[step] = value;
    }
  }
  return series
    .map((one, index) => ({ ...one, values: kept[index] ?? one.values }))
    .filter(({ values }) => values.some((value) => !Number.isNaN(value)));
}
