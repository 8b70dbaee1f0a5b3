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
import { inOrder, type Series, stepCount, type TimeWindow } from "./series.ts";
import type { TraceView } from "./trace-view.ts";
import { type Value, valueKey } from "./value.ts";

/** How often something occurs, by step. */
class Tally {
  readonly #bySteps = new Map<number, number>();
  total = 0;

  add(step: number): void {
    this.#bySteps.set(step, (this.#bySteps.get(step) ?? 0) + 1);
    this.total += 1;
  }

  /** For each step, scaled up. */
  values(steps: number, weight: number): Float64Array {
    const values = new Float64Array(steps);
    for (const [step, number] of this.#bySteps) values[step] = number * weight;
    return values;
  }
}

interface Attribute {
  readonly all: Tally;
  readonly values: Map<string, { readonly value: Value; readonly tally: Tally }>;
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
  const steps = stepCount(window);
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
        const side: Side = isSelected ? sides.selection : sides.baseline;
        for (const [name, value] of span.attributes()) {
          if (value !== undefined) count(side, { name, value, step });
        }
      }
    },
    finish(share = 1): Series[] {
      const scale = { steps, weight: 1 / (traceShare * spanShare * share) };
      return inOrder(
        Object.entries(sides).flatMap(([type, side]) =>
          sideSeries({ type, side, valuesMax: leaf.valuesMax }, scale),
        ),
      );
    },
  };
}

function count(
  side: Side,
  { name, value, step }: { readonly name: string; readonly value: Value; readonly step: number },
): void {
  const attribute = side.get(name) ?? { all: new Tally(), values: new Map() };
  side.set(name, attribute);
  attribute.all.add(step);
  const key = valueKey(value);
  const known = attribute.values.get(key);
  if (known !== undefined) return known.tally.add(step);
  if (attribute.values.size >= COMPARE_DISTINCT_MAX) return;
  const tally = new Tally();
  tally.add(step);
  attribute.values.set(key, { value, tally });
}

/** The values that occur most, and how often the attribute occurs with any value. */
function sideSeries(
  parts: { readonly type: string; readonly side: Side; readonly valuesMax: number },
  { steps, weight }: { readonly steps: number; readonly weight: number },
): Series[] {
  const { type, side, valuesMax } = parts;
  return Array.from(side).flatMap(([name, { all, values }]) => {
    const most = [...values]
      .toSorted(
        ([a, { tally }], [b, { tally: other }]) => other.total - tally.total || (a < b ? -1 : 1),
      )
      .slice(0, valuesMax);
    const series: Series[] = most.map(([, { value, tally }]) => ({
      labels: [metaLabel(type), { name, value }],
      values: tally.values(steps, weight),
      exemplars: [],
    }));
    const labels = [metaLabel(`${type}_total`), { name, value: undefined }];
    return series.concat({ labels, values: all.values(steps, weight), exemplars: [] });
  });
}

function metaLabel(type: string): { name: string; value: string } {
  return { name: "__meta_type", value: type };
}
