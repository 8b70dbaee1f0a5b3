/*
 * `POST /difference`: what is different about some spans.
 *
 * Of both sides the values of every attribute are counted. A field ranks by the value whose shares
 * differ most: an id that every span has for itself differs in every value by next to nothing, and
 * so does not push aside what says something.
 *
 * What names one process differs whenever its service does, and says less. It counts for a part,
 * as does a field that every span fills in anew, so that it comes first only where nothing else
 * differs nearly as much: then it is one instance that is slow.
 */
import type { RangeAnswer } from "@spoor/store";
import type {
  DifferenceAnswer,
  DifferenceBox,
  DifferenceSide,
  KeyDifference,
  ValueDifference,
} from "@spoor/trace";
import { print, type Query, type SeriesLabel, type Value, valueKey } from "@spoor/traceql";
import {
  DIFFERENCE_BODY_BYTES_MAX,
  DIFFERENCE_FEW_SPANS,
  DIFFERENCE_KEYS_MAX,
  DIFFERENCE_VALUES_ASKED,
  DIFFERENCE_VALUES_MAX,
  QUERY_TEXT_MAX,
} from "../base/limits.ts";
import { askSearch, checked } from "./ask-query.ts";
import { readBody } from "./body.ts";
import { coverageOf } from "./coverage.ts";
import { conditionOf, fieldValue } from "./field-value.ts";
import { intervalInvalid } from "./interval.ts";
import { readTime } from "./parameter.ts";
import { isProblem, parameterInvalid, type Problem } from "./problem.ts";
import { mergedCoverage } from "./range-of.ts";
import { type ApiRequest, type Route, route } from "./route.ts";

/** `POST /api/v1/difference`. */
export const differenceRoute: Route = route({
  method: "post",
  path: "/difference",
  summary:
    "What is different about some spans: fields ranked by how differently they are shared out",
  parameters: {},
  body: "DifferenceRequest",
  answer: "DifferenceAnswer",
  problems: ["SPOOR_API_QUERY_INVALID", "SPOOR_API_BODY_INVALID"],
  handle: async (_given, request) => {
    const body = await readBody(request.context, DIFFERENCE_BODY_BYTES_MAX);
    if (isProblem(body)) return body;
    const selection = sideOf("selection", body, request);
    if (isProblem(selection)) return selection;
    const baseline = "baseline" in body ? sideOf("baseline", body, request) : undefined;
    if (baseline !== undefined && isProblem(baseline)) return baseline;
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const answers = [await compareWithRest(selection, request)];
    if (baseline !== undefined) answers.push(await compareWithRest(baseline, request));
    const problem = answers.find(isProblem);
    if (problem !== undefined) return problem;
    const ranges = answers.filter((one): one is RangeAnswer => !isProblem(one));
    const [own, other] = ranges;
    const selected = tallyOf(own, "selection");
    const usual = other === undefined ? tallyOf(own, "baseline") : tallyOf(other, "selection");
    const keys = differences(selected, usual);
    const merged = mergedCoverage(ranges);
    const answer: DifferenceAnswer = {
      selectionCount: selected.spanCount,
      baselineCount: usual.spanCount,
      keys: keys.slice(0, DIFFERENCE_KEYS_MAX),
      ...coverageOf(merged, { isFresh, tookMs: request.clock.monotonicMs() - startedMs }),
    };
    return answer;
  },
});

interface Side {
  readonly query: Extract<Query, { kind: "search" }>;
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
  /** A TraceQL condition, and the interval of starts, that make the selection. */
  readonly condition: string;
  readonly boxFromUnixNano: bigint;
  readonly boxToUnixNano: bigint;
}

function sideOf(name: "selection" | "baseline", body: object, request: ApiRequest): Side | Problem {
  const given = fieldsOf<DifferenceSide>(new Map(Object.entries(body)).get(name));
  const q = given.get("q");
  if (typeof q !== "string" || q.length > QUERY_TEXT_MAX) {
    return parameterInvalid(`${name}.q`, `must be text of at most ${QUERY_TEXT_MAX} characters`);
  }
  const asked = askSearch(q);
  if (isProblem(asked)) return asked;
  const now = request.clock.nowUnixNano();
  const box = fieldsOf<DifferenceBox>(given.get("box"));
  const fromUnixNano = timeOf(given.get("from"), "-1h", now);
  const toUnixNano = timeOf(given.get("to"), "now", now);
  if (fromUnixNano === undefined || toUnixNano === undefined) {
    return parameterInvalid(`${name}.from, to`, "must be times, such as -1h");
  }
  const boxFromUnixNano = timeOf(box.get("from"), fromUnixNano.toString(), now);
  const boxToUnixNano = timeOf(box.get("to"), toUnixNano.toString(), now);
  if (boxFromUnixNano === undefined || boxToUnixNano === undefined) {
    return parameterInvalid(`${name}.box.from, to`, "must be times, such as -1h");
  }
  const [min, max] = [box.get("durationMinNano"), box.get("durationMaxNano")];
  if (!isDuration(min) || !isDuration(max)) {
    return parameterInvalid(`${name}.box`, "durations must be whole numbers of ns");
  }
  const conditions = [
    ...(min === undefined ? [] : [`duration >= ${min}ns`]),
    ...(max === undefined ? [] : [`duration < ${max}ns`]),
  ];
  const condition = conditions.length === 0 ? "true" : conditions.join(" && ");
  return (
    intervalInvalid(fromUnixNano, toUnixNano) ??
    intervalInvalid(boxFromUnixNano, boxToUnixNano) ?? {
      query: asked.query,
      fromUnixNano,
      toUnixNano,
      condition,
      boxFromUnixNano,
      boxToUnixNano,
    }
  );
}

/** The fields of an object that a client sent; none for what is no object. */
function fieldsOf<T>(value: unknown): ReadonlyMap<keyof T & string, unknown> {
  const entries = typeof value === "object" && value !== null ? Object.entries(value) : [];
  // Whatever names a client sends, only those of T are asked for.
  return new Map(entries) as unknown as ReadonlyMap<keyof T & string, unknown>;
}

function timeOf(given: unknown, fallback: string, now: bigint): bigint | undefined {
  if (given === undefined) return readTime(fallback, now);
  return typeof given === "string" ? readTime(given, now) : undefined;
}

function isDuration(given: unknown): given is number | undefined {
  return given === undefined || (Number.isSafeInteger(given) && Number(given) >= 0);
}

/** Both what is selected and what is not, of the spans that the query of a side finds. */
async function compareWithRest(side: Side, request: ApiRequest): Promise<RangeAnswer | Problem> {
  const { fromUnixNano, toUnixNano, boxFromUnixNano, boxToUnixNano } = side;
  const search = print({ ...side.query, hints: [] });
  const values = DIFFERENCE_VALUES_ASKED;
  const compare = `compare({ ${side.condition} }, ${values}, ${boxFromUnixNano}, ${boxToUnixNano})`;
  const query = checked(`${search} | ${compare}`);
  if (isProblem(query)) return query;
  const stepNano = toUnixNano - fromUnixNano;
  const { signal } = request;
  return request.store.queryRange({ query, fromUnixNano, toUnixNano, stepNano, signal });
}

/** How often each value of each field occurs among some spans. */
interface Tally {
  spanCount: number;
  /** By field; without the spans that do not have it. */
  readonly totals: Map<string, number>;
  readonly values: Map<string, Map<string, { readonly value: Value; readonly count: number }>>;
}

function tallyOf(answer: RangeAnswer | undefined, type: "selection" | "baseline"): Tally {
  const tally: Tally = { spanCount: 0, totals: new Map(), values: new Map() };
  for (const { labels, values } of answer?.series ?? []) {
    const meta = labels.find(({ name }) => name === "__meta_type")?.value;
    const label = labels.find(({ name }) => name !== "__meta_type");
    // Of a sample it is scaled up, and no whole number.
    const count = Math.round(values[0] ?? 0);
    if (label === undefined || Number.isNaN(count)) continue;
    if (meta === `${type}_total`) tally.totals.set(label.name, count);
    if (meta === type) addValue(tally, label, count);
  }
  // Every span has a name.
  tally.spanCount = tally.totals.get("name") ?? 0;
  return tally;
}

function addValue({ values }: Tally, { name, value }: SeriesLabel, count: number): void {
  const ofName = values.get(name) ?? new Map<string, { value: Value; count: number }>();
  values.set(name, ofName);
  ofName.set(valueKey(value), { value, count });
}

function differences(selection: Tally, baseline: Tally): KeyDifference[] {
  const fields = new Set([...selection.values.keys(), ...baseline.values.keys()]);
  return Array.from(fields, (field) => fieldDifference(field, selection, baseline))
    .filter(({ difference }) => difference > 0)
    .map((one) => ({ one, rank: one.difference * weightOf(one.field, selection, baseline) }))
    .toSorted((a, b) => b.rank - a.rank || (a.one.field < b.one.field ? -1 : 1))
    .map(({ one }) => one);
}

/** How much a difference in a field says. */
function weightOf(field: string, ...sides: readonly Tally[]): number {
  if (NUMBERS_OF_PROCESS.test(field)) return 0.3;
  if (NAMES_OF_PROCESS.test(field)) return 0.5;
  return sides.every((side) => isAlwaysNew(side, field)) ? 0.3 : 1;
}

const NUMBERS_OF_PROCESS = /^resource\.process\.|^span\.thread\.|^resource\..*\b(?:uid|pid|uuid)$/u;
const NAMES_OF_PROCESS =
  /^resource\.(?:service\.instance\.|host\.|os\.|container\.|k8s\.(?:pod|node|container)\.)/u;

/** Whether no value of a field occurs often: ids, and texts with ids in them. */
function isAlwaysNew({ totals, values }: Tally, field: string): boolean {
  const total = totals.get(field) ?? 0;
  const most = Math.max(0, ...Array.from(values.get(field)?.values() ?? [], ({ count }) => count));
  return total === 0 || (total >= DIFFERENCE_FEW_SPANS && most * DIFFERENCE_FEW_SPANS <= total);
}

function fieldDifference(field: string, selection: Tally, baseline: Tally): KeyDifference {
  const [own, other] = [selection.values.get(field), baseline.values.get(field)];
  const values = new Map(
    [...(other ?? []), ...(own ?? [])].map(([key, { value }]) => [key, value] as const),
  );
  const shares = (
    value: Value,
    selectionCount: number,
    baselineCount: number,
  ): ValueDifference => ({
    value: fieldValue(value, field),
    condition: conditionOf(field, value),
    selectionCount,
    baselineCount,
    selectionShare: shareOf(selectionCount, selection.spanCount),
    baselineShare: shareOf(baselineCount, baseline.spanCount),
  });
  const ranked = Array.from(values, ([key, value]) =>
    shares(value, own?.get(key)?.count ?? 0, other?.get(key)?.count ?? 0),
  ).concat(
    shares(
      undefined,
      selection.spanCount - (selection.totals.get(field) ?? 0),
      baseline.spanCount - (baseline.totals.get(field) ?? 0),
    ),
  );
  const sorted = ranked
    .filter(({ selectionCount, baselineCount }) => selectionCount + baselineCount > 0)
    .toSorted((a, b) => gap(b) - gap(a));
  const [first] = sorted;
  return {
    field,
    difference: first === undefined ? 0 : gap(first),
    values: sorted.slice(0, DIFFERENCE_VALUES_MAX),
  };
}

function gap({ selectionShare, baselineShare }: ValueDifference): number {
  return Math.abs(selectionShare - baselineShare);
}

function shareOf(count: number, total: number): number {
  return total === 0 ? 0 : count / total;
}
