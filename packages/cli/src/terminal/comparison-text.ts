/* A comparison of two traces in words and as a table. */
import { type ComparedPlace, type ComparisonAnswer, formatDuration } from "@spoor/trace";
import type { Column } from "./data-table.ts";

/** What stands for a side: `the usual trace 4bf9… (in the middle of 37)`. */
export function sideText({ traceId, typicalOf, durationNano }: ComparisonAnswer["a"]): string {
  const length = formatDuration(BigInt(durationNano));
  const id = traceId.slice(0, 12);
  if (typicalOf === null) return `${id} (${length})`;
  const among = typicalOf === 1 ? "the only other" : `in the middle of ${typicalOf}`;
  return `${id} (${length}, usual: ${among})`;
}

/** The places, those with the largest change of own time first, at most `count`. */
export function rankedPlaces(
  { places, ranking }: ComparisonAnswer,
  count: number,
): ComparedPlace[] {
  return ranking.slice(0, count).flatMap((index) => places[index] ?? []);
}

/** A change of a duration, with its sign. */
function deltaText(nano: number): string {
  if (nano === 0) return "0";
  return `${nano > 0 ? "+" : "-"}${formatDuration(Math.abs(nano))}`;
}

/** The columns of such a table; all durations are own time. */
export const COMPARISON_COLUMNS: readonly Column<ComparedPlace>[] = [
  {
    title: "change",
    isNumber: true,
    text: ({ selfDeltaNano }) => deltaText(selfDeltaNano),
    exact: ({ selfDeltaNano }) => String(selfDeltaNano),
  },
  {
    title: "A",
    isNumber: true,
    text: ({ a }) => (a.spanCount === 0 ? "-" : formatDuration(a.selfNano)),
    exact: ({ a }) => String(a.selfNano),
  },
  {
    title: "B",
    isNumber: true,
    text: ({ b }) => (b.spanCount === 0 ? "-" : formatDuration(b.selfNano)),
    exact: ({ b }) => String(b.selfNano),
  },
  {
    title: "calls",
    isNumber: true,
    text: ({ a, b }) =>
      a.spanCount === b.spanCount ? String(a.spanCount) : `${a.spanCount} > ${b.spanCount}`,
    exact: ({ a, b }) => `${a.spanCount} ${b.spanCount}`,
  },
  { title: "service", text: ({ service }) => service },
  { title: "name", isElastic: true, text: ({ name }) => name },
];
