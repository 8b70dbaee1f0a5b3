/*
 * Which hours are added up, and whether their minutes are still those that were.
 *
 * An hour is noted with the sum of the newest runs of its minutes, modulo 2^64. Whatever happens to
 * a minute, a later run, a first one, or none after its day was deleted, makes another sum.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { runQuery } from "../read/run-query.ts";
import type { TableNamer } from "./minute-sql.ts";
import type { MinuteRange } from "./minute-states.ts";

/** An hour that has derived minutes. */
export interface HourState {
  /** Its start, in seconds. */
  readonly hour: number;
  /** Starts of its derived minutes, in seconds. */
  readonly minutes: readonly number[];
  /** The newest run of each. */
  readonly runs: readonly bigint[];
  /** All runs added up. */
  readonly minuteRuns: bigint;
  /** Whether it is added up from these runs. */
  readonly isCurrent: boolean;
}

const VERB = "look which hours are counted";

/** The hours that lie in `range` with all their minutes, newest first. */
export async function hourStates(
  client: ClickHouseClient,
  { first, last }: MinuteRange,
  table: TableNamer,
): Promise<HourState[]> {
  const from = Math.ceil(first / 3600) * 3600;
  const to = last + 60 - ((last + 60) % 3600) - 60;
  if (from >= to) return [];
  const [minutes, notes] = await Promise.all([
    runQuery<[minute: number, run: string]>(
      client,
      VERB,
      `SELECT toUnixTimestamp(tb), max(run) FROM ${table("derived_minutes")}
      WHERE tb >= {from:UInt32} AND tb <= {to:UInt32} GROUP BY tb ORDER BY tb DESC`,
      { from, to },
    ),
    runQuery<[hour: number, minuteRuns: string]>(
      client,
      VERB,
      `SELECT toUnixTimestamp(tb), argMax(minute_runs, run) FROM ${table("derived_hours")}
      WHERE tb >= {from:UInt32} AND tb <= {to:UInt32} GROUP BY tb`,
      { from, to },
    ),
  ]);
  const noted = new Map(notes.rows);
  const byHour = Map.groupBy(minutes.rows, ([minute]) => minute - (minute % 3600));
  return Array.from(byHour, ([hour, rows]) => {
    const runs = rows.map(([, run]) => BigInt(run));
    const minuteRuns = runs.reduce((sum, run) => BigInt.asUintN(64, sum + run), 0n);
    return {
      hour,
      minutes: rows.map(([minute]) => minute),
      runs,
      minuteRuns,
      isCurrent: noted.get(hour) === minuteRuns.toString(),
    };
  });
}
