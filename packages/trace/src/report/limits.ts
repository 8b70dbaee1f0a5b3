/** How often and how much a process reports about itself. */

/** A span that is open for longer than this is overdue, unless its route says otherwise, in ms. */
export const OVERDUE_MS = 1000;

/**
 * When an open span is reported again, in ms after its last report. It begins fast, because
 * somebody may be looking, and slows down, because a span that is open for a minute will not
 * surprise within the next second.
 */
const REPORT_DELAYS_MS = [1000, 2000, 4000, 8000] as const;
/** The delay from then on, in ms. */
export const REPORT_DELAY_MS_MAX = 15_000;

/**
 * Spans that one snapshot lists, and that one tick describes. 256 at some 700 bytes each are
 * 180 KB; what is beyond is counted in the snapshot, oldest spans first.
 */
export const OPEN_SPANS_LISTED_MAX = 256;

/**
 * When a process on which nothing is overdue says so again, in ms. It costs some 300 bytes, and
 * without it nobody can tell "nothing hangs" from "nobody reports".
 */
export const QUIET_REPORT_DELAY_MS = 60_000;

/** A reader does not believe a promise of a next report further away than this, in ms. */
export const NEXT_MS_MAX = 600_000;

/** After so many missed reports an instance counts as gone. */
export const MISSED_REPORTS_MAX = 3;

/**
 * How long after report number `seq` (from 1) of a span the next one is due, in ms.
 *
 * @example
 * reportDelayMs(1); // 1000
 * reportDelayMs(9); // 15000
 */
export function reportDelayMs(seq: number): number {
  return REPORT_DELAYS_MS[seq - 1] ?? REPORT_DELAY_MS_MAX;
}
