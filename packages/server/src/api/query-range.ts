/* `GET /query-range`: numbers over time. */
import type { Series, SeriesLabel } from "@spoor/traceql";
import { stepCount } from "@spoor/traceql";
import type { ExemplarDocument, QueryRangeAnswer, SeriesDocument } from "@spoor/trace";
import { QUERY_TEXT_MAX, RANGE_STEPS_MAX, RANGE_STEPS_WANTED } from "../base/limits.ts";
import { askMetrics } from "./ask-query.ts";
import { coverageOf } from "./coverage.ts";
import { fieldLabel } from "./field-value.ts";
import { intervalInvalid, stepOf } from "./interval.ts";
import { elapsed, text, time } from "./parameter.ts";
import { isProblem } from "./problem.ts";
import { type Route, route } from "./route.ts";

/** `GET /api/v1/query-range`. */
export const queryRangeRoute: Route = route({
  method: "get",
  path: "/query-range",
  summary: "Series of numbers over time",
  parameters: {
    q: text("A metrics query in TraceQL: { … } | rate() by (name)", { max: QUERY_TEXT_MAX }),
    from: time("The beginning, inclusive", "-1h"),
    to: time("The end, exclusive", "now"),
    step: elapsed("How long one step is; without it a round one for some 100 steps"),
  },
  answer: "QueryRangeAnswer",
  problems: ["SPOOR_API_QUERY_INVALID"],
  handle: async ({ q, from: fromUnixNano, to: toUnixNano, step }, request) => {
    const asked = askMetrics(q);
    if (isProblem(asked)) return asked;
    const invalid = intervalInvalid(fromUnixNano, toUnixNano);
    if (invalid !== undefined) return invalid;
    const steps = { wanted: RANGE_STEPS_WANTED, max: RANGE_STEPS_MAX };
    const stepNano = stepOf({ fromUnixNano, toUnixNano }, step, steps);
    if (typeof stepNano === "object") return stepNano;
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const { query, traceql, isTranslated } = asked;
    const { signal } = request;
    const window = { fromUnixNano, toUnixNano, stepNano };
    const found = await request.store.queryRange({ query, ...window, signal });
    const answer: QueryRangeAnswer = {
      series: found.series.map((series) => seriesDocument(series, stepCount(window))),
      traceql,
      isTranslated,
      fromUnixNano: fromUnixNano.toString(),
      toUnixNano: toUnixNano.toString(),
      stepNano: stepNano.toString(),
      ...coverageOf(found, { isFresh, tookMs: request.clock.monotonicMs() - startedMs }),
    };
    return answer;
  },
});

function seriesDocument({ labels, values, exemplars }: Series, steps: number): SeriesDocument {
  return {
    labels: labels.map(fieldLabel),
    // JSON has neither NaN nor infinities.
    values: Array.from(values.subarray(0, steps), (value) =>
      Number.isFinite(value) ? value : null,
    ),
    exemplars: exemplars.map(exemplarDocument),
  };
}

function exemplarDocument(exemplar: Series["exemplars"][number]): ExemplarDocument {
  return { ...exemplar, startTimeUnixNano: exemplar.startTimeUnixNano.toString() };
}

/** The value of a label of a series; undefined when it has none, or nil. */
export function labelValue(labels: readonly SeriesLabel[], name: string): SeriesLabel["value"] {
  return labels.find((label) => label.name === name)?.value;
}
