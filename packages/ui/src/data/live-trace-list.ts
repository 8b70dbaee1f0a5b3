/*
 * The list of traces while new ones come in.
 *
 * 1. A trace that is listed changes in its place.
 * 2. A new trace goes where the order puts it, unless the list is held: then it waits, and the
 *    page says how many wait. A list must never move under a pointer.
 * 3. The list keeps to its limit. What falls off the end is in the store, not lost.
 */
import type { TraceSummaryDocument } from "@spoor/trace";
import type { TraceListQuery } from "./api-client.ts";

/** The list as it is on the screen, and what came in while it was held. */
export interface LiveTraceList {
  /** In the order of the query, at most its limit. */
  readonly shown: readonly TraceSummaryDocument[];
  /** In the order of the query, at most its limit; none of them is in `shown`. */
  readonly waiting: readonly TraceSummaryDocument[];
}

/** What an update has to know. */
export interface LiveTraceListOptions {
  readonly query: TraceListQuery;
  /** While true, no row appears, moves or goes. */
  readonly isHeld: boolean;
}

/** The list before anything was read. */
export const EMPTY_LIST: LiveTraceList = { shown: [], waiting: [] };

/** The list after `arrived` came in; the same object when nothing in it changed. */
export function withArrived(
  list: LiveTraceList,
  arrived: readonly TraceSummaryDocument[],
  { query, isHeld }: LiveTraceListOptions,
): LiveTraceList {
  const newest = new Map(arrived.map((trace) => [trace.traceId, trace]));
  if (newest.size === 0) return list;
  const shown = list.shown.map((trace) => take(newest, trace));
  const waiting = list.waiting.map((trace) => take(newest, trace));
  const fresh = [...newest.values()].filter((trace) => !query.onlyErrors || trace.errorCount > 0);
  if (isHeld) return { shown, waiting: ordered([...waiting, ...fresh], query) };
  return { shown: ordered([...shown, ...waiting, ...fresh], query), waiting: [] };
}

/** The list after the hold ended: what waited moves in. */
export function released(list: LiveTraceList, query: TraceListQuery): LiveTraceList {
  if (list.waiting.length === 0) return list;
  return { shown: ordered([...list.shown, ...list.waiting], query), waiting: [] };
}

/** Removes and returns the newer version of `trace`, if one arrived. */
function take(
  newest: Map<string, TraceSummaryDocument>,
  trace: TraceSummaryDocument,
): TraceSummaryDocument {
  const newer = newest.get(trace.traceId);
  newest.delete(trace.traceId);
  return newer ?? trace;
}

function ordered(
  traces: readonly TraceSummaryDocument[],
  query: TraceListQuery,
): TraceSummaryDocument[] {
  const isByDuration = query.sort === "duration";
  const rankOf = (trace: TraceSummaryDocument): bigint =>
    BigInt(isByDuration ? trace.durationNano : trace.startTimeUnixNano);
  return traces
    .map((trace) => ({ trace, rank: rankOf(trace) }))
    .sort((a, b) => (a.rank < b.rank ? 1 : a.rank > b.rank ? -1 : 0))
    .slice(0, query.limit)
    .map(({ trace }) => trace);
}
