/*
 * Adds up the calls between services of whole hours, so that a map of many hours is read from few
 * rows.
 *
 * An hour is added up from the newest runs of its minutes, which are named in the statement, and
 * noted with them. It is used only while those are still the newest (hour-states.ts); so an hour
 * whose spans came late costs time until it is added up again, and never counts wrongly.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { CHILD_MINUTES_AFTER, MINUTE_SETTLES_SECONDS } from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";
import { DERIVING, type DeriveOptions } from "./derive-minutes.ts";
import { type HourState, hourStates } from "./hour-states.ts";
import { summedEdgesSql, type TableNamer } from "./minute-sql.ts";

/** Adds up the hours of the range that are due, newest first. Returns how many. */
export async function deriveHours(
  client: ClickHouseClient,
  { range, nowUnixNano, table, isStopped = () => false }: DeriveOptions,
): Promise<number> {
  // Of the first hour all minutes count, though the range may begin in the middle of it.
  const whole = { first: range.first - (range.first % 3600), last: range.last };
  const nowSeconds = Number(nowUnixNano / 1_000_000_000n);
  const states = await hourStates(client, whole, table);
  const due = states.filter(
    ({ hour, isCurrent }) => !isCurrent && nowSeconds >= hour + 3600 + SETTLES_SECONDS,
  );
  let run = nowUnixNano;
  for (const state of due) {
    if (isStopped()) break;
    run += 1n;
    try {
      await deriveHour(client, state, { table, run });
    } catch (error) {
      throw storeError("add up calls of an hour", error);
    }
  }
  return due.length;
}

/** Then its last minute was derived for the second time, as steady lateness has it. */
const SETTLES_SECONDS = CHILD_MINUTES_AFTER * 60 + MINUTE_SETTLES_SECONDS * 2;

async function deriveHour(
  client: ClickHouseClient,
  { hour, minutes, runs, minuteRuns }: HourState,
  { table, run }: { readonly table: TableNamer; readonly run: bigint },
): Promise<void> {
  const rows = `SELECT caller, callee, callee_type, error_count, durations
    FROM ${table("service_edges")}
    WHERE tb >= {hour:UInt32} AND tb < {hour:UInt32} + 3600
      AND has(arrayZip({minutes:Array(UInt32)}, {runs:Array(UInt64)}), (toUnixTimestamp(tb), run))`;
  await client.command({
    query: `INSERT INTO ${table("service_edge_hours")}
      (tb, run, caller, callee, callee_type, call_count, error_count, durations)
    SELECT toDateTime({hour:UInt32}, 'UTC'), {run:UInt64}, caller, callee, callee_type,
      calls, errors, durations
    FROM (${summedEdgesSql(rows)})`,
    query_params: { hour, run: run.toString(), minutes, runs },
    clickhouse_settings: DERIVING,
  });
  await client.insert({
    table: table("derived_hours"),
    values: [{ tb: hour, run: run.toString(), minute_runs: minuteRuns.toString() }],
    format: "JSONEachRow",
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
  });
}
