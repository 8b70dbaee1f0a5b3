import { machineTime, type TimeSource } from "../base/span-clock.ts";
import { decideBy, thresholdFor } from "./ratio.ts";
import type { Sampler } from "./sampler.ts";

/** How fast the estimate of the rate follows, and how much of a burst passes at first. */
const ADAPTATION_MS = 10_000;
/** Thresholds are made anew when the share has changed by more than this. */
const SHARE_CHANGE_MIN = 0.01;

/**
 * Keeps about so many traces a second, by a share that follows the rate at which they come.
 *
 * A sampler that counts and cuts off keeps an unknown share. This one decides by a threshold,
 * which it writes into the trace state: how many traces a kept one stands for is exact at every
 * moment, and services downstream can decide alike. The price is that the limit holds on average
 * over ten seconds, not in each of them.
 *
 * @throws RangeError unless `tracesPerSecond` is a positive number.
 */
export function rateLimit(tracesPerSecond: number, timeSource: TimeSource = machineTime): Sampler {
  if (!(tracesPerSecond > 0 && Number.isFinite(tracesPerSecond))) {
    throw new RangeError(`cannot keep ${tracesPerSecond} traces a second: give a positive number`);
  }
  // Of a window that forgets: how many traces came, and in how much time.
  let count = 0;
  let windowMs = ADAPTATION_MS;
  let lastMs = timeSource.monotonicMs();
  let share = 1;
  let threshold = thresholdFor(share);
  return {
    decide({ trace }) {
      const nowMs = timeSource.monotonicMs();
      const elapsedMs = nowMs - lastMs;
      lastMs = nowMs;
      const kept = Math.exp(-elapsedMs / ADAPTATION_MS);
      count = count * kept + 1;
      windowMs = windowMs * kept + elapsedMs;
      const wanted = Math.min(1, (tracesPerSecond * windowMs) / 1000 / count);
      if (Math.abs(wanted - share) > share * SHARE_CHANGE_MIN || (wanted === 1 && share !== 1)) {
        share = wanted;
        threshold = thresholdFor(share);
      }
      return decideBy(threshold, trace);
    },
    toString: () => `RateLimit{${tracesPerSecond}/s}`,
  };
}
