/*
 * Which periods, ten minutes and hours, are added up, and whether their minutes are still those
 * that were.
 *
 * A period is noted with the sum of the newest runs of its minutes, modulo 2^64. Whatever happens
 * to a minute, a later run, a first one, or none after its day was deleted, makes another sum.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { PERIODS_SECONDS } from "../base/limits.ts";
import { runQuery } from "../read/run-query.ts";
import type { TableNamer } from "./minute-sql.ts";
import type { MinuteRange } from "./minute-states.ts";

/** A period that has derived minutes. */
export interface PeriodState {
  readonly seconds: number;
  /** Its start, in seconds. */
  readonly start: number;
  /** Starts of its derived minutes, in seconds. */
  readonly minutes: readonly number[];
  /** The newest run of each. */
  readonly runs: readonly bigint[];
  /** All runs added up. */
  readonly minuteRuns: bigint;
  /** Whether it is added up from these runs. */
  readonly isCurrent: boolean;
}

const VERB = "look which calls are added up";

/** The periods that lie in `range` with all their minutes: the longest first, then the newest. */
export async function periodStates(
  client: ClickHouseClient,
  range: MinuteRange,
  table: TableNamer,
): Promise<PeriodState[]> {
  const [minutes, notes] = await Promise.all([
    runQuery<[minute: number, run: string]>(
      client,
      VERB,
      `SELECT toUnixTimestamp(tb), max(run) FROM ${table("derived_minutes")}
      WHERE tb >= {first:UInt32} AND tb <= {last:UInt32} GROUP BY tb ORDER BY tb DESC`,
      { ...range },
    ),
    runQuery<[seconds: number, start: number, minuteRuns: string]>(
      client,
      VERB,
      `SELECT seconds, toUnixTimestamp(tb), argMax(minute_runs, run)
      FROM ${table("derived_periods")}
      WHERE tb >= {first:UInt32} AND tb <= {last:UInt32} GROUP BY seconds, tb`,
      { ...range },
    ),
  ]);
  const noted = new Map(notes.rows.map(([seconds, start, runs]) => [`${seconds} ${start}`, runs]));
  return PERIODS_SECONDS.flatMap((seconds) => {
    const byStart = Map.groupBy(minutes.rows, ([minute]) => minute - (minute % seconds));
    const whole = [...byStart].filter(
      ([start]) => start >= range.first && start + seconds - 60 <= range.last,
    );
    return whole.map(([start, rows]) => {
      const runs = rows.map(([, run]) => BigInt(run));
      const minuteRuns = runs.reduce((sum, run) => BigInt.asUintN(64, sum + run), 0n);
      return {
        seconds,
        start,
        minutes: rows.map(([minute]) => minute),
        runs,
        minuteRuns,
        isCurrent: noted.get(`${seconds} ${start}`) === minuteRuns.toString(),
      };
    });
  });
}
