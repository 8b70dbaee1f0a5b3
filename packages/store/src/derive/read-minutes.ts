/*
 * Answers from the tables of minutes. A minute that is not derived, or was derived from fewer spans
 * than there are now, is derived on the spot, the newest first, as long as that is affordable; what
 * is left is told as pending. Calls of whole hours come from the table of hours where it has them.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import type { DurationHistogram } from "../base/duration-histogram.ts";
import { LIVE_MINUTES_MAX, LIVE_SPANS_MAX } from "../base/limits.ts";
import {
  type CalleeType,
  mostFrequent,
  type OperationQuery,
  type OperationStats,
  type ServiceEdge,
  type ServiceEdgeList,
  type ServiceEdgeQuery,
} from "../port/catalogue.ts";
import { runQuery } from "../read/run-query.ts";
import { hourOf } from "../schema/time-bucket.ts";
import { hourStates } from "./hour-states.ts";
import { edgesSql, operationsSql, summedEdgesSql } from "./minute-sql.ts";
import { minuteParameters, minuteRange, type MinuteStates, minuteStates } from "./minute-states.ts";

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

/**
 * Rows of the newest runs of the minutes from `from` to `to`, without the live ones. `and` leaves
 * out more minutes; inside, where it decides which parts of a table are read.
 */
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
  const [minutes, hours] = await Promise.all([
    minuteStates(client, range, here),
    hourStates(client, range, here),
  ]);
  const { live, parameters, pendingMinutes } = split(minutes, range);
  const added = hours.filter(
    (state) => state.isCurrent && !live.some((minute) => hourOf(minute) === state.hour),
  );
  const verb = "list calls between services";
  const stored = runQuery<EdgeRow>(client, verb, summedEdgesSql(STORED_EDGES), {
    ...parameters,
    hours: added.map(({ hour }) => hour),
  });
  const fresh =
    live.length === 0
      ? undefined
      : runQuery<EdgeRow>(
          client,
          verb,
          summedEdgesSql(`SELECT caller, callee, callee_type, errors AS error_count, durations
            FROM (${edgesSql(here)})`),
          minuteParameters(live),
        );
  const edges = new Map<string, EdgeRow[]>();
  for (const result of await Promise.all([stored, fresh])) {
    for (const row of result?.rows ?? []) {
      const id = row.slice(0, 3).join("\0");
      const rows = edges.get(id);
      if (rows === undefined) edges.set(id, [row]);
      else rows.push(row);
    }
  }
  const { items, capped } = mostFrequent(edges, query.limit, {
    count: ([, rows]) => rows.reduce((sum, row) => sum + Number(row[3]), 0),
    text: ([id]) => id,
  });
  return { items: items.map(([, rows]) => edgeOf(rows)), capped, pendingMinutes };
}

/** Minutes without the hours that are added up, and these. */
const STORED_EDGES = `
SELECT caller, callee, callee_type, error_count, durations FROM service_edges
WHERE ${ofNewestRuns("NOT has({hours:Array(UInt32)}, toUnixTimestamp(toStartOfHour(tb)))")}
UNION ALL
SELECT caller, callee, callee_type, error_count, durations FROM service_edge_hours
WHERE tb IN {hours:Array(UInt32)} AND (tb, run) IN (
  SELECT tb, max(run) FROM derived_hours WHERE tb IN {hours:Array(UInt32)} GROUP BY tb
)`;

/** One edge from its rows, which are at least one. */
function edgeOf(rows: readonly EdgeRow[]): ServiceEdge {
  const [caller = "", callee = "", calleeType = "service"] = rows[0] ?? [];
  const sum = (column: 3 | 4): number => rows.reduce((all, row) => all + Number(row[column]), 0);
  return {
    caller,
    callee,
    calleeType,
    callCount: sum(3),
    errorCount: sum(4),
    durations: addedUp(
      undefined,
      rows.flatMap((row) => row[5]),
    ),
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
