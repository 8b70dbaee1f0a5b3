/*
 * One pipeline, ready to be asked of ClickHouse: its conditions, and what is read of the spans.
 *
 * Conditions are written anew into each statement, because each has its own parameters.
 */
import type { FieldExpression, Pipeline, SpansetFilter } from "@spoor/traceql";

import { judgedInterval } from "../port/search.ts";
import { bucketRange } from "../schema/time-bucket.ts";
import { BoundSql, someOf } from "./bound-sql.ts";
import { ConditionWriter, type SpanCondition } from "./condition.ts";
import type { DimensionIds } from "./dimension-ids.ts";
import { needsOf, type QueryNeeds } from "./query-needs.ts";
import { type TraceCondition, TraceConditions } from "./trace-condition.ts";

/** What is looked for, and where. */
export interface PlanOptions {
  readonly pipeline: Pipeline;
  /** Expressions that are read behind the pipeline. */
  readonly behind: readonly FieldExpression[];
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
}

/** A statement in the making. */
export interface PlannedSql {
  readonly sql: BoundSql;
  readonly trace: TraceCondition;
  readonly filters: ReadonlyMap<SpansetFilter, SpanCondition>;
  /** On one span: that some filter may find it. */
  readonly someFilter: string;
  /** Whether some condition is one that an index answers. */
  readonly usesIndex: boolean;
  /** Whether some condition reads the attributes of every span. */
  readonly readsAttributes: boolean;
}

/** A pipeline and what it needs. */
export class SearchPlan {
  readonly options: PlanOptions;
  readonly needs: QueryNeeds;
  /** Whether some condition is one that an index answers. */
  readonly usesIndex: boolean;
  /** Whether some condition reads the attributes of every span. */
  readonly readsAttributes: boolean;
  readonly #dimensions: DimensionIds;

  private constructor(
    options: PlanOptions,
    dimensions: DimensionIds,
    known: Pick<SearchPlan, "needs" | "usesIndex" | "readsAttributes">,
  ) {
    this.options = options;
    this.#dimensions = dimensions;
    this.needs = known.needs;
    this.usesIndex = known.usesIndex;
    this.readsAttributes = known.readsAttributes;
  }

  /** Makes the plan: finds the resources and scopes that the conditions name. */
  static async make(options: PlanOptions, dimensions: DimensionIds): Promise<SearchPlan> {
    const { trace, filters, ...known } = await write(options, dimensions);
    const { usesIndex, readsAttributes } = known;
    const isExact = (filter: SpansetFilter): boolean => filters.get(filter)?.isExact === true;
    const needs = needsOf(options.pipeline, isExact, options.behind);
    const wholeTraces = needs.wholeTraces || trace.fitsWithout;
    return new SearchPlan(options, dimensions, {
      needs: { ...needs, wholeTraces },
      usesIndex,
      readsAttributes,
    });
  }

  /** Writes the conditions into a new statement. */
  write(): Promise<PlannedSql> {
    return write(this.options, this.#dimensions);
  }
}

async function write(options: PlanOptions, dimensions: DimensionIds): Promise<PlannedSql> {
  const sql = new BoundSql();
  const writer = new ConditionWriter(sql, dimensions);
  const conditions = new TraceConditions(writer);
  const trace = await conditions.pipeline(options.pipeline);
  const someFilter = someOf(Array.from(conditions.filters.values(), (filter) => filter.sql));
  const { filters } = conditions;
  const { usesIndex, readsAttributes } = writer;
  return { sql, trace, filters, someFilter, usesIndex, readsAttributes };
}

/** The time of a span as a number. */
export const START = "reinterpretAsUInt64(toUnixTimestamp64Nano(ts))";

/** That a span started in an interval, both ends inclusive, with what lets ClickHouse skip rows. */
export function startedIn(sql: BoundSql, { from, last }: { from: bigint; last: bigint }): string {
  return `${bucketsOf(sql, { from, last })} AND ${between(sql, START, { from, last })}`;
}

/** That a number lies in an interval, both ends inclusive. */
export function between(
  sql: BoundSql,
  column: string,
  { from, last }: { from: bigint; last: bigint },
): string {
  return `${column} BETWEEN ${sql.bind(from, "UInt64")} AND ${sql.bind(last, "UInt64")}`;
}

/** No row outside of these buckets is in the interval, however wide the buckets are. */
export function bucketsOf(sql: BoundSql, { from, last }: { from: bigint; last: bigint }): string {
  const range = bucketRange(from, last);
  const [first, end] = [range.first, range.last].map((bucket) => sql.bind(bucket, "UInt32"));
  return `(tb >= ${first} AND tb <= ${end} OR tb = 0)`;
}

/** Ids of traces in which the pipeline may find something, as a subquery over spans from `from`. */
export function candidateQuery(
  { sql, trace, someFilter }: PlannedSql,
  options: PlanOptions,
  from: bigint,
): string {
  const judged = judgedInterval(options);
  const inside = {
    from: from > options.fromUnixNano ? from : options.fromUnixNano,
    last: options.toUnixNano - 1n,
  };
  // One filter alone: the spans that it finds in the interval are all there is to know.
  if (trace.having === `countIf(${trace.result}) > 0`) {
    return `SELECT trace_id FROM spans WHERE ${startedIn(sql, inside)} AND ${trace.result}`;
  }
  const rows = { from: judged.from > from ? judged.from : from, last: judged.last };
  // Spans that no filter finds count where the answer may be made of them.
  const isFiltered = !trace.fitsWithout && trace.result !== "1";
  const inInterval = between(sql, START, inside);
  const isResult = trace.result === "1" ? inInterval : `${inInterval} AND ${trace.result}`;
  const conditions = [startedIn(sql, rows), ...(isFiltered ? [someFilter] : [])];
  return (
    `SELECT trace_id FROM spans WHERE ${conditions.join(" AND ")} GROUP BY trace_id ` +
    `HAVING countIf(${isResult}) > 0 AND ${trace.having}`
  );
}
