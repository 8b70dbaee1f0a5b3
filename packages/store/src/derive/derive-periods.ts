/*
 * Adds up the calls between services of ten minutes and of hours, so that a map of many hours is
 * read from few rows.
 *
 * A period is added up from the newest runs of its minutes, which are named in the statement, and
 * noted with them. It is used only while those are still the newest (period-states.ts); so one
 * whose spans came late costs time until it is added up again, and never counts wrongly.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { CHILD_MINUTES_AFTER, MINUTE_SETTLES_SECONDS, PERIOD_SECONDS_MAX } from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";
import { DERIVING, type DeriveOptions } from "./derive-minutes.ts";
import { summedEdgesSql, type TableNamer } from "./minute-sql.ts";
import { type PeriodState, periodStates } from "./period-states.ts";

/** Adds up the periods of the range that are due. Returns how many. */
export async function derivePeriods(
  client: ClickHouseClient,
  { range, nowUnixNano, table, isStopped = () => false }: DeriveOptions,
): Promise<number> {
  // Of the first hour all minutes count, though the range may begin in the middle of it.
  const whole = { first: range.first - (range.first % PERIOD_SECONDS_MAX), last: range.last };
  const nowSeconds = Number(nowUnixNano / 1_000_000_000n);
  const states = await periodStates(client, whole, table);
  const due = states.filter(
    ({ start, seconds, isCurrent }) =>
      !isCurrent && nowSeconds >= start + seconds + SETTLES_SECONDS,
  );
  let run = nowUnixNano;
  for (const state of due) {
    if (isStopped()) break;
    run += 1n;
    try {
      await derivePeriod(client, state, { table, run });
    } catch (error) {
      throw storeError("add up calls", error);
    }
  }
  return due.length;
}

/** Then its last minute was derived for the second time, as steady lateness has it. */
const SETTLES_SECONDS = CHILD_MINUTES_AFTER * 60 + MINUTE_SETTLES_SECONDS * 2;

async function derivePeriod(
  client: ClickHouseClient,
  { seconds, start, minutes, runs, minuteRuns }: PeriodState,
  { table, run }: { readonly table: TableNamer; readonly run: bigint },
): Promise<void> {
  const rows = `SELECT caller, callee, callee_type, call_count, error_count, durations
    FROM ${table("service_edges")}
    WHERE tb >= {start:UInt32} AND tb < {start:UInt32} + {seconds:UInt32}
      AND has(arrayZip({minutes:Array(UInt32)}, {runs:Array(UInt64)}), (toUnixTimestamp(tb), run))`;
  await client.command({
    query: `INSERT INTO ${table("service_edge_periods")}
      (seconds, tb, run, caller, callee, callee_type, call_count, error_count, durations)
    SELECT {seconds:UInt32}, toDateTime({start:UInt32}, 'UTC'), {run:UInt64},
      caller, callee, callee_type, calls, errors, sums
    FROM (${summedEdgesSql(rows)})`,
    query_params: { seconds, start, run: run.toString(), minutes, runs },
    clickhouse_settings: DERIVING,
  });
  await client.insert({
    table: table("derived_periods"),
    values: [{ seconds, tb: start, run: run.toString(), minute_runs: minuteRuns.toString() }],
    format: "JSONEachRow",
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
  });
}
