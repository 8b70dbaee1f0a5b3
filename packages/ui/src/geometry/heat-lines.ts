/*
 * Lines over a heat map: how long spans took in each step, as percentiles of all of them or one
 * line for each value of a field.
 */
import type { HeatmapAnswer, QueryRangeAnswer } from "@spoor/trace";
import { quantileNano } from "./heat-scale.ts";

/** A line: a duration for each step, null where there is none. */
export interface HeatLine {
  readonly name: string;
  readonly nanos: readonly (number | null)[];
}

const PERCENTILES = [50, 95, 99] as const;

/** p50, p95 and p99 of each step; each within 4.5 %, half a bucket. Cost: O(cells). */
export function percentileLines({ cells, stepCount }: HeatmapAnswer): HeatLine[] {
  const bySteps = Map.groupBy(cells, ({ step }) => step);
  return PERCENTILES.map((percent) => ({
    name: `p${percent}`,
    nanos: Array.from({ length: stepCount }, (_, step) => {
      const column = bySteps.get(step);
      return column === undefined ? null : quantileNano(column, percent / 100);
    }),
  }));
}

/** The lines of the values that have most steps, the slowest first; and how many are left out. */
export function groupLines(
  { series }: QueryRangeAnswer,
  lineCountMax: number,
): { readonly lines: readonly HeatLine[]; readonly otherCount: number } {
  const all = series
    .map(({ labels, values }) => {
      const there = values.filter((value) => value !== null);
      const name = labels
        // The quantile is a label too.
        .filter((label) => label.name !== "p")
        .map(({ type, text }) => (type === "nil" ? "(none)" : text))
        .join(" · ");
      return {
        name: name === "" ? "(empty)" : name,
        nanos: values,
        stepCount: there.length,
        mean: there.reduce((sum, value) => sum + value, 0) / Math.max(1, there.length),
      };
    })
    .filter(({ stepCount }) => stepCount > 0)
    .sort((a, b) => b.stepCount - a.stepCount || b.mean - a.mean);
  const lines = all
    .slice(0, lineCountMax)
    .sort((a, b) => b.mean - a.mean)
    .map(({ name, nanos }) => ({ name, nanos }));
  return { lines, otherCount: all.length - lines.length };
}
