/* Series with a number for each step, out of those numbers that there are. */
import { SERIES_NUMBERS_MAX } from "../base/limits.ts";
import { compareText } from "./value.ts";
import { labelsKey, type Series, type SeriesLabel } from "./series.ts";

/** A series as it is put together. */
export interface SparseSeries {
  readonly labels: readonly SeriesLabel[];
  /** By step. */
  readonly cells: Map<number, number>;
  /** How many spans stand behind it. */
  spanCount: number;
}

/** Series by their labels. */
export interface DenseSeries {
  readonly series: Series[];
  /** Whether there were more than are kept. */
  readonly isCut: boolean;
}

/** Numbers for `steps` steps, `empty` where there is none, in an order of the labels alone. */
export function denseSeries(
  all: Iterable<SparseSeries>,
  { steps, empty }: { readonly steps: number; readonly empty: number },
): DenseSeries {
  const keyed = Array.from(all, (one) => ({ one, key: labelsKey(one.labels) }));
  const countMax = Math.max(1, Math.floor(SERIES_NUMBERS_MAX / steps));
  const isCut = keyed.length > countMax;
  const kept = isCut
    ? keyed
        .toSorted((a, b) => b.one.spanCount - a.one.spanCount || compareText(a.key, b.key))
        .slice(0, countMax)
    : keyed;
  const series = kept
    .toSorted((a, b) => compareText(a.key, b.key))
    .map(({ one: { labels, cells } }): Series => {
      const values = new Float64Array(steps).fill(empty);
      for (const [step, value] of cells) if (step >= 0 && step < steps) values[step] = value;
      return { labels, values, exemplars: [] };
    });
  return { series, isCut };
}
