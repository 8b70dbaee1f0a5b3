/* `GET /groups`: what a query finds, divided by a field. */
import type { RangeAnswer } from "@spoor/store";
import type { GroupsAnswer, SpanGroupDocument } from "@spoor/trace";
import { printField, type Series, type Value, valueKey } from "@spoor/traceql";
import { LIST_GROUPS_DEFAULT, LIST_GROUPS_MAX } from "../base/limits.ts";
import { askSearch } from "./ask-query.ts";
import { coverageOf } from "./coverage.ts";
import { conditionOf, fieldValue } from "./field-value.ts";
import { readField } from "./field-name.ts";
import { intervalInvalid } from "./interval.ts";
import { text, time, wholeNumber } from "./parameter.ts";
import { isProblem } from "./problem.ts";
import { labelValue } from "./query-range.ts";
import { mergedCoverage, rangeOf } from "./range-of.ts";
import { type Route, route } from "./route.ts";
import { SEARCH_TEXT } from "./search.ts";

/** `GET /api/v1/groups`. */
export const groupsRoute: Route = route({
  method: "get",
  path: "/groups",
  summary: "Spans that a query finds, counted and measured for each value of a field",
  parameters: {
    q: SEARCH_TEXT,
    by: text("The field, as TraceQL names it; resource.service.name when it is empty", {
      max: 500,
    }),
    from: time("The beginning, inclusive", "-1h"),
    to: time("The end, exclusive", "now"),
    limit: wholeNumber("Groups that are told, the largest first", {
      min: 1,
      max: LIST_GROUPS_MAX,
      fallback: LIST_GROUPS_DEFAULT,
    }),
  },
  answer: "GroupsAnswer",
  problems: ["SPOOR_API_QUERY_INVALID"],
  handle: async ({ q, by, from: fromUnixNano, to: toUnixNano, limit }, request) => {
    const asked = askSearch(q);
    if (isProblem(asked)) return asked;
    const field = readField("by", by === "" ? "resource.service.name" : by);
    if (isProblem(field)) return field;
    const invalid = intervalInvalid(fromUnixNano, toUnixNano);
    if (invalid !== undefined) return invalid;
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const window = { fromUnixNano, toUnixNano, stepNano: toUnixNano - fromUnixNano };
    const name = printField(field);
    const numbers = await Promise.all(
      SUFFIXES.map((suffix) => rangeOf(asked.query, suffix(name), { window, request })),
    );
    const problem = numbers.find(isProblem);
    if (problem !== undefined) return problem;
    const answers = numbers.filter((one): one is RangeAnswer => !isProblem(one));
    const seconds = Number(window.stepNano) / 1e9;
    const groups = groupsOf(answers, { name, seconds });
    const merged = mergedCoverage(answers);
    const cap = groups.length > limit ? { unit: "groups", limit } : null;
    const answer: GroupsAnswer = {
      by: name,
      groups: groups.slice(0, limit),
      traceql: asked.traceql,
      isTranslated: asked.isTranslated,
      fromUnixNano: fromUnixNano.toString(),
      toUnixNano: toUnixNano.toString(),
      ...coverageOf(
        { ...merged, complete: merged.complete && cap === null, capped: merged.capped ?? cap },
        { isFresh, tookMs: request.clock.monotonicMs() - startedMs },
      ),
    };
    return answer;
  },
});

/** What is asked about the spans; the answers are in this order. */
const SUFFIXES: readonly ((by: string) => string)[] = [
  (by) => `count_over_time() by (${by})`,
  (by) => `{ status = error } | count_over_time() by (${by})`,
  (by) => `quantile_over_time(duration, 0.5, 0.95, 0.99) by (${by})`,
  (by) => `max_over_time(duration) by (${by})`,
];

interface Draft {
  readonly value: Value;
  spanCount: number;
  errorCount: number;
  readonly quantiles: Map<number, number>;
  maxNano: number;
}

function groupsOf(
  [counts, errors, quantiles, longest]: readonly RangeAnswer[],
  { name, seconds }: { readonly name: string; readonly seconds: number },
): SpanGroupDocument[] {
  const drafts = new Map<string, Draft>();
  const draftOf = ({ labels }: Series): Draft => {
    const value = labelValue(labels, name);
    const key = valueKey(value);
    const draft = drafts.get(key) ?? {
      value,
      spanCount: 0,
      errorCount: 0,
      quantiles: new Map<number, number>(),
      maxNano: 0,
    };
    drafts.set(key, draft);
    return draft;
  };
  for (const one of counts?.series ?? []) draftOf(one).spanCount = one.values[0] ?? 0;
  for (const one of errors?.series ?? []) draftOf(one).errorCount = one.values[0] ?? 0;
  for (const one of quantiles?.series ?? []) {
    draftOf(one).quantiles.set(Number(labelValue(one.labels, "p")), one.values[0] ?? 0);
  }
  for (const one of longest?.series ?? []) draftOf(one).maxNano = one.values[0] ?? 0;
  return [...drafts.values()]
    .filter(({ spanCount }) => spanCount > 0)
    .map((draft) => groupDocument(draft, { name, seconds }))
    .toSorted((a, b) => b.spanCount - a.spanCount || (a.value.text < b.value.text ? -1 : 1));
}

function groupDocument(
  { value, spanCount, errorCount, quantiles, maxNano }: Draft,
  { name, seconds }: { readonly name: string; readonly seconds: number },
): SpanGroupDocument {
  return {
    value: fieldValue(value, name),
    condition: conditionOf(name, value),
    spanCount,
    errorCount,
    rate: spanCount / seconds,
    p50Nano: quantiles.get(0.5) ?? 0,
    p95Nano: quantiles.get(0.95) ?? 0,
    p99Nano: quantiles.get(0.99) ?? 0,
    maxNano,
  };
}
