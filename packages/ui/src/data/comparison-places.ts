/*
 * What is said about each place of two traces that are laid over each other.
 */
import type { ComparedPlace, ComparisonAnswer } from "@spoor/trace";

/** A word on a place. */
export interface PlaceBadge {
  readonly kind: "added" | "missing" | "slower" | "faster" | "calls" | "errors";
  readonly text: string;
}

/** Below this, requests differ by chance. */
const NOISE_NANO = 1_000_000;
/** So much longer is worth a word. */
const RATIO_MIN = 1.5;
/** Places with less than this part of the largest change are no changes. */
const SHARE_MIN = 0.01;

/** The words on a place, the gravest first. */
export function badgesOf({ change, a, b, totalDeltaNano }: ComparedPlace): PlaceBadge[] {
  if (change === "added") return [{ kind: "added", text: callsText("added", b.spanCount) }];
  if (change === "missing") return [{ kind: "missing", text: callsText("missing", a.spanCount) }];
  const badges: PlaceBadge[] = [];
  if (a.errorCount !== b.errorCount) {
    badges.push({ kind: "errors", text: `${a.errorCount} → ${b.errorCount} errors` });
  }
  if (a.spanCount !== b.spanCount) {
    badges.push({ kind: "calls", text: `${a.spanCount} → ${b.spanCount} calls` });
  }
  if (Math.abs(totalDeltaNano) < NOISE_NANO) return badges;
  const slower = b.totalNano / Math.max(1, a.totalNano);
  if (slower >= RATIO_MIN) badges.push({ kind: "slower", text: `slower ×${ratioText(slower)}` });
  else if (1 / slower >= RATIO_MIN) {
    badges.push({ kind: "faster", text: `faster ×${ratioText(1 / slower)}` });
  }
  return badges;
}

function callsText(word: string, count: number): string {
  return count === 1 ? word : `${word}, ${count.toLocaleString("en")} calls`;
}

function ratioText(ratio: number): string {
  return ratio >= 10
    ? Math.round(ratio).toLocaleString("en")
    : String(Number(ratio.toPrecision(2)));
}

/** Indexes of the places that changed, with those above them, in the order of the tree. */
export function changedPlaces({ places, ranking }: ComparisonAnswer): number[] {
  const largest = Math.abs(places[ranking[0] ?? 0]?.selfDeltaNano ?? 0);
  const least = Math.max(NOISE_NANO, largest * SHARE_MIN);
  const kept = new Set<number>();
  for (const [index, place] of places.entries()) {
    const isChanged = badgesOf(place).length > 0 || Math.abs(place.selfDeltaNano) >= least;
    if (!isChanged) continue;
    // Up to a place that is kept already: then all above it are.
    for (let at = index; at >= 0 && !kept.has(at); at = places[at]?.parentIndex ?? -1) {
      kept.add(at);
    }
  }
  return [...kept].sort((x, y) => x - y);
}

/** Indexes of at most `count` places, the largest change of own time first; none is noise. */
export function largestChanges({ places, ranking }: ComparisonAnswer, count: number): number[] {
  return ranking
    .filter((index) => Math.abs(places[index]?.selfDeltaNano ?? 0) >= NOISE_NANO)
    .slice(0, count);
}
