/*
 * Moments as text: short and local where people compare, complete and in UTC where they copy.
 */

const NANO_PER_MS = 1_000_000n;

const TIME = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  fractionalSecondDigits: 3,
  hourCycle: "h23",
});

const DAY = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const DAY_AND_YEAR = new Intl.DateTimeFormat(undefined, { dateStyle: "medium" });

/** `14:03:11.204`, in the reader's time zone. */
export function clockText(unixNano: bigint): string {
  return unixNano === 0n ? "no time" : TIME.format(dateOf(unixNano));
}

/** The day, empty for the day of `nowMs`, with the year unless it is this year. */
export function dayText(unixNano: bigint, nowMs: number): string {
  if (unixNano === 0n) return "";
  const date = dateOf(unixNano);
  const now = new Date(nowMs);
  if (date.toDateString() === now.toDateString()) return "";
  return (date.getFullYear() === now.getFullYear() ? DAY : DAY_AND_YEAR).format(date);
}

/** `2026-11-22T14:03:11.204123456Z`: RFC 3339 with every nanosecond. */
export function exactTimeText(unixNano: bigint): string {
  const date = dateOf(unixNano);
  const seconds = date.toISOString().slice(0, 19);
  const fraction = (unixNano % 1_000_000_000n).toString().padStart(9, "0");
  return `${seconds}.${fraction}Z`;
}

/** `30,020,123,456 ns`. */
export function exactDurationText(durationNano: bigint | number): string {
  return `${durationNano.toLocaleString("en")} ns`;
}

/** `1,204 spans`, `1 span`. */
export function countText(count: number, noun: string): string {
  return `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;
}

/** 2^64 ns is the year 2554, well within what a Date holds. */
function dateOf(unixNano: bigint): Date {
  return new Date(Number(unixNano / NANO_PER_MS));
}
