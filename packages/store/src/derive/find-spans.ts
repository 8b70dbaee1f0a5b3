/*
 * Spans of one operation, newest first.
 *
 * The table of minutes says in which minutes there are any that last long enough, so that only
 * those minutes are read, from the newest on: as many at once as surely hold enough, and more when
 * a part of the interval or of a bucket does not count after all. Minutes that are not derived, or
 * not completely, are read whatever the table says. Spans whose start could not be believed lie in
 * bucket 0 and are looked at wherever there are any.
 */
import type { ClickHouseClient } from "@clickhouse/client";

import { durationBucket } from "../base/duration-histogram.ts";
import type { FoundSpan, SpanList, SpanQuery } from "../port/catalogue.ts";
import { type QueryResult, runQuery } from "../read/run-query.ts";
import { minuteRange, minuteStates } from "./minute-states.ts";

/** Minutes that are read at once, whatever they hold: a set of more seconds prunes slowly. */
const STEP_MINUTES_MAX = 64;

type SpanRow = [traceId: string, spanId: string, start: string, duration: string, status: number];

/** The newest spans that fit. */
export async function findSpans(client: ClickHouseClient, query: SpanQuery): Promise<SpanList> {
  const range = minuteRange(query);
  if (range === undefined) return { spans: [], hasMore: false, scannedRows: 0 };
  const [states, listed] = await Promise.all([
    minuteStates(client, range, (table) => table),
    listedMinutes(client, query, range),
  ]);
  const minutes = states.minutes.flatMap(({ minute, isComplete }) => {
    const sureCount = isComplete ? listed.get(minute) : 0;
    return sureCount === undefined ? [] : { minute, sureCount };
  });
  const found: FoundSpan[] = [];
  let scannedRows = 0;
  if (states.unbelievedSpanCount > 0) {
    const unbelieved = await spansIn(client, query, [0]);
    scannedRows += unbelieved.scannedRows;
    found.push(...unbelieved.rows.map(spanOf));
  }
  let inMinutes = 0;
  for (let next = 0; next < minutes.length && inMinutes <= query.limit;) {
    const buckets: number[] = [];
    let sure = inMinutes;
    for (let taken = 0; taken < STEP_MINUTES_MAX && sure <= query.limit; taken += 1, next += 1) {
      const { minute, sureCount } = minutes[next] ?? NO_MINUTE;
      if (minute === 0) break;
      sure += sureCount;
      for (let second = 0; second < 60; second += 1) buckets.push(minute + second);
    }
    const result = await spansIn(client, query, buckets);
    scannedRows += result.scannedRows;
    inMinutes += result.rows.length;
    found.push(...result.rows.map(spanOf));
  }
  found.sort(byStart);
  return { spans: found.slice(0, query.limit), hasMore: found.length > query.limit, scannedRows };
}

const NO_MINUTE = { minute: 0, sureCount: 0 };

/** Minutes with a span of the operation that may last long enough, and how many surely do. */
async function listedMinutes(
  client: ClickHouseClient,
  query: SpanQuery,
  { first, last }: { readonly first: number; readonly last: number },
): Promise<Map<number, number>> {
  const { service, name, durationMinNano = 0n } = query;
  const bucket = Math.min(durationBucket(durationMinNano), 0xffff);
  const { rows } = await runQuery<[minute: number, count: string]>(
    client,
    "find spans",
    `SELECT toUnixTimestamp(tb), sum(arraySum(
      (start, count) -> if(start > {bucket:UInt16}, count, 0),
      mapKeys(durations), mapValues(durations)
    ))
    FROM operation_minutes
    WHERE service = {service:String} AND name = {name:String}
      AND tb >= {first:UInt32} AND tb <= {last:UInt32}
      AND arrayExists(start -> start >= {bucket:UInt16}, mapKeys(durations))
    GROUP BY tb`,
    { service, name, first, last, bucket },
  );
  return new Map(rows.map(([minute, count]) => [minute, Number(count)]));
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
function byStart(a: FoundSpan, b: FoundSpan): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano > b.startTimeUnixNano ? -1 : 1;
  }
  return a.traceId + a.spanId < b.traceId + b.spanId ? -1 : 1;
}
