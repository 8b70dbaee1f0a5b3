/* Spans grouped and counted by ClickHouse: one statement for each metrics function. */
import { keys } from "@spoor/trace";
import {
  type Cell,
  type Exemplar,
  type Field,
  type FieldExpression,
  groupLabels,
  labelsKey,
  type MetricsAggregate,
  type MetricsHints,
  SeriesBuilder,
  type Value,
  valueOfAttribute,
  withExemplars,
} from "@spoor/traceql";

import { RANGE_CELLS_MAX } from "../base/limits.ts";
import { cutOfSeries } from "../port/search.ts";
import { fromTaggedText } from "../schema/tagged-text.ts";
import { allOf, type BoundSql } from "./bound-sql.ts";
import { spanAttributeText } from "./field-columns.ts";
import type { LeafSeries, RangeParts } from "./range-parts.ts";
import type { SearchQueries } from "./search-queries.ts";
import { ARRAY_START, NIL_TEXT } from "./value-sql.ts";
import { type SearchPlan, START, startedIn } from "./search-plan.ts";

/** How a group of `by` stands in a statement, and how its value is read. */
interface GroupColumn {
  readonly sql: string;
  readonly value: (column: unknown) => Value;
}

/** What is asked of the rows of spans. */
interface RowsQuery {
  readonly leaf: MetricsAggregate;
  readonly sql: BoundSql;
  readonly groups: readonly GroupColumn[];
  /** `g0`, `g1`, … */
  readonly names: readonly string[];
  /** A subquery, with the step, the groups and the number of each span. */
  readonly rows: string;
}

/** Series, or undefined for what needs more than the rows of spans. */
export async function aggregateRange(
  { request, queries }: RangeParts,
  leaf: MetricsAggregate,
  { plan, hints }: { readonly plan: SearchPlan; readonly hints: MetricsHints },
): Promise<LeafSeries | undefined> {
  const query = await rowsQuery(request, leaf, { plan, hints });
  if (query === undefined) return undefined;
  const { sql, groups, names, rows } = query;
  const grouped = ["step", ...names, ...(isHistogram(leaf) ? ["bound"] : [])].join(", ");
  const cells = await queries.run<unknown[]>(
    `SELECT step, count(), ${[aggregateColumn(leaf, hints), ...names].join(", ")}
    FROM (${rows}) WHERE isNotNull(v)
    GROUP BY ${grouped}
    LIMIT ${RANGE_CELLS_MAX + 1}`,
    sql.parameters,
  );
  const builder = new SeriesBuilder(leaf, request);
  const weight = 1 / (hints.traceShare * hints.spanShare);
  for (const [step, count, value, ...columns] of cells.slice(0, RANGE_CELLS_MAX)) {
    const cell = cellOf(leaf, Number(count), value);
    builder.add(valuesOf(groups, columns), Number(step), cell, weight);
  }
  const { series, isCut } = builder.finish();
  const cut =
    cells.length > RANGE_CELLS_MAX
      ? { unit: "numbers in series", limit: RANGE_CELLS_MAX }
      : cutOfSeries(isCut);
  const exemplars = await readExemplars(query, queries, hints.exemplars);
  const exemplarsOf = (key: string): readonly Exemplar[] => exemplars.get(key) ?? [];
  return { series: withExemplars(leaf, series, exemplarsOf), cut };
}

async function rowsQuery(
  request: RangeParts["request"],
  leaf: MetricsAggregate,
  { plan, hints }: { readonly plan: SearchPlan; readonly hints: MetricsHints },
): Promise<RowsQuery | undefined> {
  const { sql, filters } = await plan.write();
  if (![...filters.values()].every(({ isExact }) => isExact)) return undefined;
  const groups = leaf.by.flatMap((field) => groupColumn(sql, field) ?? []);
  const number = leaf.argument === undefined ? "toFloat64(dur)" : numberColumn(sql, leaf.argument);
  if (number === undefined || groups.length < leaf.by.length) return undefined;
  const from = sql.bind(request.fromUnixNano, "UInt64");
  const step = `toUInt32(intDiv(${START} - ${from}, ${sql.bind(request.stepNano, "UInt64")}))`;
  const conditions = [
    startedIn(sql, { from: request.fromUnixNano, last: request.toUnixNano - 1n }),
    ...Array.from(filters.values(), (filter) => filter.sql),
    ...sampling(sql, hints),
  ];
  const names = groups.map((_, index) => `g${index}`);
  const columns = groups.map((group, index) => `${group.sql} AS g${index}`);
  const selected = [`${step} AS step`, `${number} AS v`, ...columns].join(", ");
  const rows =
    `SELECT ${selected}, trace_id, span_id, ${START} AS start ` +
    `FROM spans WHERE ${allOf(conditions)}`;
  return { leaf, sql, groups, names, rows };
}

function valuesOf(groups: readonly GroupColumn[], columns: readonly unknown[]): Value[] {
  return groups.map((group, index) => group.value(columns[index]));
}

/** The first spans of each group, by the labels of the group. */
async function readExemplars(
  { leaf, sql, groups, names, rows }: RowsQuery,
  queries: SearchQueries,
  limit: number,
): Promise<Map<string, Exemplar[]>> {
  if (limit === 0) return new Map();
  const limitBy = names.length === 0 ? "" : `LIMIT ${limit} BY ${names.join(", ")}`;
  const selected = ["lower(hex(trace_id))", "lower(hex(span_id)) AS id", "start", "v", ...names];
  const found = await queries.run<unknown[]>(
    `SELECT ${selected.join(", ")} FROM (${rows}) WHERE isNotNull(v)
    ORDER BY start, id ${limitBy} LIMIT ${names.length === 0 ? limit : RANGE_CELLS_MAX}`,
    sql.parameters,
  );
  const exemplars = new Map<string, Exemplar[]>();
  for (const [traceId, spanId, start, value, ...columns] of found) {
    const key = labelsKey(groupLabels(leaf, valuesOf(groups, columns)));
    const list = exemplars.get(key) ?? [];
    exemplars.set(key, list);
    list.push({
      traceId: String(traceId),
      spanId: String(spanId),
      startTimeUnixNano: BigInt(String(start)),
      value: doubleOf(value),
    });
  }
  return exemplars;
}

function isHistogram(leaf: MetricsAggregate): boolean {
  return leaf.function === "histogram_over_time";
}

/** The last 32 bits of ids are random, see `isSampled` of @spoor/traceql. */
function sampling(sql: BoundSql, { traceShare, spanShare }: MetricsHints): string[] {
  const share = (column: string, length: number, value: number): string =>
    `reinterpretAsUInt32(reverse(substring(${column}, ${length - 3}, 4))) < ` +
    sql.bind(value * 2 ** 32, "Float64");
  return [
    ...(traceShare < 1 ? [share("trace_id", 16, traceShare)] : []),
    ...(spanShare < 1 ? [share("span_id", 8, spanShare)] : []),
  ];
}

function aggregateColumn(
  { function: name, quantiles }: MetricsAggregate,
  { buckets }: MetricsHints,
): string {
  switch (name) {
    case "rate":
    case "count_over_time":
      return "0";
    case "min_over_time":
      return "min(assumeNotNull(v))";
    case "max_over_time":
      return "max(assumeNotNull(v))";
    case "avg_over_time":
      return "avg(assumeNotNull(v))";
    case "sum_over_time":
      return "sum(assumeNotNull(v))";
    case "quantile_over_time":
      // Levels cannot be bound: these are numbers that the parser made, from 0 to 1.
      return `quantilesExact(${quantiles.join(", ")})(assumeNotNull(v))`;
    case "histogram_over_time":
      return `${bucketBound("assumeNotNull(v)", buckets)} AS bound`;
  }
}

/** The upper bound of the bucket of a value; `buckets` is a number that `check` let through. */
function bucketBound(value: string, buckets: number): string {
  if (buckets === 1) return powerOfTwo(value);
  return `if(${value} > 1, exp2(ceil(log2(${value}) * ${buckets}) / ${buckets}), 1.)`;
}

/** See `powerOfTwoFrom` of @spoor/traceql. */
function powerOfTwo(value: string): string {
  const guess = `exp2(ceil(log2(${value})))`;
  return (
    `if(${value} > 1, ` +
    `multiIf(${guess} / 2 >= ${value}, ${guess} / 2, ${guess} < ${value}, ${guess} * 2, ${guess}), 1.)`
  );
}

function cellOf(leaf: MetricsAggregate, count: number, column: unknown): Cell {
  const isQuantile = leaf.function === "quantile_over_time";
  return {
    count,
    value: doubleOf(column),
    quantiles: isQuantile && Array.isArray(column) ? column.map(doubleOf) : [],
    histogram: isHistogram(leaf) ? [[doubleOf(column), count]] : [],
  };
}

/** ClickHouse spells what JSON has no number for as "nan", "inf" and "-inf". */
function doubleOf(column: unknown): number {
  if (column === "inf") return Infinity;
  return column === "-inf" ? -Infinity : Number(column);
}

function groupColumn(sql: BoundSql, field: Field): GroupColumn | undefined {
  if (field.ofParent) return undefined;
  if (field.node === "attribute") {
    if (field.scope === "span") {
      return { sql: groupedText(spanAttributeText(sql, field.key)), value: taggedValue };
    }
    const isService = field.scope === "resource" && field.key === keys.serviceName;
    return isService ? { sql: "service", value: String } : undefined;
  }
  switch (field.id) {
    case "span:name":
      return { sql: "name", value: String };
    case "span:statusMessage":
      return { sql: "status_msg", value: String };
    case "span:status":
      return { sql: "status", value: (code) => ({ type: "status", code: Number(code) }) };
    case "span:kind":
      return { sql: "kind", value: (code) => ({ type: "kind", code: Number(code) }) };
    default:
      return undefined;
  }
}

/** Equal for what the evaluator has as one value: nil, and bytes and maps, which it cannot tell. */
function groupedText(text: string): string {
  const isArray = `startsWith(${text}, ${ARRAY_START})`;
  const isOpaque = `startsWith(${text}, '\\x01x') AND NOT ${isArray}`;
  return `multiIf(${text} = ${NIL_TEXT}, NULL, ${isOpaque}, ${OPAQUE_TEXT}, ${text})`;
}

const OPAQUE_TEXT = `'\\x01x{"kvlistValue":{"values":[]}}'`;

function taggedValue(column: unknown): Value {
  return typeof column === "string" ? valueOfAttribute(fromTaggedText(column)) : undefined;
}

/** A number of a span as a double, NULL without one; undefined for what is not in its row. */
function numberColumn(sql: BoundSql, expression: FieldExpression): string | undefined {
  if (expression.node === "intrinsic") {
    return expression.id === "span:duration" && !expression.ofParent ? "toFloat64(dur)" : undefined;
  }
  if (expression.node !== "attribute" || expression.ofParent) return undefined;
  if (expression.scope !== "span") return undefined;
  const name = sql.text(expression.key);
  return (
    `multiIf(mapContains(attrs_i, ${name}), toFloat64(attrs_i[${name}]), ` +
    `mapContains(attrs_d, ${name}) AND NOT isNaN(attrs_d[${name}]), attrs_d[${name}], NULL)`
  );
}
