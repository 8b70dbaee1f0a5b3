/*
 * Spans of one operation, newest first.
 *
 * The table of minutes says in which minutes there are any that last long enough, so that only
 * those minutes are read, from the newest on, until there are enough. Minutes that are not derived,
 * or not completely, are read whatever the table says. Spans whose start could not be believed lie
 * in bucket 0 and are always looked at.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { durationBucket } from "../base/duration-histogram.ts";
import type { FoundSpan, SpanList, SpanQuery } from "../port/catalogue.ts";
import { type QueryResult, runQuery } from "../read/run-query.ts";
import { minuteRange, minuteStates } from "./minute-states.ts";

/** Minutes that are read at once; more with each step. */
const STEP_MINUTES = [8, 64] as const;

type SpanRow = [traceId: string, spanId: string, start: string, duration: string, status: number];

/** The newest spans that fit. */
export async function findSpans(client: ClickHouseClient, query: SpanQuery): Promise<SpanList> {
  const range = minuteRange(query);
  if (range === undefined) return { spans: [], hasMore: false, scannedRows: 0 };
  const [states, listed, unbelieved] = await Promise.all([
    minuteStates(client, range, (table) => table),
    listedMinutes(client, query, range),
    spansIn(client, query, [0]),
  ]);
  const minutes = states
    .filter(({ minute, isComplete }) => !isComplete || listed.has(minute))
    .map(({ minute }) => minute);
  const found = unbelieved.rows.map(spanOf);
  let scannedRows = unbelieved.scannedRows;
  let inMinutes = 0;
  for (let step = 0, next = 0; next < minutes.length && inMinutes <= query.limit; step += 1) {
    const size = STEP_MINUTES[Math.min(step, STEP_MINUTES.length - 1)] ?? 1;
    const group = minutes.slice(next, next + size);
    next += size;
    const buckets = group.flatMap((minute) => Array.from({ length: 60 }, (_, at) => minute + at));
    const result = await spansIn(client, query, buckets);
    scannedRows += result.scannedRows;
    inMinutes += result.rows.length;
    found.push(...result.rows.map(spanOf));
  }
  found.sort(byStart);
  return { spans: found.slice(0, query.limit), hasMore: found.length > query.limit, scannedRows };
}

/** Minutes in which the newest run saw a span of the operation that may last long enough. */
async function listedMinutes(
  client: ClickHouseClient,
  query: SpanQuery,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<Set<number>> {
  const { service, name, durationMinNano = 0n } = query;
  const { rows } = await runQuery<[minute: number]>(
    client,
    "find spans",
    `SELECT DISTINCT toUnixTimestamp(tb)
    FROM operation_minutes
    WHERE service = {service:String} AND name = {name:String}
      AND tb >= {first:UInt32} AND tb <= {last:UInt32}
      AND arrayExists(bucket -> bucket >= {bucket:UInt16}, mapKeys(durations))`,
    { service, name, first, last, bucket: Math.min(durationBucket(durationMinNano), 0xffff) },
  );
  return new Set(rows.map(([minute]) => minute));
}

function spansIn(
  client: ClickHouseClient,
  query: SpanQuery,
  buckets: readonly number[],
): Promise<QueryResult<SpanRow>> {
  const { fromUnixNano, toUnixNano, service, name, limit } = query;
  const durationMinNano = query.durationMinNano ?? INT64_MIN;
  return runQuery<SpanRow>(
    client,
    "find spans",
    `SELECT
      lower(hex(trace_id)), lower(hex(span_id)),
      reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS start, dur, status
    FROM spans
    WHERE tb IN {buckets:Array(UInt32)} AND service = {service:String} AND name = {name:String}
      AND dur >= {durationMin:Int64} AND start >= {from:UInt64} AND start <= {last:UInt64}
    ORDER BY start DESC, trace_id, span_id
    LIMIT {limit:UInt64}`,
    {
      buckets,
      service,
      name,
      durationMin: (durationMinNano > INT64_MAX ? INT64_MAX : durationMinNano).toString(),
      from: clampedTime(fromUnixNano).toString(),
      last: clampedTime(toUnixNano - 1n).toString(),
      limit: limit + 1,
    },
  );
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

function clampedTime(unixNano: bigint): bigint {
  return unixNano < 0n ? 0n : unixNano > UINT64_MAX ? UINT64_MAX : unixNano;
}

function spanOf([traceId, spanId, start, duration, status]: SpanRow): FoundSpan {
  return {
    traceId,
    spanId,
    startTimeUnixNano: BigInt(start),
    durationNano: BigInt(duration),
    isError: status === 2,
  };
}

/** The newest first, those of one moment by their ids. */
export function byStart(a: FoundSpan, b: FoundSpan): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano > b.startTimeUnixNano ? -1 : 1;
  }
  return a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1;
}
