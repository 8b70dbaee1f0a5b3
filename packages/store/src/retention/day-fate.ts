import type { RetentionPolicy } from "../base/retention-policy.ts";

/** A day of the store. */
export interface StoredDay {
  /** `2026-11-22`. */
  readonly day: string;
  /** When it began. */
  readonly startUnixNano: bigint;
  readonly bytes: number;
  /** When its newest data were written or merged. */
  readonly changedUnixNano: bigint;
}

/** What to do with a day. */
export type DayFate = "keep" | "thin" | "drop";

const DAY_NANO = 86_400_000_000_000n;

/**
 * What age alone asks for. A day goes only when its last moment is old enough, so that nothing
 * younger than asked is touched. Spans whose start could not be believed lie in the day of 1970;
 * their age is that of the newest among them here.
 */
export function fateByAge(day: StoredDay, policy: RetentionPolicy, nowUnixNano: bigint): DayFate {
  const { ageNano, errorAgeNano } = policy;
  if (ageNano === undefined) return "keep";
  const isBelieved = day.startUnixNano > 0n;
  const newestUnixNano = isBelieved ? day.startUnixNano + DAY_NANO : day.changedUnixNano;
  const agoNano = nowUnixNano - newestUnixNano;
  if (agoNano < ageNano) return "keep";
  if (errorAgeNano === undefined || errorAgeNano <= ageNano || agoNano >= errorAgeNano) {
    return "drop";
  }
  return "thin";
}

/** The oldest of `days`, in order, that have to go for the rest to fit; never the last. */
export function daysBeyondSize(days: readonly StoredDay[], sizeBytes: number): StoredDay[] {
  let bytes = days.reduce((sum, day) => sum + day.bytes, 0);
  const beyond: StoredDay[] = [];
  for (const day of days.slice(0, -1)) {
    if (bytes <= sizeBytes) break;
    beyond.push(day);
    bytes -= day.bytes;
  }
  return beyond;
}
