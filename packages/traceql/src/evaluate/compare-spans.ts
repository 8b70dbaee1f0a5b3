/*
 * `compare`: what is different about some spans.
 *
 * The spans that a pipeline finds are divided into the selection and the baseline, and for each
 * attribute the values are counted that occur most. Each series has two labels: `__meta_type`,
 * which is selection, baseline, selection_total or baseline_total, and the attribute.
 */
import type { MetricsCompare } from "../syntax/syntax-tree.ts";
import type { LeafCollector } from "./metrics.ts";
import { pipelineRows } from "./pipeline.ts";
import { inOrder, type Series, stepCount, type TimeWindow } from "./series.ts";
import type { TraceView } from "./trace-view.ts";
import { type Value, valueKey } from "./value.ts";

interface Counted {
  readonly value: Value;
  readonly counts: Float64Array;
  total: number;
}

/** A side of the comparison: attribute, then value, then counts. */
type Side = Map<string, Map<string, Counted>>;

/** Collects a comparison. */
export function compareSpans(leaf: MetricsCompare, window: TimeWindow): LeafCollector {
  const sides = { selection: new Map(), baseline: new Map() } satisfies Record<string, Side>;
  const steps = stepCount(window);
  return {
    add(view: TraceView): void {
      for (const row of pipelineRows(leaf.pipeline, view)) {
        const span = view.spans[row];
        const start = span?.startTimeUnixNano ?? -1n;
        if (span === undefined || start < window.fromUnixNano || start >= window.toUnixNano) {
          continue;
        }
        const step = Number((start - window.fromUnixNano) / window.stepNano);
        const isSelected =
          start >= (leaf.fromUnixNano ?? start) &&
          start < (leaf.toUnixNano ?? start + 1n) &&
          view.holds(row, leaf.selection.expression);
        const side: Side = isSelected ? sides.selection : sides.baseline;
        for (const [name, value] of span.attributes()) {
          if (value !== undefined) count(side, { name, value, step, steps });
        }
      }
    },
    finish(): Series[] {
      return inOrder(
        Object.entries(sides).flatMap(([type, side]) => sideSeries(type, side, leaf.valuesMax)),
      );
    },
  };
}

function count(
  side: Side,
  {
    name,
    value,
    step,
    steps,
  }: Readonly<Record<"step" | "steps", number>> & {
    readonly name: string;
    readonly value: Value;
  },
): void {
  const values = side.get(name) ?? new Map<string, Counted>();
  side.set(name, values);
  const key = valueKey(value);
  const counted = values.get(key) ?? { value, counts: new Float64Array(steps), total: 0 };
  values.set(key, counted);
  counted.counts[step] = (counted.counts[step] ?? 0) + 1;
  counted.total += 1;
}

/** The values that occur most, and how often the attribute occurs with any value. */
function sideSeries(type: string, side: Side, valuesMax: number): Series[] {
  return Array.from(side).flatMap(([name, values]) => {
    const most = [...values]
      .toSorted(([a, { total }], [b, { total: other }]) => other - total || (a < b ? -1 : 1))
      .slice(0, valuesMax);
    const total = new Float64Array([...values.values()][0]?.counts.length ?? 0);
    for (const { counts } of values.values()) {
      for (const [step, number] of counts.entries()) total[step] = (total[step] ?? 0) + number;
    }
    const series: Series[] = most.map(([, { value, counts }]) => ({
      labels: [metaLabel(type), { name, value }],
      values: counts,
      exemplars: [],
    }));
    const labels = [metaLabel(`${type}_total`), { name, value: undefined }];
    return series.concat({ labels, values: total, exemplars: [] });
  });
}

function metaLabel(type: string): { name: string; value: string } {
  return { name: "__meta_type", value: type };
}
