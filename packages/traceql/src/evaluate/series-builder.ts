/* Cells, the numbers of some spans in one step, put together to series. */
import type { MetricsAggregate, MetricsFunction } from "../syntax/syntax-tree.ts";
import { type DenseSeries, denseSeries, type SparseSeries } from "./dense-series.ts";
import { groupLabels, labelsKey, type SeriesLabel, stepCount, type TimeWindow } from "./series.ts";
import type { Value } from "./value.ts";

/** The numbers of the spans of one series in one step, before they become one number. */
export interface Cell {
  readonly count: number;
  /** What min, max, avg or sum give; for quantiles and histograms see below. */
  readonly value: number;
  /** One for each quantile that was asked for. */
  readonly quantiles: readonly number[];
  /** Upper bounds of the histogram's buckets, and how many values each has. */
  readonly histogram: readonly (readonly [bound: number, count: number])[];
}

/** Puts cells together to series. */
export class SeriesBuilder {
  readonly #node: MetricsAggregate;
  readonly #window: TimeWindow;
  readonly #series = new Map<string, SparseSeries>();

  constructor(node: MetricsAggregate, window: TimeWindow) {
    this.#node = node;
    this.#window = window;
  }

  /** Adds what the spans of one group have in one step. `weight` scales counts of samples up. */
  add(group: readonly Value[], step: number, cell: Cell, weight: number = 1): void {
    const labels = groupLabels(this.#node, group);
    const { count } = cell;
    const put = (more: readonly SeriesLabel[], value: number): void =>
      this.#put([...labels, ...more], { step, value, count });
    switch (this.#node.function) {
      case "rate":
        return put([], (count * weight) / (Number(this.#window.stepNano) / 1e9));
      case "count_over_time":
        return put([], count * weight);
      case "sum_over_time":
        return put([], cell.value * weight);
      case "quantile_over_time":
        for (const [index, quantile] of this.#node.quantiles.entries()) {
          put([{ name: "p", value: quantile }], cell.quantiles[index] ?? Number.NaN);
        }
        return;
      case "histogram_over_time":
        for (const [bound, of] of cell.histogram) {
          put([{ name: "__bucket", value: bound }], of * weight);
        }
        return;
      default:
        put([], cell.value);
    }
  }

  /** The series, by their labels. Counts of nothing are 0; without any span there is one series. */
  finish(): DenseSeries {
    const isCount = COUNTS.has(this.#node.function);
    if (isCount && this.#series.size === 0 && this.#node.by.length === 0) this.#of([]);
    const empty = isCount ? 0 : Number.NaN;
    return denseSeries(this.#series.values(), { steps: stepCount(this.#window), empty });
  }

  #put(
    labels: readonly SeriesLabel[],
    { step, value, count }: Readonly<Record<"step" | "value" | "count", number>>,
  ): void {
    const series = this.#of(labels);
    series.cells.set(step, value);
    series.spanCount += count;
  }

  #of(labels: readonly SeriesLabel[]): SparseSeries {
    const key = labelsKey(labels);
    const known = this.#series.get(key);
    if (known !== undefined) return known;
    const series = { labels, cells: new Map<number, number>(), spanCount: 0 };
    this.#series.set(key, series);
    return series;
  }
}

const COUNTS: ReadonlySet<MetricsFunction> = new Set(["rate", "count_over_time"]);
