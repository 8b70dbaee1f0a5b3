/*
 * Log records that fit, newest first.
 *
 * 1. The interval is looked at in windows, the newest first, each some times as long as the one
 *    before it. They do not overlap, so that everything found in one stands before what is found
 *    in the next, and a search that finds enough never looks further back.
 * 2. A window is one statement: rows are in the order of minutes and services, and the conditions
 *    decide the rest. Texts are compared row by row.
 * 3. A page ends with a time and how many log records of that time were told so far, because
 *    nothing else tells two log records apart.
 *
 * The time is bounded. When it is over the answer says so, and its token goes on from there.
 */
import { invariant } from "@spoor/trace";

import { LOG_WINDOW_GROWTH, LOG_WINDOW_MS_MIN, LOGS_PER_QUERY_MAX } from "../base/limits.ts";
import {
  type LogList,
  logPageToken,
  type LogPlace,
  logPlaceOf,
  type LogQuery,
  placeBehind,
} from "../port/log-search.ts";
import type { DimensionReader } from "../read/dimension-reader.ts";
import { LOG_COLUMNS, type LogRow, logRecordsOf, timeOfLogRow } from "../read/log-rows.ts";
import { bucketRange } from "../schema/time-bucket.ts";
import { type SearchQueries, TimeIsOver } from "./search-queries.ts";

/** Searches. `nowUnixNano` says where the newest are to be expected. */
export async function searchLogs(
  query: LogQuery,
  parts: {
    readonly queries: SearchQueries;
    readonly dimensions: DimensionReader;
    readonly nowUnixNano: bigint;
  },
): Promise<LogList> {
  const { limit } = query;
  invariant(limit >= 1 && limit <= LOGS_PER_QUERY_MAX, "a limit is 1 to 1000", { limit });
  const { queries, dimensions, nowUnixNano } = parts;
  const begun = logPlaceOf(query);
  const rows: LogRow[] = [];
  let cut: LogList["capped"] = null;
  /** Everything that is newer was looked at. */
  let seenFrom: bigint | undefined;
  try {
    for (const window of windowsOf(query, begun, nowUnixNano)) {
      const skip = seenFrom === undefined ? (begun?.skip ?? 0) : 0;
      const wanted = limit + 1 - rows.length;
      rows.push(...(await findIn(window, query, { queries, skip, limit: wanted })));
      seenFrom = window.from;
      if (rows.length > limit) {
        cut = { unit: "log records", limit };
        break;
      }
    }
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    cut = { unit: "ms", limit: queries.timeoutMs };
  }
  const found = rows.slice(0, limit);
  const next =
    cut?.unit === "ms" && seenFrom !== undefined
      ? { timeUnixNano: seenFrom - 1n, skip: 0 }
      : placeBehind(found.map(timeOfLogRow), begun);
  const read = await logRecordsOf(queries.client, found, dimensions);
  return {
    logRecords: read.logRecords,
    nextPageToken: cut === null || next === undefined ? undefined : logPageToken(next),
    complete: cut === null,
    capped: cut,
    sampledRate: 1,
    scannedRows: queries.scannedRows + read.scannedRows,
    tookMs: queries.tookMs,
  };
}

/** Times from the first to the last, both inclusive. */
interface Window {
  readonly from: bigint;
  readonly last: bigint;
}

/** Windows from the newest to the oldest, end to end. */
function* windowsOf(
  { fromUnixNano, toUnixNano }: LogQuery,
  begun: LogPlace | undefined,
  nowUnixNano: bigint,
): Generator<Window> {
  const from = fromUnixNano < 0n ? 0n : fromUnixNano;
  let last =
    begun !== undefined && begun.timeUnixNano < toUnixNano ? begun.timeUnixNano : toUnixNano - 1n;
  if (last > UNIX_NANO_MAX) last = UNIX_NANO_MAX;
  // Nothing is newer than now but what broken clocks send: the first window reaches behind now.
  let start = last < nowUnixNano ? last : nowUnixNano;
  for (let length = LOG_WINDOW_MS_MIN * NANO_PER_MS; last >= from; length *= LOG_WINDOW_GROWTH) {
    // A last window that is hardly shorter than what is left is not worth another statement.
    start = start - length * 2n > from ? start - length : from;
    yield { from: start, last };
    last = start - 1n;
  }
}

const NANO_PER_MS = 1_000_000n;
/** The largest time of the column. */
const UNIX_NANO_MAX = 2n ** 64n - 1n;

async function findIn(
  { from, last }: Window,
  query: LogQuery,
  options: { readonly queries: SearchQueries; readonly skip: number; readonly limit: number },
): Promise<LogRow[]> {
  const { service, severityNumberMin = 0, contains = "", hasTrace } = query;
  const conditions = [
    "(tb >= {fromBucket:UInt32} AND tb <= {lastBucket:UInt32} OR tb = 0)",
    "time BETWEEN {from:UInt64} AND {last:UInt64}",
    ...(service === undefined ? [] : ["service = {service:String}"]),
    ...(severityNumberMin === 0 ? [] : ["severity >= {severity:UInt8}"]),
    ...(hasTrace === undefined ? [] : [`trace_id ${hasTrace ? "!=" : "="} ${NO_TRACE}`]),
    ...(contains === "" ? [] : [`(${inText(BODY_TEXT)} OR ${inText("event_name")})`]),
  ];
  const buckets = bucketRange(from, last);
  return options.queries.run<LogRow>(
    `SELECT ${LOG_COLUMNS} FROM logs
    WHERE ${conditions.join("\n      AND ")}
    ORDER BY time DESC, seq DESC, trace_id, span_id, service, body
    LIMIT {limit:UInt64} OFFSET {skip:UInt64}`,
    {
      from: from.toString(),
      last: last.toString(),
      fromBucket: buckets.first,
      lastBucket: buckets.last,
      service: service ?? "",
      severity: severityNumberMin,
      contains,
      limit: options.limit,
      skip: options.skip,
    },
  );
}

const NO_TRACE = "toFixedString('', 16)";

/** Tagged text without its tag: see schema/tagged-text.ts. */
const BODY_TEXT = "if(startsWith(body, '\\x01'), substring(body, 3), body)";

function inText(text: string): string {
  return `positionCaseInsensitiveUTF8(${text}, {contains:String}) > 0`;
}
