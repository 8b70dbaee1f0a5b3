import type { Clock } from "@spoor/trace/basics";

/** Milliseconds of a Retry-After header: seconds, or a date. Undefined when it is neither. */
export function retryAfterMs(header: string | undefined, clock: Clock): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d{1,9}\s*$/.test(header)) return Number(header) * 1000;
  const time = Date.parse(header);
  if (Number.isNaN(time)) return undefined;
  return Math.max(0, time - Number(clock.nowUnixNano() / 1_000_000n));
}
