/*
 * Answers from the tables of minutes. A minute that is not derived, or was derived from fewer spans
 * than there are now, is derived on the spot, the newest first, as long as that is affordable; what
 * is left is told as pending.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import type { DurationHistogram } from "../base/duration-histogram.ts";
import { LIVE_MINUTES_MAX, LIVE_SPANS_MAX } from "../base/limits.ts";
import type {
  CalleeType,
  OperationQuery,
  OperationStats,
  ServiceEdge,
  ServiceEdgeList,
  ServiceEdgeQuery,
} from "../port/catalogue.ts";
import { runQuery } from "../read/run-query.ts";
import { edgesSql, operationsSql } from "./minute-sql.ts";
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

/** Rows of the newest runs of the minutes from `from` to `to`, without the live ones. */
const OF_NEWEST_RUNS = `tb >= {from:UInt32} AND tb <= {to:UInt32}
  AND toUnixTimestamp(tb) NOT IN {live:Array(UInt32)}
  AND (tb, run) IN (
    SELECT tb, max(run) FROM derived_minutes
    WHERE tb >= {from:UInt32} AND tb <= {to:UInt32} GROUP BY tb
  )`;

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
  const { live, parameters, pendingMinutes } = split(
    await minuteStates(client, range, here),
    range,
  );
  const verb = "list calls between services";
  const columns = "caller, callee, callee_type";
  const stored = runQuery<EdgeRow>(
    client,
    verb,
    `SELECT ${columns}, sum(call_count), sum(error_count), sumMap(durations)
    FROM service_edges WHERE ${OF_NEWEST_RUNS} GROUP BY ${columns}`,
    parameters,
  );
  const fresh =
    live.length === 0
      ? undefined
      : runQuery<EdgeRow>(
          client,
          verb,
          `SELECT ${columns}, sum(calls), sum(errors), sumMap(durations)
          FROM (${edgesSql(here)}) GROUP BY ${columns}`,
          minuteParameters(live),
        );
  const edges = new Map<string, ServiceEdge>();
  for (const result of await Promise.all([stored, fresh])) {
    for (const row of result?.rows ?? []) addEdge(edges, row);
  }
  const items = [...edges.values()].sort(byCalls);
  return {
    items: items.slice(0, query.limit),
    capped: items.length > query.limit,
    pendingMinutes,
  };
}

function addEdge(edges: Map<string, ServiceEdge>, row: EdgeRow): void {
  const [caller, callee, calleeType, calls, errors, durations] = row;
  const id = `${calleeType} ${caller}\0${callee}`;
  const known = edges.get(id);
  edges.set(id, {
    caller,
    callee,
    calleeType,
    callCount: Number(calls) + (known?.callCount ?? 0),
    errorCount: Number(errors) + (known?.errorCount ?? 0),
    durations: addedUp(known?.durations, durations),
  });
}

/** The most calls first, then by who calls whom. */
function byCalls(a: ServiceEdge, b: ServiceEdge): number {
  if (a.callCount !== b.callCount) return b.callCount - a.callCount;
  const [textA, textB] = [a, b].map((edge) => `${edge.caller}\0${edge.callee}\0${edge.calleeType}`);
  return (textA ?? "") < (textB ?? "") ? -1 : 1;
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
  const { service, name } = query;
  const verb = "read durations";
  const isMeant = "service = {service:String} AND name = {name:String}";
  const stored = runQuery<StatsRow>(
    client,
    verb,
    `SELECT sum(span_count), sum(error_count), sumMap(durations)
    FROM operation_minutes WHERE ${isMeant} AND ${OF_NEWEST_RUNS}`,
    { ...parameters, service, name },
  );
  const fresh =
    live.length === 0
      ? undefined
      : runQuery<StatsRow>(
          client,
          verb,
          `SELECT sum(spans), sum(errors), sumMap(durations)
          FROM (${operationsSql(here, `AND ${isMeant}`)})`,
          { ...minuteParameters(live), service, name },
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
