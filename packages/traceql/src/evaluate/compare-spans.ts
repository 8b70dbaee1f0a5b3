/*
 * `compare`: what is different about some spans.
 *
 * The spans that a pipeline finds are divided into the selection and the baseline, and for each
 * attribute the values are counted that occur most. Each series has two labels: `__meta_type`,
 * which is selection, baseline, selection_total or baseline_total, and the attribute.
 */
import { COMPARE_DISTINCT_MAX } from "../base/limits.ts";
import type { MetricsCompare } from "../syntax/syntax-tree.ts";
import type { LeafCollector } from "./metrics.ts";
import { isSampled, type MetricsHints } from "./metrics-hints.ts";
import { pipelineRows } from "./pipeline.ts";
import { type DenseSeries, denseSeries, type SparseSeries } from "./dense-series.ts";
import { type SeriesLabel, stepCount, type TimeWindow } from "./series.ts";
import type { TraceView } from "./trace-view.ts";
import { type Value, valueKey } from "./value.ts";

interface Attribute {
  /** Of spans that have it, whatever its value. */
  readonly all: SparseSeries;
  readonly values: Map<string, SparseSeries>;
}

/** A side of the comparison, by the name of the attribute. */
type Side = Map<string, Attribute>;

/** Collects a comparison. */
export function compareSpans(
  leaf: MetricsCompare,
  window: TimeWindow,
  { traceShare, spanShare }: Pick<MetricsHints, "traceShare" | "spanShare">,
): LeafCollector {
  const sides = { selection: new Map(), baseline: new Map() } satisfies Record<string, Side>;
  return {
    add(view: TraceView): void {
      if (!isSampled(view.facts.traceId, traceShare)) return;
      for (const row of pipelineRows(leaf.pipeline, view)) {
        const span = view.spans[row];
        const start = span?.startTimeUnixNano ?? -1n;
        if (span === undefined || start < window.fromUnixNano || start >= window.toUnixNano) {
          continue;
        }
        if (!isSampled(span.spanId, spanShare)) continue;
        const step = Number((start - window.fromUnixNano) / window.stepNano);
        const isSelected =
          start >= (leaf.fromUnixNano ?? start) &&
          start < (leaf.toUnixNano ?? start + 1n) &&
          view.holds(row, leaf.selection.expression);
        const type = isSelected ? "selection" : "baseline";
        for (const [name, value] of span.attributes()) {
          if (value !== undefined) count(sides[type], { type, name, value, step });
        }
      }
    },
    finish(share = 1): DenseSeries {
      const weight = 1 / (traceShare * spanShare * share);
      const all = Object.values(sides).flatMap((side) => seriesOf(side, leaf.valuesMax));
      for (const { cells } of all) {
        for (const [step, number] of cells) cells.set(step, number * weight);
      }
      return denseSeries(all, { steps: stepCount(window), empty: 0 });
    },
  };
}

function count(
  side: Side,
  {
    type,
    name,
    value,
    step,
  }: {
    readonly type: string;
    readonly name: string;
    readonly value: Value;
    readonly step: number;
  },
): void {
  const attribute = side.get(name) ?? {
    all: emptySeries(`${type}_total`, { name, value: undefined }),
    values: new Map<string, SparseSeries>(),
  };
  side.set(name, attribute);
  addTo(attribute.all, step);
  const key = valueKey(value);
  const known = attribute.values.get(key);
  if (known !== undefined) return addTo(known, step);
  if (attribute.values.size >= COMPARE_DISTINCT_MAX) return;
  const series = emptySeries(type, { name, value });
  addTo(series, step);
  attribute.values.set(key, series);
}

function emptySeries(type: string, label: SeriesLabel): SparseSeries {
  const labels = [{ name: "__meta_type", value: type }, label];
  return { labels, cells: new Map(), spanCount: 0 };
}

function addTo(series: SparseSeries, step: number): void {
  series.cells.set(step, (series.cells.get(step) ?? 0) + 1);
  series.spanCount += 1;
}

/** The values that occur most, and how often the attribute occurs with any value. */
function seriesOf(side: Side, valuesMax: number): SparseSeries[] {
  return Array.from(side.values()).flatMap(({ all, values }) => {
    const most = Array.from(values)
      .toSorted(
        ([a, { spanCount }], [b, { spanCount: other }]) => other - spanCount || (a < b ? -1 : 1),
      )
      .slice(0, valuesMax);
    return most.map(([, series]) => series).concat(all);
  });
}
