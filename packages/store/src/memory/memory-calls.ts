/** Calls and durations among the spans in memory, counted when they are asked for. */
import { peerOf, serviceName, type Span, SpanKind, StatusCode } from "@spoor/trace";

import { durationBucket } from "../base/duration-histogram.ts";
import { CHILD_MINUTES_AFTER, CHILD_MINUTES_BEFORE } from "../base/limits.ts";
import type {
  CalleeType,
  OperationQuery,
  OperationStats,
  ServiceEdge,
  ServiceEdgeList,
  ServiceEdgeQuery,
  TimeRange,
} from "../port/catalogue.ts";

const MINUTE_NANO = 60_000_000_000n;

/** Calls between services; `traces` are all spans of each trace. */
export function listServiceEdges(
  traces: Iterable<readonly Span[]>,
  query: ServiceEdgeQuery,
): ServiceEdgeList {
  const edges = new Map<string, Tally & Pick<ServiceEdge, "caller" | "callee" | "calleeType">>();
  for (const spans of traces) {
    for (const call of callsOf(spans, query)) {
      const { caller, callee, calleeType } = call;
      const id = `${caller}\0${callee}\0${calleeType}`;
      const edge = edges.get(id) ?? { caller, callee, calleeType, ...newTally() };
      edges.set(id, edge);
      addTo(edge, call.timed);
    }
  }
  const items = [...edges]
    .sort(([idA, a], [idB, b]) => b.count - a.count || (idA < idB ? -1 : 1))
    .map(([, { caller, callee, calleeType, ...tally }]) => ({
      caller,
      callee,
      calleeType,
      callCount: tally.count,
      errorCount: tally.errorCount,
      durations: inOrder(tally.durations),
    }));
  return {
    items: items.slice(0, query.limit),
    capped: items.length > query.limit,
    pendingMinutes: 0,
  };
}

interface Call {
  readonly caller: string;
  readonly callee: string;
  readonly calleeType: CalleeType;
  /** The span that says how long it took and whether it failed. */
  readonly timed: Span;
}

function* callsOf(spans: readonly Span[], range: TimeRange): Generator<Call> {
  const entries = Map.groupBy(
    spans.filter(({ kind }) => kind === SpanKind.server || kind === SpanKind.consumer),
    ({ parentSpanId }) => parentSpanId,
  );
  for (const parent of spans) {
    if (!isWithinMinutes(parent, range)) continue;
    const caller = serviceName(parent.resource);
    const isOutgoing = parent.kind === SpanKind.client || parent.kind === SpanKind.producer;
    const answers = (entries.get(parent.spanId) ?? []).filter((entry) => isNear(entry, parent));
    for (const entry of answers) {
      const callee = serviceName(entry.resource);
      yield { caller, callee, calleeType: "service", timed: isOutgoing ? parent : entry };
    }
    if (isOutgoing && answers.length === 0) yield { caller, ...peerOf(parent), timed: parent };
  }
}

function isNear(entry: Span, parent: Span): boolean {
  const minutes = minuteOf(entry) - minuteOf(parent);
  return minutes >= -CHILD_MINUTES_BEFORE && minutes <= CHILD_MINUTES_AFTER;
}

/** How often a service did something, and how long it took. */
export function readOperationStats(spans: Iterable<Span>, query: OperationQuery): OperationStats {
  const tally = newTally();
  for (const span of spans) {
    if (query.kind !== undefined && span.kind !== query.kind) continue;
    if (isWithinMinutes(span, query) && isOf(span, query)) addTo(tally, span);
  }
  return {
    spanCount: tally.count,
    errorCount: tally.errorCount,
    durations: inOrder(tally.durations),
    pendingMinutes: 0,
  };
}

interface Tally {
  count: number;
  errorCount: number;
  readonly durations: Map<number, number>;
}

function newTally(): Tally {
  return { count: 0, errorCount: 0, durations: new Map() };
}

function addTo(tally: Tally, span: Span): void {
  tally.count += 1;
  if (span.status.code === StatusCode.error) tally.errorCount += 1;
  const bucket = durationBucket(durationOf(span));
  tally.durations.set(bucket, (tally.durations.get(bucket) ?? 0) + 1);
}

function inOrder(durations: ReadonlyMap<number, number>): Map<number, number> {
  return new Map([...durations].sort(([a], [b]) => a - b));
}

function isOf(span: Span, query: { readonly service: string; readonly name: string }): boolean {
  return span.name === query.name && serviceName(span.resource) === query.service;
}

function durationOf(span: Span): bigint {
  return span.endTimeUnixNano - span.startTimeUnixNano;
}

function minuteOf(span: Span): bigint {
  return span.startTimeUnixNano / MINUTE_NANO;
}

function isWithinMinutes(span: Span, { fromUnixNano, toUnixNano }: TimeRange): boolean {
  const minute = minuteOf(span);
  return minute >= fromUnixNano / MINUTE_NANO && minute <= (toUnixNano - 1n) / MINUTE_NANO;
}
