/*
 * What changed between two sets of spans, by span name.
 */
import { formatDuration, type SpanGroupDocument } from "@spoor/trace";

/** A span name in both sets; a side is undefined where it does not occur. */
export interface SetChange {
  readonly name: string;
  readonly a: SpanGroupDocument | undefined;
  readonly b: SpanGroupDocument | undefined;
  readonly p95DeltaNano: number;
}

/** Below this, sets differ by chance. */
const NOISE_NANO = 1_000_000;
/** And below this part of what it was. */
const NOISE_SHARE = 0.1;

/** Every span name of either set: the largest change of p95 first, then what only one has. */
export function setChanges(
  before: readonly SpanGroupDocument[],
  after: readonly SpanGroupDocument[],
): SetChange[] {
  const [ofA, ofB] = [before, after].map((groups) => new Map(groups.map((g) => [g.value.text, g])));
  const names = new Set([...(ofA?.keys() ?? []), ...(ofB?.keys() ?? [])]);
  return Array.from(names, (name) => {
    const [a, b] = [ofA?.get(name), ofB?.get(name)];
    const isBoth = a !== undefined && b !== undefined;
    return { name, a, b, p95DeltaNano: isBoth ? b.p95Nano - a.p95Nano : 0 };
  }).sort((x, y) => Math.abs(y.p95DeltaNano) - Math.abs(x.p95DeltaNano));
}

/** What differs, in words. Plain text. */
export function setSentence(
  before: readonly SpanGroupDocument[],
  after: readonly SpanGroupDocument[],
): string {
  if (before.length === 0 && after.length === 0) return "Neither set has a span.";
  if (before.length === 0) return "A has no spans to compare B with.";
  if (after.length === 0) return "B has no spans; all of A is missing there.";
  const [largest] = setChanges(before, after);
  const moved = largest?.p95DeltaNano ?? 0;
  const was = largest?.a?.p95Nano ?? 0;
  const isMoved = Math.abs(moved) >= NOISE_NANO && Math.abs(moved) >= was * NOISE_SHARE;
  const durations =
    largest === undefined || !isMoved
      ? "No span name takes noticeably longer or shorter in B"
      : `In B, ${largest.name} takes ${formatDuration(Math.abs(moved))} ` +
        `${moved > 0 ? "longer" : "less"} (p95 ${formatDuration(was)} → ` +
        `${formatDuration(largest.b?.p95Nano ?? 0)})`;
  const [shareA, shareB] = [errorShare(before), errorShare(after)];
  const errors =
    Math.abs(shareB - shareA) < 0.001
      ? "; errors are as frequent"
      : `; errors go from ${percent(shareA)} to ${percent(shareB)}`;
  return `${durations}${errors}.`;
}

function percent(share: number): string {
  return `${Number((share * 100).toPrecision(2))} %`;
}

function errorShare(groups: readonly SpanGroupDocument[]): number {
  const spans = groups.reduce((sum, { spanCount }) => sum + spanCount, 0);
  const errors = groups.reduce((sum, { errorCount }) => sum + errorCount, 0);
  return spans === 0 ? 0 : errors / spans;
}
