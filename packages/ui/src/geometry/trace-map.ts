/*
 * Who called whom within one trace, and where the time of each service went.
 */
import {
  isErrorRow,
  kindOfRow,
  type Peer,
  type ServiceEdgeDocument,
  SpanKind,
  type TraceRows,
} from "@spoor/trace";
import type { MapCall } from "./map-layout.ts";
import type { TraceShape } from "./trace-shape.ts";

/** Calls of one service by another, or of something without spans, within a trace. */
export interface TraceCall extends MapCall {
  readonly totalNano: number;
  readonly maxNano: number;
  /** The longest of them: where a look begins. */
  readonly longestRow: number;
}

/** What a service did in a trace. */
export interface ServiceTime {
  readonly service: string;
  readonly spanCount: number;
  readonly errorCount: number;
  readonly selfNano: number;
  /** The span with the most own time. */
  readonly longestRow: number;
}

/** A trace as services and calls. */
export interface TraceMap {
  /** Most calls first. */
  readonly calls: readonly TraceCall[];
  /** Outgoing calls of which nobody knows what they called, because their spans are not here. */
  readonly unreadCount: number;
}

/**
 * The calls of `shape`. A call is a server or consumer span below another span, and a span below
 * one of another service. An outgoing span without such a span below it calls what its attributes
 * name: `peerOfRow` tells, and gives undefined for a span that is not here. Cost: O(rows).
 */
export function traceMap(
  shape: TraceShape,
  peerOfRow: (row: number) => Peer | undefined,
): TraceMap {
  const { rows, skeleton } = shape;
  const answered = new Uint8Array(rows.rowCount);
  const calls = new Calls(shape);
  const serviceOf = (row: number): string => skeleton.services[skeleton.service[row] ?? -1] ?? "";
  for (let row = 0; row < rows.rowCount; row += 1) {
    const parent = rows.parentRow[row] ?? -1;
    if (parent === -1 || !isCall(shape, parent, row)) continue;
    answered[parent] = 1;
    const timed = isOutgoing(rows, parent) ? parent : row;
    calls.add({ caller: serviceOf(parent), callee: serviceOf(row), calleeType: "service" }, timed);
  }
  let unreadCount = 0;
  for (let row = 0; row < rows.rowCount; row += 1) {
    if (answered[row] === 1 || !isOutgoing(rows, row)) continue;
    const peer = peerOfRow(row);
    if (peer === undefined) unreadCount += 1;
    else calls.add({ caller: serviceOf(row), ...peer }, row);
  }
  return { calls: calls.sorted(), unreadCount };
}

/** Own time by service, the most first. Cost: O(rows). */
export function serviceTimes({ skeleton, rows, selfNano }: TraceShape): ServiceTime[] {
  const times = skeleton.services.map((service) => ({
    service,
    spanCount: 0,
    errorCount: 0,
    selfNano: 0,
    longestRow: -1,
    longestNano: -1,
  }));
  for (let row = 0; row < rows.rowCount; row += 1) {
    const time = times[skeleton.service[row] ?? -1];
    if (time === undefined) continue;
    const own = selfNano[row] ?? 0;
    time.spanCount += 1;
    time.selfNano += own;
    if (isErrorRow(rows, row)) time.errorCount += 1;
    if (own <= time.longestNano) continue;
    time.longestNano = own;
    time.longestRow = row;
  }
  return times
    .filter(({ spanCount }) => spanCount > 0)
    .map(({ longestNano: _longestNano, ...time }) => time)
    .sort((a, b) => b.selfNano - a.selfNano || (a.service < b.service ? -1 : 1));
}

/** Whether `row` is a client or producer span. */
export function isOutgoing(rows: TraceRows, row: number): boolean {
  const kind = kindOfRow(rows, row);
  return kind === SpanKind.client || kind === SpanKind.producer;
}

/** Whether something with spans of its own answers the outgoing span `row`. Cost: O(children). */
export function isAnswered(shape: TraceShape, row: number): boolean {
  const { endRow } = shape.rows;
  const end = endRow[row] ?? 0;
  for (let child = row + 1; child < end; child = endRow[child] ?? end) {
    if (isCall(shape, row, child)) return true;
  }
  return false;
}

function isCall({ rows, skeleton }: TraceShape, parent: number, row: number): boolean {
  const kind = kindOfRow(rows, row);
  if (kind === SpanKind.server || kind === SpanKind.consumer) return true;
  return skeleton.service[parent] !== skeleton.service[row];
}

type CallName = Pick<ServiceEdgeDocument, "caller" | "callee" | "calleeType">;

class Calls {
  readonly #shape: TraceShape;
  readonly #calls = new Map<string, { -readonly [K in keyof TraceCall]: TraceCall[K] }>();

  constructor(shape: TraceShape) {
    this.#shape = shape;
  }

  add(name: CallName, timed: number): void {
    const { rows, skeleton } = this.#shape;
    const key = `${name.caller}\n${name.callee}\n${name.calleeType}`;
    const nano = skeleton.durationNano[timed] ?? 0;
    let call = this.#calls.get(key);
    if (call === undefined) {
      const counts = { callCount: 0, errorCount: 0, totalNano: 0 };
      call = { ...name, ...counts, maxNano: -1, longestRow: timed };
      this.#calls.set(key, call);
    }
    call.callCount += 1;
    call.totalNano += nano;
    if (isErrorRow(rows, timed)) call.errorCount += 1;
    if (nano <= call.maxNano) return;
    call.maxNano = nano;
    call.longestRow = timed;
  }

  sorted(): TraceCall[] {
    return [...this.#calls.values()].sort((a, b) => b.callCount - a.callCount);
  }
}
