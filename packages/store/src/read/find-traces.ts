/*
 * Which traces fit a query, and in which order. Works on the summaries: one row per trace and time
 * bucket in which it has spans, with the first and the last start in it.
 *
 * The newest first, in steps:
 * 1. Take a window [w, to) that begins one minute before the interval ends, or before now if that
 *    is earlier: nothing is newer than now but the spans of broken clocks.
 * 2. Group the rows from w on by trace. A trace that began at w or later has all its rows there,
 *    so everything that is known about it is exact. Order by start, take a few more than asked.
 * 3. Read the exact summaries of those. What began before w in truth drops out here.
 * 4. What is left are the newest traces, and none can be missing: any other that began at w or
 *    later began before the last one taken. If they are enough, done; else the next, larger window.
 *    The last one is the whole interval, in which traces that began before it count too: those are
 *    found by step A below.
 *
 * A. The whole interval at once: the traces with a span in it, from row conditions alone, then all
 *    their rows, which may lie outside. A row whose first start lies before the interval and whose
 *    last lies behind it says nothing about those between; it is settled by looking at the spans.
 *    This can happen only when the interval lies within one bucket, so within one of the widest
 *    kind, or in bucket 0.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import type { TraceSummary } from "@spoor/trace";

import { BUCKET_SECONDS, RECENT_WINDOWS_MS } from "../base/limits.ts";
import type { TraceList, TraceQuery } from "../port/trace-store.ts";
import { bucketRange } from "../schema/time-bucket.ts";
import { runQuery } from "./run-query.ts";
import { readSummaries } from "./summaries.ts";

const NANO_PER_MS = 1_000_000n;
const UNIX_NANO_MAX = 2n ** 64n - 1n;

/** An interval in the store's terms; both ends are inclusive. */
interface Interval {
  readonly from: bigint;
  readonly last: bigint;
}

/** Summaries of the traces that fit, in the order that was asked for. */
export async function findTraces(
  client: ClickHouseClient,
  query: TraceQuery,
  nowUnixNano: bigint,
): Promise<TraceList> {
  const interval = clampInterval(query);
  if (interval === undefined) return { traces: [], hasMore: false, scannedRows: 0 };
  let scannedRows = 0;
  if (query.sort === "recent") {
    for (const from of windowStarts(interval, nowUnixNano)) {
      const found = await findRecent(client, query, { from, last: interval.last });
      scannedRows += found.scannedRows;
      if (found.summaries.length > query.limit) {
        return { ...cut(found.summaries, query.limit), scannedRows };
      }
    }
  }
  const found = await findInInterval(client, query, interval);
  scannedRows += found.scannedRows;
  return { ...cut(found.summaries, query.limit), scannedRows };
}

function clampInterval({ fromUnixNano, toUnixNano }: TraceQuery): Interval | undefined {
  const from = fromUnixNano < 0n ? 0n : fromUnixNano;
  const last = toUnixNano > UNIX_NANO_MAX ? UNIX_NANO_MAX : toUnixNano - 1n;
  return from > last ? undefined : { from, last };
}

/** Starts of the windows that are smaller than the interval. */
function windowStarts({ from, last }: Interval, nowUnixNano: bigint): bigint[] {
  const newest = nowUnixNano < last ? nowUnixNano : last;
  return RECENT_WINDOWS_MS.map((windowMs) => newest - BigInt(windowMs) * NANO_PER_MS).filter(
    (start) => start > from,
  );
}

interface Found {
  /** In the order of the query, more than its limit when more fit. */
  readonly summaries: TraceSummary[];
  readonly scannedRows: number;
}

/** Steps 1 to 4 for one window: only traces that began in it, or too few of them. */
async function findRecent(
  client: ClickHouseClient,
  query: TraceQuery,
  window: Interval,
): Promise<Found> {
  // Traces that began before the window look as if they began in it; they use up places.
  const limit = query.limit * 2 + 20;
  const { rows, scannedRows } = await runQuery<[traceId: string, key: string]>(
    client,
    "find traces",
    `SELECT lower(hex(trace_id)), min(first_start) AS start
    FROM trace_summaries
    WHERE (tb >= {fromBucket:UInt32} OR tb = 0) ${needsLater(query) ? "" : UP_TO_LAST_BUCKET}
    GROUP BY trace_id
    HAVING start >= {from:UInt64} AND start <= {last:UInt64} ${havingFilters(query)}
    ORDER BY start DESC, trace_id
    LIMIT {limit:UInt64}`,
    { ...parametersOf(query, window), limit },
  );
  const summaries = await readSummaries(
    client,
    rows.map(([traceId]) => traceId),
  );
  return {
    summaries: inOrder(
      summaries.rows.filter((summary) => summary.startTimeUnixNano >= window.from),
      rows,
    ),
    scannedRows: scannedRows + summaries.scannedRows,
  };
}

/** Step A. */
async function findInInterval(
  client: ClickHouseClient,
  query: TraceQuery,
  interval: Interval,
): Promise<Found> {
  const key =
    query.sort === "recent"
      ? "min(first_start)"
      : "toInt128(max(last_end)) - toInt128(min(first_start))";
  const { rows, scannedRows } = await runQuery<[traceId: string, key: string]>(
    client,
    "find traces",
    `SELECT lower(hex(trace_id)), ${key} AS key
    FROM trace_summaries
    WHERE trace_id IN (
      SELECT trace_id FROM trace_summaries
      WHERE (tb >= {fromBucket:UInt32} AND tb <= {lastBucket:UInt32} OR tb = 0) AND (
        first_start BETWEEN {from:UInt64} AND {last:UInt64}
        OR last_start BETWEEN {from:UInt64} AND {last:UInt64}
        OR first_start < {from:UInt64} AND last_start > {last:UInt64} AND trace_id IN (
          SELECT trace_id FROM spans
          WHERE (tb = 0 OR tb >= {fromBucket:UInt32} AND tb <= {innerLast:UInt32})
            AND reinterpretAsUInt64(toUnixTimestamp64Nano(ts))
              BETWEEN {from:UInt64} AND {last:UInt64}
        )
      )
    )
    GROUP BY trace_id
    HAVING 1 ${havingFilters(query)}
    ORDER BY key DESC, trace_id
    LIMIT {limit:UInt64}`,
    { ...parametersOf(query, interval), limit: query.limit + 1 },
  );
  const summaries = await readSummaries(
    client,
    rows.map(([traceId]) => traceId),
  );
  return {
    summaries: inOrder(summaries.rows, rows),
    scannedRows: scannedRows + summaries.scannedRows,
  };
}

const UP_TO_LAST_BUCKET = "AND tb <= {lastBucket:UInt32}";

/** Only a filter looks at rows behind the interval: the start of a trace is never there. */
function needsLater(query: TraceQuery): boolean {
  return query.service !== undefined || query.onlyErrors === true;
}

function havingFilters(query: TraceQuery): string {
  const service = "AND has(groupUniqArrayArray(services), {service:String})";
  const errors = "AND sum(error_count) > 0";
  return [query.service === undefined ? "" : service, query.onlyErrors === true ? errors : ""].join(
    " ",
  );
}

function parametersOf(query: TraceQuery, { from, last }: Interval): Record<string, unknown> {
  const buckets = bucketRange(from, last);
  return {
    from: from.toString(),
    last: last.toString(),
    fromBucket: buckets.first,
    lastBucket: buckets.last,
    // Nothing lies between the first bucket and 0.
    innerLast: buckets.last < buckets.first + BUCKET_SECONDS ? buckets.last : 0,
    ...(query.service === undefined ? {} : { service: query.service }),
  };
}

/** The summaries in the order of `rows`. */
function inOrder(
  summaries: readonly TraceSummary[],
  rows: readonly (readonly [traceId: string, key: string])[],
): TraceSummary[] {
  const byId = new Map(summaries.map((summary) => [summary.traceId, summary]));
  return rows.flatMap(([traceId]) => byId.get(traceId) ?? []);
}

function cut(summaries: TraceSummary[], limit: number): Omit<TraceList, "scannedRows"> {
  return { traces: summaries.slice(0, limit), hasMore: summaries.length > limit };
}
