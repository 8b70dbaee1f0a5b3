const NANO_PER_MS = 1_000_000n;
const NANO_PER_SECOND = 1_000_000_000n;

/** RFC 3339 in UTC with all nine digits: `2026-11-22T14:03:11.204000123Z`. */
export function exactTime(unixNano: bigint): string {
  const seconds = new Date(Number(unixNano / NANO_PER_MS)).toISOString().slice(0, 19);
  return `${seconds}.${(unixNano % NANO_PER_SECOND).toString().padStart(9, "0")}Z`;
}

/** How people want to read a time. */
export interface TimeStyle {
  readonly isUtc: boolean;
  /** Leaves the date out. */
  readonly isShort: boolean;
}

/** `14:03:11` or `2026-11-22 14:03:11`, with a `Z` in UTC. */
export function clockTime(unixNano: bigint, { isUtc, isShort }: TimeStyle): string {
  const date = dateOf(unixNano, isUtc);
  const day = date.toISOString().slice(0, 10);
  const time = `${date.toISOString().slice(11, 19)}${isUtc ? "Z" : ""}`;
  return isShort ? time : `${day} ${time}`;
}

/** Whether two moments lie on one day. */
export function isSameDay(a: bigint, b: bigint, isUtc: boolean): boolean {
  return (
    dateOf(a, isUtc).toISOString().slice(0, 10) === dateOf(b, isUtc).toISOString().slice(0, 10)
  );
}

/** A date whose UTC fields are the ones to print. */
function dateOf(unixNano: bigint, isUtc: boolean): Date {
  const ms = Number(unixNano / NANO_PER_MS);
  return new Date(isUtc ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
}
