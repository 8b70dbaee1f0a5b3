/*
 * Spans of one operation, newest first.
 *
 * The catalogue says when the operation was last seen and how often, so that one look at the time
 * before that nearly always finds enough. What is older is looked for with more care:
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
import { type BucketRange, bucketRange } from "../schema/time-bucket.ts";
import { minuteRange, minuteStates } from "./minute-states.ts";

/** Minutes that are read at once, whatever they hold: a set of more seconds prunes slowly. */
const STEP_MINUTES_MAX = 64;

type SpanRow = [traceId: string, spanId: string, start: string, duration: string, status: number];

/** What is known about an operation. It may be a little behind. */
export interface OperationHint {
  readonly lastStartUnixNano: bigint;
  readonly spansPerHour: number;
}

/** The newest spans that fit. */
export async function findSpans(
  client: ClickHouseClient,
  query: SpanQuery,
  hint: OperationHint | undefined,
): Promise<SpanList> {
  const since = hint && recentStart(query, hint);
  if (since === undefined) return findOlder(client, query);
  const recent = await spansIn(client, query, {
    ...bucketRange(since, query.toUnixNano - 1n),
    from: since,
  });
  const found = recent.rows.map(spanOf);
  if (found.length > query.limit) return listOf(found, query, recent.scannedRows);
  const older = await findOlder(client, { ...query, toUnixNano: since });
  const { spans, hasMore } = listOf([...found, ...older.spans], query, 0);
  return {
    spans,
    hasMore: hasMore || older.hasMore,
    scannedRows: recent.scannedRows + older.scannedRows,
  };
}

/** Where the time begins in which there probably are enough spans. */
function recentStart(query: SpanQuery, hint: OperationHint): bigint | undefined {
  const { fromUnixNano, toUnixNano, limit } = query;
  const { lastStartUnixNano, spansPerHour } = hint;
  const newest = lastStartUnixNano < toUnixNano ? lastStartUnixNano : toUnixNano;
  const minutes = Math.ceil((limit * RECENT_SHARE * 60) / Math.max(1, spansPerHour));
  const since = newest - BigInt(Math.min(minutes, RECENT_MINUTES_MAX)) * MINUTE_NANO;
  return since > fromUnixNano ? since : undefined;
}

/** How many times as many spans as wanted are looked at first: not all last long enough. */
const RECENT_SHARE = 8;

/** An operation that is rarer than this is looked for in the table of minutes. */
const RECENT_MINUTES_MAX = 30;
const MINUTE_NANO = 60_000_000_000n;

async function findOlder(client: ClickHouseClient, query: SpanQuery): Promise<SpanList> {
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
    const unbelieved = await spansIn(client, query, { buckets: [0] });
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
    const result = await spansIn(client, query, { buckets });
    scannedRows += result.scannedRows;
    inMinutes += result.rows.length;
    found.push(...result.rows.map(spanOf));
  }
  return listOf(found, query, scannedRows);
}

function listOf(found: FoundSpan[], { limit }: SpanQuery, scannedRows: number): SpanList {
  found.sort(byStart);
  return { spans: found.slice(0, limit), hasMore: found.length > limit, scannedRows };
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

/** Buckets by their numbers, or all from one to another and those that are not believed. */
type Buckets = { readonly buckets: readonly number[] } | (BucketRange & { readonly from: bigint });

function spansIn(
  client: ClickHouseClient,
  query: SpanQuery,
  where: Buckets,
): Promise<QueryResult<SpanRow>> {
  const { fromUnixNano, toUnixNano, service, name, limit } = query;
  const isList = "buckets" in where;
  const inBuckets = isList
    ? "tb IN {buckets:Array(UInt32)}"
    : "(tb >= {firstBucket:UInt32} AND tb <= {lastBucket:UInt32} OR tb = 0)";
  const durationMinNano = query.durationMinNano ?? INT64_MIN;
  return runQuery<SpanRow>(
    client,
    "find spans",
    `SELECT
      lower(hex(trace_id)), lower(hex(span_id)),
      reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS start, dur, status
    FROM spans
    WHERE ${inBuckets} AND service = {service:String} AND name = {name:String}
      AND dur >= {durationMin:Int64} AND start >= {from:UInt64} AND start <= {last:UInt64}
    ORDER BY start DESC, trace_id, span_id
    LIMIT {limit:UInt64}`,
    {
      ...(isList
        ? { buckets: where.buckets }
        : { firstBucket: where.first, lastBucket: where.last }),
      service,
      name,
      durationMin: (durationMinNano > INT64_MAX ? INT64_MAX : durationMinNano).toString(),
      from: clampedTime(isList ? fromUnixNano : where.from).toString(),
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
