/*
 * The time of spans: one wall-clock reading, then the monotonic clock only.
 *
 * `Date.now` has a resolution of 1 ms and may jump, so that a child measured by it seems to start
 * before its parent. An anchor ties a moment of the monotonic clock to a moment of the wall clock;
 * every span of a trace in this process uses the anchor of the first one, so that their order and
 * their durations are those of the monotonic clock. The wall clock may be corrected meanwhile, and
 * the monotonic one stands still while a laptop sleeps: a new trace looks, at most once a second,
 * whether the two still agree, and takes a new anchor when they do not.
 */
import type { HrTime, TimeInput } from "@opentelemetry/api";

/** The two clocks of a machine, in milliseconds with fractions. */
export interface TimeSource {
  /** Monotonic, since an arbitrary start. */
  monotonicMs(): number;
  /** Since the Unix epoch, in whole milliseconds or finer. */
  unixMs(): number;
}

/** The machine's clocks. */
export const machineTime: TimeSource = {
  monotonicMs: () => performance.now(),
  unixMs: () => Date.now(),
};

/** A moment on both clocks. The nanoseconds since 1970 in two halves, as they are written. */
export interface ClockAnchor {
  readonly monotonicMs: number;
  readonly unixMs: number;
  readonly unixNanoHigh: number;
  readonly unixNanoLow: number;
}

/** How far the clocks may drift apart: above the resolution of `Date.now`, below what one sees. */
const DRIFT_MS_MAX = 5;
const DRIFT_CHECK_MS = 1000;

/** Reads the time for spans. */
export class SpanClock {
  readonly #source: TimeSource;
  #anchor: ClockAnchor;
  #checkAtMs: number;

  constructor(source: TimeSource = machineTime) {
    this.#source = source;
    const nowMs = source.monotonicMs();
    this.#anchor = newAnchor(nowMs, startUnixMs(source, nowMs));
    this.#checkAtMs = nowMs + DRIFT_CHECK_MS;
  }

  /** Now, on the monotonic clock. */
  nowMs(): number {
    return this.#source.monotonicMs();
  }

  /** The anchor for a trace whose first span in this process starts at `nowMs`. */
  anchorAt(nowMs: number): ClockAnchor {
    if (nowMs >= this.#checkAtMs) this.#check(nowMs);
    return this.#anchor;
  }

  #check(nowMs: number): void {
    this.#checkAtMs = nowMs + DRIFT_CHECK_MS;
    const unixMs = this.#source.unixMs();
    const expectedMs = this.#anchor.unixMs + (nowMs - this.#anchor.monotonicMs);
    if (Math.abs(unixMs - expectedMs) > DRIFT_MS_MAX) this.#anchor = newAnchor(nowMs, unixMs);
  }
}

/**
 * `performance.timeOrigin` knows the microsecond in which the process started, which is finer than
 * `Date.now`; it is believed as long as the two agree.
 */
function startUnixMs(source: TimeSource, nowMs: number): number {
  const unixMs = source.unixMs();
  if (source !== machineTime) return unixMs;
  const fineMs = performance.timeOrigin + nowMs;
  return Math.abs(fineMs - unixMs) < DRIFT_MS_MAX ? fineMs : unixMs;
}

function newAnchor(monotonicMs: number, unixMs: number): ClockAnchor {
  const wholeMs = Math.floor(unixMs);
  const unixNano = BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((unixMs - wholeMs) * 1e6));
  return {
    monotonicMs,
    unixMs,
    unixNanoHigh: Number(unixNano >> 32n),
    unixNanoLow: Number(unixNano & 0xffff_ffffn),
  };
}

/** Seconds and nanoseconds since 1970 of a moment of the monotonic clock. */
export function hrTimeAt(anchor: ClockAnchor, monotonicMs: number): HrTime {
  const unixNano = unixNanoAt(anchor, monotonicMs);
  return [Number(unixNano / 1_000_000_000n), Number(unixNano % 1_000_000_000n)];
}

/** Nanoseconds since 1970 of a moment of the monotonic clock. */
export function unixNanoAt(anchor: ClockAnchor, monotonicMs: number): bigint {
  const anchorNano = (BigInt(anchor.unixNanoHigh) << 32n) | BigInt(anchor.unixNanoLow);
  return anchorNano + BigInt(nanoSince(anchor, monotonicMs));
}

/** Whole nanoseconds from the anchor to a moment of the monotonic clock. */
export function nanoSince(anchor: ClockAnchor, monotonicMs: number): number {
  return Math.round((monotonicMs - anchor.monotonicMs) * 1e6);
}

/** Whether `value` is one of the forms in which the API takes a time. */
export function isTimeInput(value: unknown): value is TimeInput {
  return typeof value === "number" || value instanceof Date || isHrTime(value);
}

/**
 * A time that the application gave, as seconds and nanoseconds since 1970: `HrTime`, `Date`, Unix
 * milliseconds, or a reading of `performance.now()`, which is any number too small to be a date
 * of the last years. Undefined for anything that is not a time.
 */
export function hrTimeOf(time: TimeInput, anchor: ClockAnchor): HrTime | undefined {
  if (isHrTime(time)) return time;
  const given = typeof time === "number" ? time : time.getTime();
  if (!Number.isFinite(given)) return undefined;
  const isReading = typeof time === "number" && given <= anchor.unixMs / 2;
  if (isReading) return hrTimeAt(anchor, given);
  return hrTimeOfMs(given);
}

function hrTimeOfMs(unixMs: number): HrTime {
  const seconds = Math.floor(unixMs / 1000);
  const nano = Math.round((unixMs - seconds * 1000) * 1e6);
  return nano === 1e9 ? [seconds + 1, 0] : [seconds, nano];
}

function isHrTime(value: unknown): value is HrTime {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isFinite(value[0]) &&
    Number.isFinite(value[1])
  );
}
