/*
 * Which minutes are derived, and from how many spans.
 *
 * A minute is derived from the spans that begin in it and those that answer them, which begin from
 * `CHILD_MINUTES_BEFORE` to `CHILD_MINUTES_AFTER` around it. How many there are now is the sum of
 * the trace summaries; how many there were is noted with each run. More now than then means that
 * spans came late, whatever was restarted in between. Less means that retention deleted some: what
 * was derived from them stays.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { CHILD_MINUTES_AFTER, CHILD_MINUTES_BEFORE } from "../base/limits.ts";
import type { TableNamer } from "./minute-sql.ts";
import { runQuery } from "../read/run-query.ts";

/** A minute that has spans. */
export interface MinuteState {
  /** Its start, in seconds. */
  readonly minute: number;
  /** Spans that began in it. */
  readonly spanCount: number;
  /** Spans that began in it or around it. */
  readonly seenCount: number;
  /** Whether it was derived, be it from fewer spans. */
  readonly isDerived: boolean;
  /** Whether it was derived from all its spans. */
  readonly isComplete: boolean;
}

/** The minutes of an interval, and what has none. */
export interface MinuteStates {
  /** Newest first. */
  readonly minutes: readonly MinuteState[];
  /** Spans of bucket 0, whose start is not believed: they are in no minute. */
  readonly unbelievedSpanCount: number;
}

/** Minutes of an interval, by their starts in seconds, both inclusive. */
export interface MinuteRange {
  readonly first: number;
  readonly last: number;
}

/** The minutes of `range` that have spans. */
export async function minuteStates(
  client: ClickHouseClient,
  range: MinuteRange,
  table: TableNamer,
): Promise<MinuteStates> {
  const { first, last } = range;
  const parameters = {
    first,
    last: last + 59,
    before: CHILD_MINUTES_BEFORE * 60,
    after: CHILD_MINUTES_AFTER * 60,
  };
  const verb = "look which minutes are counted";
  const [counts, runs] = await Promise.all([
    runQuery<[minute: string, count: string]>(
      client,
      verb,
      `SELECT toUnixTimestamp(tb) - toUnixTimestamp(tb) % 60 AS minute, sum(span_count)
      FROM ${table("trace_summaries")}
      WHERE tb >= toInt64({first:UInt32}) - {before:UInt32}
        AND tb <= toInt64({last:UInt32}) + {after:UInt32} OR tb = 0
      GROUP BY minute`,
      parameters,
    ),
    runQuery<[minute: number, count: string]>(
      client,
      verb,
      `SELECT toUnixTimestamp(tb), argMax(span_count, run)
      FROM ${table("derived_minutes")}
      WHERE tb >= {first:UInt32} AND tb <= {last:UInt32}
      GROUP BY tb`,
      parameters,
    ),
  ]);
  const now = new Map(counts.rows.map(([minute, count]) => [Number(minute), Number(count)]));
  const then = new Map(runs.rows.map(([minute, count]) => [minute, Number(count)]));
  const states: MinuteState[] = [];
  for (const [minute, spanCount] of now) {
    if (minute === 0 || minute < first || minute > last) continue;
    let seenCount = 0;
    for (let at = -CHILD_MINUTES_BEFORE; at <= CHILD_MINUTES_AFTER; at += 1) {
      const around = minute + at * 60;
      if (around > 0) seenCount += now.get(around) ?? 0;
    }
    const derivedFrom = then.get(minute);
    states.push({
      minute,
      spanCount,
      seenCount,
      isDerived: derivedFrom !== undefined,
      isComplete: derivedFrom !== undefined && derivedFrom >= seenCount,
    });
  }
  const minutes = states.sort((a, b) => b.minute - a.minute);
  return { minutes, unbelievedSpanCount: now.get(0) ?? 0 };
}

/** The whole minutes that an interval touches. */
export function minuteRange(range: {
  readonly fromUnixNano: bigint;
  readonly toUnixNano: bigint;
}): MinuteRange | undefined {
  const minuteNano = 60_000_000_000n;
  const first = clamped(range.fromUnixNano / minuteNano);
  const last = clamped((range.toUnixNano - 1n) / minuteNano);
  return range.toUnixNano <= range.fromUnixNano || range.toUnixNano < 1n
    ? undefined
    : { first, last };
}

const MINUTES_MAX = 71_582_787n;

function clamped(minutes: bigint): number {
  return Number(minutes < 0n ? 0n : minutes > MINUTES_MAX ? MINUTES_MAX : minutes) * 60;
}

/** The parameters of minute-sql.ts. */
export function minuteParameters(minutes: readonly number[]): Record<string, unknown> {
  return {
    minutes,
    first: minutes.reduce((least, minute) => Math.min(least, minute), Number.MAX_SAFE_INTEGER),
    last: minutes.reduce((most, minute) => Math.max(most, minute), 0) + 59,
  };
}
