/*
 * Clocks that disagree, from calls between processes.
 *
 * A request cannot arrive before it was sent, nor be answered after the answer has come. So each
 * pair of a client span and the server span below it leaves a range for how far the clock of the
 * callee may be ahead of that of the caller: from the difference of their ends to that of their
 * starts. Clocks that agree have 0 in the range.
 *
 * 1. Pairs that say nothing are left out: failed calls, whose callee may work on for nobody, and
 *    callees that took longer than their callers, which answered before they were done.
 * 2. Pairs are put together by service and host of both ends.
 * 3. Told is what most pairs of one direction agree on, in the middle of their ranges.
 *
 * What is below {@link OFFSET_NANO_MIN} is not told: clocks of one network differ as much.
 */
import { keys } from "../semconv/keys.ts";
import { serviceName } from "../semconv/read.ts";
import { SpanKind } from "../span/kind.ts";
import type { Resource } from "../span/resource.ts";
import type { Span } from "../span/span.ts";
import { StatusCode } from "../span/status.ts";
import type { TraceTree } from "./tree.ts";

/** Two processes, or kinds of them, whose clocks disagree. */
export interface ClockOffset {
  readonly caller: string;
  /** `host.name`; empty where nobody says. */
  readonly callerHost: string;
  readonly callee: string;
  readonly calleeHost: string;
  /** How far the clock of the callee is ahead; negative when it is behind. */
  readonly offsetNano: number;
  /** It may be so much more or less. */
  readonly errorNano: number;
  /** Calls that show it. */
  readonly callCount: number;
  /** One of them. */
  readonly traceId: string;
  readonly spanId: string;
}

/** Offsets below are what the network may have done. */
const OFFSET_NANO_MIN = 1_000_000;
/** A single odd call proves nothing. */
const CALLS_MIN = 3;
/** So many of the calls must agree that the clocks differ, and to which side. */
const AGREEING_MIN = 0.8;

interface CallRange {
  /** How far the callee's clock may be ahead, least and most, ns. */
  readonly least: number;
  readonly most: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** The clocks that disagree, the largest offset first. Cost: O(n). */
export function clockOffsets(trees: Iterable<TraceTree>): ClockOffset[] {
  const pairs = new Map<string, { readonly spans: readonly [Span, Span]; ranges: CallRange[] }>();
  for (const { nodes } of trees) {
    for (const { span, parent } of nodes) {
      const range = parent === undefined ? undefined : rangeOf(parent.span, span);
      if (parent === undefined || range === undefined) continue;
      const key = [parent.span, span]
        .map(({ resource }) => placeOf(resource).join("\n"))
        .join("\r");
      const pair = pairs.get(key) ?? { spans: [parent.span, span] as const, ranges: [] };
      pair.ranges.push(range);
      pairs.set(key, pair);
    }
  }
  return [...pairs.values()]
    .flatMap(({ spans, ranges }) => offsetOf(spans, ranges) ?? [])
    .sort((a, b) => Math.abs(b.offsetNano) - Math.abs(a.offsetNano));
}

function placeOf({ attributes, ...resource }: Resource): [service: string, host: string] {
  const host = attributes.get(keys.hostName);
  return [serviceName({ attributes, ...resource }), typeof host === "string" ? host : ""];
}

/** What a call says; undefined when it says nothing. */
function rangeOf(call: Span, served: Span): CallRange | undefined {
  if (call.kind !== SpanKind.client || served.kind !== SpanKind.server) return undefined;
  if (call.status.code === StatusCode.error || hasNoTimes(call) || hasNoTimes(served)) {
    return undefined;
  }
  const most = Number(served.startTimeUnixNano - call.startTimeUnixNano);
  const least = Number(served.endTimeUnixNano - call.endTimeUnixNano);
  if (least > most) return undefined;
  return { least, most, traceId: served.traceId, spanId: served.spanId };
}

function hasNoTimes({ startTimeUnixNano, endTimeUnixNano }: Span): boolean {
  return startTimeUnixNano === 0n || endTimeUnixNano < startTimeUnixNano;
}

function offsetOf(
  [call, served]: readonly [Span, Span],
  ranges: readonly CallRange[],
): ClockOffset | undefined {
  const ahead = ranges.filter(({ least }) => least > OFFSET_NANO_MIN);
  const behind = ranges.filter(({ most }) => most < -OFFSET_NANO_MIN);
  const agreeing = ahead.length > behind.length ? ahead : behind;
  const [example] = agreeing;
  if (example === undefined || agreeing.length < CALLS_MIN) return undefined;
  if (agreeing.length < ranges.length * AGREEING_MIN) return undefined;
  const least = median(agreeing.map((range) => range.least));
  const most = median(agreeing.map((range) => range.most));
  const [caller, callerHost] = placeOf(call.resource);
  const [callee, calleeHost] = placeOf(served.resource);
  return {
    caller,
    callerHost,
    callee,
    calleeHost,
    offsetNano: Math.round((least + most) / 2),
    errorNano: Math.round((most - least) / 2),
    callCount: agreeing.length,
    traceId: example.traceId,
    spanId: example.spanId,
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
