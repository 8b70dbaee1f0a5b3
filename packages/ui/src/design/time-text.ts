/*
 * Moments as text: short and in the reader's zone where people compare, complete and in UTC where
 * they copy.
 */
import { type TimeZoneChoice, timeZone } from "./time-zone.ts";

const NANO_PER_MS = 1_000_000n;

interface ZoneFormats {
  readonly time: Intl.DateTimeFormat;
  readonly day: Intl.DateTimeFormat;
  readonly dayAndYear: Intl.DateTimeFormat;
  readonly year: Intl.DateTimeFormat;
}

/** Made once: a format takes longer to make than a thousand texts. */
const FORMATS: Readonly<Record<TimeZoneChoice, ZoneFormats>> = {
  local: formatsOf({}),
  utc: formatsOf({ timeZone: "UTC" }),
};

function formatsOf(zone: { readonly timeZone?: string }): ZoneFormats {
  return {
    time: new Intl.DateTimeFormat(undefined, {
      ...zone,
      hour: "2-digit",
      minute: "2-digit",
      second: "2-digit",
      fractionalSecondDigits: 3,
      hourCycle: "h23",
    }),
    day: new Intl.DateTimeFormat(undefined, { ...zone, day: "numeric", month: "short" }),
    dayAndYear: new Intl.DateTimeFormat(undefined, { ...zone, dateStyle: "medium" }),
    year: new Intl.DateTimeFormat("en", { ...zone, year: "numeric" }),
  };
}

/** Kept, because making one for each number takes longer than all else in a row. */
const NUMBER = new Intl.NumberFormat("en", { maximumFractionDigits: 20 });

/** `14:03:11.204`, in the zone that the reader chose. */
export function clockText(unixNano: bigint): string {
  return unixNano === 0n ? "no time" : FORMATS[timeZone()].time.format(dateOf(unixNano));
}

/** The day, empty for the day of `nowMs`, with the year unless it is this year. */
export function dayText(unixNano: bigint, nowMs: number): string {
  if (unixNano === 0n) return "";
  const { day, dayAndYear, year } = FORMATS[timeZone()];
  const date = dateOf(unixNano);
  const now = new Date(nowMs);
  if (dayAndYear.format(date) === dayAndYear.format(now)) return "";
  return (year.format(date) === year.format(now) ? day : dayAndYear).format(date);
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
  return `${NUMBER.format(durationNano)} ns`;
}

/** `1,204 spans`, `1 span`; `plural` for nouns that get more than an s. */
export function countText(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${NUMBER.format(count)} ${count === 1 ? noun : plural}`;
}

/** 2^64 ns is the year 2554, well within what a Date holds. */
function dateOf(unixNano: bigint): Date {
  return new Date(Number(unixNano / NANO_PER_MS));
}
