/*
 * OpenTelemetry's member of the trace state, `ot=th:<threshold>;rv:<random value>;...`, by which
 * the services of a trace decide alike and whoever counts spans knows how many each stands for.
 * Source: OpenTelemetry specification, "TraceState: Probability Sampling" (OTEP 235).
 *
 * Both are 56-bit numbers in hexadecimal; a threshold leaves out its trailing zeros. A span is
 * kept when its random value is not below the threshold.
 */
import type { TraceState } from "@opentelemetry/api";
import { W3cTraceState } from "../propagation/w3c-trace-state.ts";

/** Of 56 bits. */
const DIGIT_COUNT = 14;
/** A threshold of 2^56 keeps nothing. It is never sent. */
export const THRESHOLD_MAX: bigint = 1n << 56n;

const THRESHOLD = /^[0-9a-f]{1,14}$/;
const RANDOM_VALUE = /^[0-9a-f]{14}$/;
/** Of the whole member's value, by the specification. */
const LENGTH_MAX = 256;

/** The content of the member; undefined where it does not say. */
export interface OtTraceState {
  readonly threshold: bigint | undefined;
  readonly randomValue: bigint | undefined;
  /** What other sub-keys say, as it stands. */
  readonly rest: readonly string[];
}

const NOTHING: OtTraceState = { threshold: undefined, randomValue: undefined, rest: [] };

/** What a trace state says in its member `ot`. */
export function readOtTraceState(traceState: TraceState | undefined): OtTraceState {
  const text = traceState?.get("ot") ?? "";
  if (text === "" || text.length > LENGTH_MAX) return NOTHING;
  let threshold: bigint | undefined;
  let randomValue: bigint | undefined;
  const rest: string[] = [];
  for (const part of text.split(";")) {
    const value = part.slice(3);
    if (part.startsWith("th:")) threshold = THRESHOLD.test(value) ? thresholdOf(value) : undefined;
    else if (part.startsWith("rv:"))
      randomValue = RANDOM_VALUE.test(value) ? hex(value) : undefined;
    else rest.push(part);
  }
  return { threshold, randomValue, rest };
}

/** The value of the member; empty when there is nothing to say. */
export function otTraceStateText({ threshold, randomValue, rest }: OtTraceState): string {
  const parts: string[] = [];
  if (threshold !== undefined && threshold < THRESHOLD_MAX)
    parts.push(`th:${thresholdText(threshold)}`);
  if (randomValue !== undefined) {
    parts.push(`rv:${randomValue.toString(16).padStart(DIGIT_COUNT, "0")}`);
  }
  parts.push(...rest);
  while (parts.join(";").length > LENGTH_MAX) parts.pop();
  return parts.join(";");
}

/** `traceState` with this member, or without one when there is nothing to say. */
export function withOtTraceState(
  traceState: TraceState | undefined,
  content: OtTraceState,
): TraceState | undefined {
  const text = otTraceStateText(content);
  if (text === "") return traceState?.unset("ot");
  return (traceState ?? new W3cTraceState(new Map())).set("ot", text);
}

/** The threshold that keeps a span with this probability, exact to 2^-56. */
export function thresholdOfRatio(ratio: number): bigint {
  return THRESHOLD_MAX - BigInt(Math.round(ratio * 2 ** 56));
}

/** A threshold in hexadecimal, as it is sent: `8` for one half. */
export function thresholdText(threshold: bigint): string {
  if (threshold === 0n) return "0";
  return threshold.toString(16).padStart(DIGIT_COUNT, "0").replace(/0+$/, "");
}

function thresholdOf(digits: string): bigint {
  return hex(digits.padEnd(DIGIT_COUNT, "0"));
}

function hex(digits: string): bigint {
  return BigInt(`0x${digits}`);
}
