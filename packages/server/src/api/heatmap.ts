/* `GET /heatmap`: how many spans began when, and took how long. */
import type { RangeAnswer } from "@spoor/store";
import type { HeatmapAnswer, HeatmapCell } from "@spoor/trace";
import { presentFields, type Series, stepCount } from "@spoor/traceql";
import { HEATMAP_STEPS_MAX, HEATMAP_STEPS_WANTED } from "../base/limits.ts";
import { type Asked, askSearch } from "./ask-query.ts";
import { coverageOf } from "./coverage.ts";
import { intervalInvalid, stepOf } from "./interval.ts";
import { elapsed, time } from "./parameter.ts";
import { isProblem, type Problem } from "./problem.ts";
import { labelValue } from "./query-range.ts";
import { mergedCoverage, rangeOf } from "./range-of.ts";
import { type Route, route } from "./route.ts";
import { SEARCH_TEXT } from "./search.ts";

const BUCKETS_PER_DOUBLING = 8;

/** `GET /api/v1/heatmap`. */
export const heatmapRoute: Route = route({
  method: "get",
  path: "/heatmap",
  summary: "How many spans that a query finds began when and took how long",
  parameters: {
    q: SEARCH_TEXT,
    from: time("The beginning, inclusive", "-1h"),
    to: time("The end, exclusive", "now"),
    step: elapsed("How wide one column is; without it a round one for some 100 columns"),
  },
  answer: "HeatmapAnswer",
  problems: ["SPOOR_API_QUERY_INVALID"],
  handle: async ({ q, from: fromUnixNano, to: toUnixNano, step }, request) => {
    const asked = askSearch(q);
    if (isProblem(asked)) return asked;
    const invalid = intervalInvalid(fromUnixNano, toUnixNano);
    if (invalid !== undefined) return invalid;
    const steps = { wanted: HEATMAP_STEPS_WANTED, max: HEATMAP_STEPS_MAX };
    const stepNano = stepOf({ fromUnixNano, toUnixNano }, step, steps);
    if (typeof stepNano === "object") return stepNano;
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const window = { fromUnixNano, toUnixNano, stepNano };
    const ofPresent = presentFields(asked.query).length > 0;
    const parts = ofPresent ? [] : await rangesOf(asked.query, { window, request });
    if (isProblem(parts)) return parts;
    const cells = cellsOf(parts);
    const answer: HeatmapAnswer = {
      cells,
      spanCount: cells.reduce((sum, { spanCount }) => sum + spanCount, 0),
      ofPresent,
      bucketsPerDoubling: BUCKETS_PER_DOUBLING,
      traceql: asked.traceql,
      isTranslated: asked.isTranslated,
      fromUnixNano: fromUnixNano.toString(),
      toUnixNano: toUnixNano.toString(),
      stepNano: stepNano.toString(),
      stepCount: stepCount(window),
      ...coverageOf(mergedCoverage(parts), {
        isFresh,
        tookMs: request.clock.monotonicMs() - startedMs,
      }),
    };
    return answer;
  },
});

/** All spans, and those that failed. */
async function rangesOf(
  query: Asked<"search">["query"],
  parts: Parameters<typeof rangeOf>[2],
): Promise<readonly RangeAnswer[] | Problem> {
  const suffix = `histogram_over_time(duration) with(buckets=${BUCKETS_PER_DOUBLING})`;
  const ranges: RangeAnswer[] = [];
  for (const stage of ["", "{ status = error } | "]) {
    const range = await rangeOf(query, stage + suffix, parts);
    if (isProblem(range)) return range;
    ranges.push(range);
  }
  return ranges;
}

function cellsOf([all, failed]: readonly RangeAnswer[]): HeatmapCell[] {
  const errors = new Map(failed?.series.map((series) => [bucketOf(series), series.values]));
  const cells = (all?.series ?? []).flatMap((series) => {
    const bucket = bucketOf(series);
    const errorValues = errors.get(bucket);
    return Array.from(series.values, (spanCount, step) => ({
      step,
      bucket,
      spanCount: orZero(spanCount),
      errorCount: orZero(errorValues?.[step]),
    }));
  });
  return cells
    .filter(({ spanCount }) => spanCount > 0)
    .toSorted((a, b) => a.step - b.step || a.bucket - b.bucket);
}

/** The store names a bucket by its upper bound, a power of the eighth root of two. */
function bucketOf({ labels }: Series): number {
  const bound = labelValue(labels, "__bucket");
  const index = Math.round(Math.log2(Number(bound)) * BUCKETS_PER_DOUBLING) - 1;
  return Math.max(0, index);
}

function orZero(value: number | undefined): number {
  return value === undefined || Number.isNaN(value) ? 0 : value;
}
