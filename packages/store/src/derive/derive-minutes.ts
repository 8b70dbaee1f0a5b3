/*
 * Fills the tables of minutes: durations of operations, and calls between services.
 *
 * A minute is derived as a whole, by one run, from what is stored then, and again when spans of it
 * came late. The rows of a run are inserted first, then the note that names the run; only the rows
 * of the newest noted run of a minute count. So a run that is interrupted changes nothing, one that
 * is repeated counts nothing twice, and several servers may do the same work at once.
 *
 * A minute waits until nearly all its spans have come; what comes later waits until the calls into
 * the minutes after it can have come too, so that steady lateness does not repeat the work.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import {
  CHILD_MINUTES_AFTER,
  DERIVE_CHUNK_MINUTES_MAX,
  DERIVE_CHUNK_SPANS_MAX,
  MINUTE_SETTLES_SECONDS,
} from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";
import { edgesSql, operationsSql, type TableNamer } from "./minute-sql.ts";
import {
  minuteParameters,
  type MinuteRange,
  type MinuteState,
  minuteStates,
} from "./minute-states.ts";

/** What to derive. */
export interface DeriveOptions {
  readonly range: MinuteRange;
  readonly nowUnixNano: bigint;
  readonly table: TableNamer;
  /** Whether to stop between two steps. */
  readonly isStopped?: () => boolean;
}

/** Derives the minutes of the range that are due, newest first. Returns how many. */
export async function deriveMinutes(
  client: ClickHouseClient,
  options: DeriveOptions,
): Promise<number> {
  const { range, nowUnixNano, table, isStopped = () => false } = options;
  const nowSeconds = Number(nowUnixNano / 1_000_000_000n);
  const { minutes } = await minuteStates(client, range, table);
  const due = minutes.filter((state) => isDue(state, nowSeconds));
  let run = nowUnixNano;
  for (const chunk of chunksOf(due)) {
    if (isStopped()) break;
    run += 1n;
    try {
      await deriveChunk(client, chunk, { table, run });
    } catch (error) {
      throw storeError("count calls and durations", error);
    }
  }
  return due.length;
}

function isDue({ minute, isDerived, isComplete }: MinuteState, nowSeconds: number): boolean {
  const ageSeconds = nowSeconds - minute - 60;
  if (isComplete) return false;
  const waitSeconds = isDerived ? CHILD_MINUTES_AFTER * 60 : 0;
  return ageSeconds >= waitSeconds + MINUTE_SETTLES_SECONDS;
}

/** Minutes in groups that one statement can take. */
function* chunksOf(states: readonly MinuteState[]): Generator<MinuteState[]> {
  let chunk: MinuteState[] = [];
  let spans = 0;
  for (const state of states) {
    const isFull = spans + state.spanCount > DERIVE_CHUNK_SPANS_MAX;
    if (chunk.length > 0 && (isFull || chunk.length === DERIVE_CHUNK_MINUTES_MAX)) {
      yield chunk;
      chunk = [];
      spans = 0;
    }
    chunk.push(state);
    spans += state.spanCount;
  }
  if (chunk.length > 0) yield chunk;
}

async function deriveChunk(
  client: ClickHouseClient,
  chunk: readonly MinuteState[],
  { table, run }: { readonly table: TableNamer; readonly run: bigint },
): Promise<void> {
  const query_params = {
    ...minuteParameters(chunk.map(({ minute }) => minute)),
    run: run.toString(),
  };
  const at = "toDateTime(minute, 'UTC'), {run:UInt64}";
  const statements = [
    `INSERT INTO ${table("operation_minutes")}
      (tb, run, service, name, kind, span_count, error_count, durations)
    SELECT ${at}, service, name, kind, spans, errors, durations FROM (${operationsSql(table)})`,
    `INSERT INTO ${table("service_edges")}
      (tb, run, caller, callee, callee_type, call_count, error_count, durations)
    SELECT ${at}, caller, callee, callee_type, calls, errors, durations FROM (${edgesSql(table)})`,
  ];
  for (const query of statements) {
    await client.command({ query, query_params, clickhouse_settings: DERIVING });
  }
  await client.insert({
    table: table("derived_minutes"),
    values: chunk.map(({ minute, seenCount }) => ({
      tb: minute,
      run: run.toString(),
      span_count: seenCount,
    })),
    format: "JSONEachRow",
    clickhouse_settings: { async_insert: 0, insert_deduplicate: 0 },
  });
}

/** Of every statement that fills a table from others. */
export const DERIVING = {
  // A run is told apart by its number; equal rows of another one are no repetition.
  insert_deduplicate: 0,
  max_threads: 1,
  optimize_functions_to_subcolumns: 0,
  // On a cluster the rows of a minute go where its note goes, not where its spans are.
  parallel_distributed_insert_select: "0",
} as const;
