/*
 * What the parts of traces show of their tracing, in words: the same on the page and in the
 * terminal.
 */
import { formatDuration } from "../base/duration.ts";
import type { ClockOffset } from "./clock-offsets.ts";
import { type MissingCallee, type SamplingDifference, shareText } from "./sampling-differences.ts";

/** What there is to tell. */
export interface Inconsistencies {
  readonly clockOffsets: readonly ClockOffset[];
  readonly samplingDifferences: readonly SamplingDifference[];
  readonly missingCallees: readonly MissingCallee[];
}

/** One thing to tell. */
export interface Inconsistency {
  readonly code: "clocks_disagree" | "sampling_differs" | "callee_missing";
  /** Of whom it is told. Plain text that may contain whatever names contain. */
  readonly who: string;
  /** What is told, behind `who`, without a full stop. */
  readonly text: string;
  /** Calls that show it. */
  readonly count: number;
  readonly traceId: string;
  readonly spanId: string;
}

/** All of it, clocks first. */
export function inconsistencies(found: Inconsistencies): Inconsistency[] {
  return [
    ...found.clockOffsets.map((offset): Inconsistency => {
      const { callee, calleeHost, caller, callerHost, offsetNano, errorNano } = offset;
      const direction = offsetNano < 0 ? "behind" : "ahead of";
      return {
        code: "clocks_disagree",
        who: placeText(callee, calleeHost),
        text:
          `runs ${formatDuration(Math.abs(offsetNano))} ${direction} ` +
          `${placeText(caller, callerHost)} (± ${formatDuration(errorNano)})`,
        ...shownBy(offset, offset.callCount),
      };
    }),
    ...found.missingCallees.map((missing): Inconsistency => ({
      code: "callee_missing",
      who: missing.callee,
      text:
        `is missing below ${missing.missingCount.toLocaleString("en")} of ` +
        `${missing.callCount.toLocaleString("en")} calls by ${missing.caller}, and there below ` +
        "the others",
      ...shownBy(missing, missing.missingCount),
    })),
    ...found.samplingDifferences.map((difference): Inconsistency => ({
      code: "sampling_differs",
      who: difference.callee,
      text:
        `keeps ${shareText(difference.calleeShare)} of traces, and its caller ` +
        `${difference.caller} ${shareText(difference.callerShare)}`,
      ...shownBy(difference, difference.callCount),
    })),
  ];
}

function shownBy(
  { traceId, spanId }: { readonly traceId: string; readonly spanId: string },
  count: number,
): Pick<Inconsistency, "count" | "traceId" | "spanId"> {
  return { count, traceId, spanId };
}

function placeText(service: string, host: string): string {
  return host === "" ? service : `${service} on ${host}`;
}
