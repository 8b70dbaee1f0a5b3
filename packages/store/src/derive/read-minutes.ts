/*
 * Answers from the tables of minutes. A minute that is not derived, or was derived from fewer spans
 * than there are now, is derived on the spot, the newest first, as long as that is affordable; what
 * is left is told as pending. Calls of whole hours and ten minutes come added up.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import type { DurationHistogram } from "../base/duration-histogram.ts";
import { LIVE_MINUTES_MAX, LIVE_SPANS_MAX, PERIODS_SECONDS } from "../base/limits.ts";
import type {
  CalleeType,
  OperationQuery,
  OperationStats,
  ServiceEdge,
  ServiceEdgeList,
  ServiceEdgeQuery,
} from "../port/catalogue.ts";
import { runQuery } from "../read/run-query.ts";
import { type PeriodState, periodStates } from "./period-states.ts";
import { edgesSql, operationsSql, summedEdgesSql } from "./minute-sql.ts";
import {
  minuteParameters,
  type MinuteRange,
  minuteRange,
  type MinuteStates,
  minuteStates,
} from "./minute-states.ts";

const here = (table: string): string => table;

/** Which minutes of a range are asked of what. */
interface Split {
  readonly parameters: Record<string, unknown>;
  /** To be derived on the spot. */
  readonly live: readonly number[];
  readonly pendingMinutes: number;
}

function split({ minutes }: MinuteStates, range: { first: number; last: number }): Split {
  const live: number[] = [];
  let spans = 0;
  const due = minutes.filter(({ isComplete }) => !isComplete);
  for (const { minute, seenCount } of due) {
    if (live.length === LIVE_MINUTES_MAX || spans + seenCount > LIVE_SPANS_MAX) break;
    live.push(minute);
    spans += seenCount;
  }
  return {
    live,
    pendingMinutes: due.length - live.length,
    parameters: { from: range.first, to: range.last, live },
  };
}

/** Rows of the newest runs of the minutes from `from` to `to`, without the live ones. */
function ofNewestRuns(and: string = "1"): string {
  return `tb >= {from:UInt32} AND tb <= {to:UInt32} AND (tb, run) IN (
    SELECT tb, max(run) FROM derived_minutes
    WHERE tb >= {from:UInt32} AND tb <= {to:UInt32}
      AND toUnixTimestamp(tb) NOT IN {live:Array(UInt32)} AND ${and}
    GROUP BY tb
  )`;
}

type EdgeRow = [
  caller: string,
  callee: string,
  calleeType: CalleeType,
  calls: string,
  errors: string,
  durations: [bucket: number, count: string][],
];

/** Calls between services. */
export async function readServiceEdges(
  client: ClickHouseClient,
  query: ServiceEdgeQuery,
): Promise<ServiceEdgeList> {
  const range = minuteRange(query);
  if (range === undefined) return { items: [], capped: false, pendingMinutes: 0 };
  const [minutes, periods] = await Promise.all([
    minuteStates(client, range, here),
    periodStates(client, range, here),
  ]);
  const { live, parameters, pendingMinutes } = split(minutes, range);
  const { taken, gaps } = cover(range, periods, live);
  const rows = [
    storedEdgesSql(gaps),
    ...taken.map(periodEdgesSql),
    ...(live.length === 0 ? [] : [freshEdgesSql()]),
  ];
  const edges = await runQuery<EdgeRow>(
    client,
    "list calls between services",
    `${summedEdgesSql(rows.join("\nUNION ALL\n"))}
    ORDER BY calls DESC, caller, callee, callee_type
    LIMIT {limit:UInt64}`,
    { ...parameters, ...minuteParameters(live), limit: query.limit + 1 },
  );
  const items = edges.rows.slice(0, query.limit).map(edgeOf);
  return { items, capped: edges.rows.length > query.limit, pendingMinutes };
}

/** Periods of one length. */
interface TakenPeriods {
  readonly seconds: number;
  readonly starts: readonly number[];
}

/** The longest periods that are added up and lie in a range, and the minutes that are in none. */
function cover(
  range: MinuteRange,
  periods: readonly PeriodState[],
  live: readonly number[],
): { readonly taken: readonly TakenPeriods[]; readonly gaps: readonly MinuteRange[] } {
  let gaps: MinuteRange[] = [range];
  const taken = PERIODS_SECONDS.map((seconds) => {
    const isIn = ({ start }: PeriodState): boolean =>
      gaps.some(({ first, last }) => first <= start && start + seconds - 60 <= last);
    const own = periods.filter(
      (period) =>
        period.seconds === seconds &&
        period.isCurrent &&
        isIn(period) &&
        !live.some((minute) => minute - (minute % seconds) === period.start),
    );
    const starts = own.map(({ start }) => start).sort((a, b) => a - b);
    gaps = gaps.flatMap((gap) => gapsBetween(starts, seconds, gap));
    return { seconds, starts };
  });
  return { taken: taken.filter(({ starts }) => starts.length > 0), gaps };
}

/** What is between periods that are in order; both ends of a gap are minutes of it. */
function gapsBetween(starts: readonly number[], seconds: number, gap: MinuteRange): MinuteRange[] {
  const gaps: MinuteRange[] = [];
  let from = gap.first;
  for (const start of starts) {
    if (start < from || start > gap.last) continue;
    if (start > from) gaps.push({ first: from, last: start - 60 });
    from = start + seconds;
  }
  if (from <= gap.last) gaps.push({ first: from, last: gap.last });
  return gaps;
}

// The times in these statements are whole numbers that were made here.

/** Minutes that are in no period. */
function storedEdgesSql(gaps: readonly MinuteRange[]): string {
  const inGap = gaps.map(({ first, last }) => `tb >= ${first} AND tb <= ${last}`);
  const isAsked = `(${[...inGap, "0"].join(" OR ")})`;
  return `SELECT ${EDGE_COLUMNS} FROM service_edges
    WHERE ${isAsked} AND ${ofNewestRuns(isAsked)}`;
}

const EDGE_COLUMNS = `toString(caller) AS caller, callee, toString(callee_type) AS callee_type,
      call_count, error_count, durations`;

function periodEdgesSql({ seconds, starts }: TakenPeriods): string {
  const isTaken = `seconds = ${seconds} AND tb IN (${starts.join(", ")})`;
  return `SELECT ${EDGE_COLUMNS} FROM service_edge_periods
    WHERE ${isTaken} AND (tb, run) IN (
      SELECT tb, max(run) FROM derived_periods WHERE ${isTaken} GROUP BY tb
    )`;
}

/** Minutes that are derived now. */
function freshEdgesSql(): string {
  return `SELECT caller, callee, callee_type, calls AS call_count, errors AS error_count, durations
    FROM (${edgesSql(here)})`;
}

/** One edge from its row. */
function edgeOf([caller, callee, calleeType, calls, errors, durations]: EdgeRow): ServiceEdge {
  return {
    caller,
    callee,
    calleeType,
    callCount: Number(calls),
    errorCount: Number(errors),
    durations: addedUp(undefined, durations),
  };
}

function addedUp(
  known: DurationHistogram | undefined,
  added: readonly (readonly [bucket: number, count: string])[],
): DurationHistogram {
  const sum = new Map(known);
  for (const [bucket, count] of added) sum.set(bucket, (sum.get(bucket) ?? 0) + Number(count));
  return new Map([...sum].sort(([a], [b]) => a - b));
}

type StatsRow = [spans: string, errors: string, durations: [bucket: number, count: string][]];

/** How often a service did something, and how long it took. */
export async function readOperationStats(
  client: ClickHouseClient,
  query: OperationQuery,
): Promise<OperationStats> {
  const range = minuteRange(query);
  if (range === undefined) return NO_STATS;
  const { live, parameters, pendingMinutes } = split(
    await minuteStates(client, range, here),
    range,
  );
  const { service, name, kind } = query;
  const meant = { service, name, ...(kind === undefined ? {} : { kind }) };
  const verb = "read durations";
  const ofKind = kind === undefined ? "" : " AND kind = {kind:UInt8}";
  const isMeant = `service = {service:String} AND name = {name:String}${ofKind}`;
  const stored = runQuery<StatsRow>(
    client,
    verb,
    `SELECT sum(span_count), sum(error_count), sumMap(durations)
    FROM operation_minutes WHERE ${isMeant} AND ${ofNewestRuns()}`,
    { ...parameters, ...meant },
  );
  const fresh =
    live.length === 0
      ? undefined
      : runQuery<StatsRow>(
          client,
          verb,
          `SELECT sum(spans), sum(errors), sumMap(durations)
          FROM (${operationsSql(here, `AND ${isMeant}`)})`,
          { ...minuteParameters(live), ...meant },
        );
  let stats: OperationStats = { ...NO_STATS, pendingMinutes };
  for (const result of await Promise.all([stored, fresh])) {
    for (const [spans, errors, durations] of result?.rows ?? []) {
      stats = {
        spanCount: stats.spanCount + Number(spans),
        errorCount: stats.errorCount + Number(errors),
        durations: addedUp(stats.durations, durations),
        pendingMinutes,
      };
    }
  }
  return stats;
}

const NO_STATS: OperationStats = {
  spanCount: 0,
  errorCount: 0,
  durations: new Map(),
  pendingMinutes: 0,
};
