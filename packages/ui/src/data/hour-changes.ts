/*
 * What fails more, and what takes longer, than in the hour before.
 *
 * The last step of each series is now; the steps before it are the hour. Of durations the hour is
 * the middle of its steps' p95: one bad minute in it must not hide another.
 */
import type { QueryRangeAnswer, SeriesDocument } from "@spoor/trace";
import type { QueryInTime } from "./ask.ts";

/** An operation that changed. */
export interface HourChange {
  readonly service: string;
  readonly name: string;
  /** A share of errors, or ns. */
  readonly before: number;
  readonly now: number;
}

/** Both lists, the largest change first. */
export interface HourChanges {
  readonly failing: readonly HourChange[];
  readonly slower: readonly HourChange[];
}

/** How long "now" is. */
export const NOW_STEP = "5m";

const BY = "by (resource.service.name, name)";
/** Requests as their service sees them: a call seen from both ends would be listed twice. */
const REQUESTS = "kind = server || kind = consumer";
const PERIOD = { from: "-65m", to: "now" } as const;

/** The questions whose answers {@link hourChanges} takes, in that order. */
export const HOUR_QUESTIONS: readonly QueryInTime[] = [
  { ...PERIOD, q: `{ ${REQUESTS} } | count_over_time() ${BY}` },
  { ...PERIOD, q: `{ (${REQUESTS}) && status = error } | count_over_time() ${BY}` },
  { ...PERIOD, q: `{ ${REQUESTS} } | quantile_over_time(duration, 0.95) ${BY}` },
];

const LISTED_MAX = 5;
/** Fewer requests or errors than this say nothing yet. */
const REQUESTS_MIN = 5;
const ERRORS_MIN = 3;
const ERROR_SHARE_MIN = 0.01;
const RATIO_MIN = 1.5;
const SLOWER_NANO_MIN = 5_000_000;

/** What changed. */
export function hourChanges(
  counts: QueryRangeAnswer,
  errors: QueryRangeAnswer,
  durations: QueryRangeAnswer,
): HourChanges {
  const [errorsOf, durationsOf] = [errors, durations].map(
    ({ series }) => new Map(series.map((one) => [keyOf(one), one])),
  );
  const failing: HourChange[] = [];
  const slower: HourChange[] = [];
  for (const one of counts.series) {
    const key = keyOf(one);
    const requests = split(one);
    const names = { service: labelOf(one, "resource.service.name"), name: labelOf(one, "name") };
    if (requests.now < REQUESTS_MIN) continue;
    const failed = split(errorsOf?.get(key));
    const share = {
      before: failed.sum / Math.max(1, requests.sum),
      now: failed.now / requests.now,
    };
    const isWorse =
      share.now - share.before >= ERROR_SHARE_MIN && share.now >= share.before * RATIO_MIN;
    if (failed.now >= ERRORS_MIN && isWorse) failing.push({ ...names, ...share });
    const p95 = split(durationsOf?.get(key));
    const isSlower = p95.now >= p95.middle * RATIO_MIN && p95.now - p95.middle >= SLOWER_NANO_MIN;
    // Without an hour before it, nothing is slower than before.
    if (requests.sum >= REQUESTS_MIN && isSlower) {
      slower.push({ ...names, before: p95.middle, now: p95.now });
    }
  }
  const largest = (list: HourChange[], changeOf: (one: HourChange) => number): HourChange[] =>
    list.sort((a, b) => changeOf(b) - changeOf(a)).slice(0, LISTED_MAX);
  return {
    failing: largest(failing, ({ before, now }) => now - before),
    slower: largest(slower, ({ before, now }) => now / Math.max(1, before)),
  };
}

interface Split {
  readonly now: number;
  /** Of all steps before. */
  readonly sum: number;
  /** The middle of the steps before that have a value; 0 without any. */
  readonly middle: number;
}

function split(series: SeriesDocument | undefined): Split {
  const values = series?.values ?? [];
  const before = values.slice(0, -1).filter((value) => value !== null && value > 0);
  const sorted = before.map(Number).sort((a, b) => a - b);
  return {
    now: values.at(-1) ?? 0,
    sum: sorted.reduce((sum, value) => sum + value, 0),
    middle: sorted[Math.floor(sorted.length / 2)] ?? 0,
  };
}

function keyOf(series: SeriesDocument): string {
  return `${labelOf(series, "resource.service.name")}\n${labelOf(series, "name")}`;
}

function labelOf({ labels }: SeriesDocument, wanted: string): string {
  return labels.find(({ name }) => name === wanted)?.text ?? "";
}
