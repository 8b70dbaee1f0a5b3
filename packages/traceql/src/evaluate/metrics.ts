/* Metrics from traces: what spans a query finds, when they began, and what is counted of them. */
import { fieldName } from "../syntax/print.ts";
import type { Metrics, MetricsAggregate } from "../syntax/syntax-tree.ts";
import type { MetricsLeaf } from "../syntax/metrics-leaves.ts";
import { compareSpans } from "./compare-spans.ts";
import type { DenseSeries } from "./dense-series.ts";
import { evaluate } from "./expression.ts";
import { isSampled, type MetricsHints } from "./metrics-hints.ts";
import { aggregate, pipelineRows } from "./pipeline.ts";
import {
  combineSeries,
  type Exemplar,
  labelsKey,
  groupLabels,
  rankSeries,
  type Series,
  thresholdSeries,
  type TimeWindow,
} from "./series.ts";
import { type Cell, SeriesBuilder } from "./series-builder.ts";
import type { SpanSource, TraceView } from "./trace-view.ts";
import { numberOf, type Value, valueKey } from "./value.ts";

/** Series of the whole query from those of its leaves. */
export function combineMetrics(
  metrics: Metrics,
  seriesOf: (leaf: MetricsLeaf) => readonly Series[],
): Series[] {
  const side = (operand: Metrics | number): readonly Series[] | number =>
    typeof operand === "number" ? operand : combineMetrics(operand, seriesOf);
  switch (metrics.node) {
    case "metricsAggregate":
    case "compare":
      return [...seriesOf(metrics)];
    case "rank":
      return rankSeries(combineMetrics(metrics.operand, seriesOf), metrics.function, metrics.count);
    case "threshold":
      return thresholdSeries(
        combineMetrics(metrics.operand, seriesOf),
        metrics.operator,
        metrics.value,
      );
    case "metricsBinary":
      return combineSeries(metrics.operator, side(metrics.left), side(metrics.right));
  }
}

/** Collects the spans of one leaf, trace by trace, and makes its series. */
export interface LeafCollector {
  /** Adds what the leaf finds in a trace. */
  add(view: TraceView): void;
  /** The series of what was added, such a share of the traces, by which counts are scaled up. */
  finish(share?: number): DenseSeries;
}

/** A collector for a leaf. Only spans that start in the window count. */
export function leafCollector(
  leaf: MetricsLeaf,
  window: TimeWindow,
  hints: MetricsHints,
): LeafCollector {
  if (leaf.node === "compare") return compareSpans(leaf, window, hints);
  return new AggregateCollector(leaf, window, hints);
}

interface Bin {
  readonly group: readonly Value[];
  readonly step: number;
  count: number;
  readonly values: number[];
}

class AggregateCollector implements LeafCollector {
  readonly #leaf: MetricsAggregate;
  readonly #window: TimeWindow;
  readonly #hints: MetricsHints;
  readonly #bins = new Map<string, Bin>();
  readonly #exemplars = new Map<string, Exemplar[]>();

  constructor(leaf: MetricsAggregate, window: TimeWindow, hints: MetricsHints) {
    this.#leaf = leaf;
    this.#window = window;
    this.#hints = hints;
  }

  add(view: TraceView): void {
    if (!isSampled(view.facts.traceId, this.#hints.traceShare)) return;
    for (const row of pipelineRows(this.#leaf.pipeline, view)) {
      const span = view.spans[row];
      if (span !== undefined && this.#counts(span)) this.#addSpan(view, row, span);
    }
  }

  #counts({ startTimeUnixNano: start, spanId }: SpanSource): boolean {
    const { fromUnixNano, toUnixNano } = this.#window;
    const isInside = start >= fromUnixNano && start < toUnixNano;
    return isInside && isSampled(spanId, this.#hints.spanShare);
  }

  #addSpan(view: TraceView, row: number, span: SpanSource): void {
    const { argument, by } = this.#leaf;
    const read = (field: Parameters<TraceView["read"]>[1]): Value => view.read(row, field);
    const value = argument === undefined ? 0 : numberOf(evaluate(argument, read));
    // A span without the number has nothing to add.
    if (value === undefined) return;
    const group = by.map(read);
    const { fromUnixNano, stepNano } = this.#window;
    const step = Number((span.startTimeUnixNano - fromUnixNano) / stepNano);
    const key = `${step} ${group.map(valueKey).join(" ")}`;
    const bin = this.#bins.get(key) ?? { group, step, count: 0, values: [] };
    this.#bins.set(key, bin);
    bin.count += 1;
    if (argument !== undefined) bin.values.push(value);
    this.#addExemplar(view, span, { group, value });
  }

  #addExemplar(
    { facts: { traceId } }: TraceView,
    { spanId, startTimeUnixNano, durationNano }: SpanSource,
    { group, value }: { readonly group: readonly Value[]; readonly value: number },
  ): void {
    if (this.#hints.exemplars === 0) return;
    const key = labelsKey(groupLabels(this.#leaf, group));
    const list = this.#exemplars.get(key) ?? [];
    this.#exemplars.set(key, list);
    const shown = this.#leaf.argument === undefined ? Number(durationNano) : value;
    list.push({ traceId, spanId, startTimeUnixNano, value: shown });
  }

  finish(share: number = 1): DenseSeries {
    const builder = new SeriesBuilder(this.#leaf, this.#window);
    const weight = 1 / (this.#hints.traceShare * this.#hints.spanShare * share);
    for (const bin of this.#bins.values()) {
      builder.add(bin.group, bin.step, cellOf(this.#leaf, bin, this.#hints), weight);
    }
    const { series, isCut } = builder.finish();
    const exemplarsOf = (key: string): Exemplar[] =>
      (this.#exemplars.get(key) ?? []).toSorted(byTime).slice(0, this.#hints.exemplars);
    return { series: withExemplars(this.#leaf, series, exemplarsOf), isCut };
  }
}

function byTime(a: Exemplar, b: Exemplar): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : Number(a.spanId > b.spanId);
}

/** Gives series the exemplars of their group. */
export function withExemplars(
  leaf: MetricsAggregate,
  series: readonly Series[],
  exemplarsOf: (labels: string) => readonly Exemplar[],
): Series[] {
  const names = new Set(leaf.by.map(fieldName));
  return series.map((one) => {
    const own = one.labels.filter(({ name }) => names.has(name));
    return { ...one, exemplars: exemplarsOf(labelsKey(own)) };
  });
}

function cellOf(
  { function: name, quantiles }: MetricsAggregate,
  { count, values }: Bin,
  { buckets }: MetricsHints,
): Cell {
  const sorted = name === "quantile_over_time" ? values.toSorted((a, b) => a - b) : [];
  return {
    count,
    value: aggregate(AGGREGATE_OF[name] ?? "count", values) ?? Number.NaN,
    quantiles: quantiles.map((quantile) => quantileOf(sorted, quantile)),
    histogram: name === "histogram_over_time" ? histogramOf(values, buckets) : [],
  };
}

const AGGREGATE_OF: Partial<Record<string, "min" | "max" | "avg" | "sum">> = {
  min_over_time: "min",
  max_over_time: "max",
  avg_over_time: "avg",
  sum_over_time: "sum",
};

/** The value below which so large a share of the sorted values lies: one of them, not between. */
function quantileOf(sorted: readonly number[], quantile: number): number {
  const index = quantile < 1 ? Math.floor(quantile * sorted.length) : sorted.length - 1;
  return sorted[index] ?? Number.NaN;
}

function histogramOf(values: readonly number[], buckets: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const value of values) {
    const bound = buckets === 1 ? powerOfTwoFrom(value) : rootOfTwoFrom(value, buckets);
    counts.set(bound, (counts.get(bound) ?? 0) + 1);
  }
  return [...counts];
}

/** The least power of two that is not less than `value`; 1 for everything up to 1. */
function powerOfTwoFrom(value: number): number {
  if (!(value > 1)) return 1;
  const guess = 2 ** Math.ceil(Math.log2(value));
  // The logarithm is rounded: next to a power of two it may be off by one.
  if (guess / 2 >= value) return guess / 2;
  return guess < value ? guess * 2 : guess;
}

/** The same for narrower buckets, `2 ** (n / buckets)`. Whoever reads it rounds to `n`. */
function rootOfTwoFrom(value: number, buckets: number): number {
  return value > 1 ? 2 ** (Math.ceil(Math.log2(value) * buckets) / buckets) : 1;
}
