/*
 * What changed between two traces, in words first.
 *
 * Places are compared by self time: the total of a parent only repeats what happened below it, so
 * the sum of all differences in self time is the whole difference, and each stands where it arose.
 */
import { formatDuration } from "../base/duration.ts";
import type { MergedNode, MergedPart } from "./merge-traces.ts";

/** How a place differs. */
export type PlaceChange = "added" | "missing" | "both";

/** One place of two traces, A before B. */
export interface PlaceDifference {
  /** Index of the node in the merged list. */
  readonly index: number;
  readonly change: PlaceChange;
  /** Self time of B minus that of A, ns. */
  readonly selfDeltaNano: number;
  readonly totalDeltaNano: number;
  readonly countA: number;
  readonly countB: number;
}

/** Below this a difference is noise between any two requests: neither named nor counted. */
const NOISE_NANO = 1_000_000;
/** At least this part of the whole difference must lie in one place for it to be named alone. */
const NAMED_SHARE_MIN = 0.1;
/** More places than this in one sentence and nobody reads it. */
const NAMED_COUNT_MAX = 3;

/**
 * The differences of a merge of exactly two traces, the largest change of self time first, and of
 * two equal ones the one where B is slower.
 */
export function comparePlaces(nodes: readonly MergedNode[]): PlaceDifference[] {
  return nodes
    .map((node, index) => differenceOf(node, index))
    .sort(
      (a, b) =>
        Math.abs(b.selfDeltaNano) - Math.abs(a.selfDeltaNano) ||
        b.selfDeltaNano - a.selfDeltaNano ||
        a.index - b.index,
    );
}

function differenceOf({ parts }: MergedNode, index: number): PlaceDifference {
  const [a, b] = parts;
  const [countA, countB] = [countOf(a), countOf(b)];
  return {
    index,
    change: countA === 0 ? "added" : countB === 0 ? "missing" : "both",
    selfDeltaNano: (b?.selfNano ?? 0) - (a?.selfNano ?? 0),
    totalDeltaNano: (b?.totalNano ?? 0) - (a?.totalNano ?? 0),
    countA,
    countB,
  };
}

function countOf(part: MergedPart | undefined): number {
  return part?.rows.length ?? 0;
}

/**
 * The comparison in a sentence: `B spends 29.6 s more in postgres UPDATE inventory; everything
 * else is within 4 ms.` `differences` is what {@link comparePlaces} gives. Plain text that may
 * contain whatever span names contain; `shorten` is applied to each.
 */
export function comparisonSentence(
  nodes: readonly MergedNode[],
  differences: readonly PlaceDifference[],
  shorten: (text: string) => string = (text) => text,
): string {
  const [largest] = differences;
  if (largest === undefined) return "Neither has a span.";
  const largestNano = Math.abs(largest.selfDeltaNano);
  if (largestNano < NOISE_NANO) return structureSentence(nodes, differences, shorten);
  const named = differences
    .filter(({ selfDeltaNano }) => {
      const nano = Math.abs(selfDeltaNano);
      return nano >= NOISE_NANO && nano >= largestNano * NAMED_SHARE_MIN;
    })
    .slice(0, NAMED_COUNT_MAX);
  const rest = differences.slice(named.length);
  const restNano = Math.max(0, ...rest.map(({ selfDeltaNano }) => Math.abs(selfDeltaNano)));
  const clauses = named.map((difference) => clause(nodes, difference, shorten));
  const others = restNano === 0 ? "the same" : `within ${formatDuration(restNano)}`;
  const end = rest.length === 0 ? "" : `; everything else is ${others}`;
  return `B spends ${clauses.join(", ")}${end}.`;
}

function clause(
  nodes: readonly MergedNode[],
  { index, selfDeltaNano, change, countA, countB }: PlaceDifference,
  shorten: (text: string) => string,
): string {
  const node = nodes[index];
  const where = `${shorten(node?.name ?? "")} of ${node?.service ?? ""}`;
  const amount = formatDuration(Math.abs(selfDeltaNano));
  const more = `${amount} ${selfDeltaNano > 0 ? "more" : "less"} in ${where}`;
  if (change === "added") return `${more}, which A does not have`;
  if (change === "missing") return `${more}, which is missing in B`;
  return countA === countB ? more : `${more} (${countA} → ${countB} calls)`;
}

/** When no time differs, what is there and what is not may still. */
function structureSentence(
  nodes: readonly MergedNode[],
  differences: readonly PlaceDifference[],
  shorten: (text: string) => string,
): string {
  const odd = differences.filter(({ countA, countB }) => countA !== countB);
  const times = "All times are within 1 ms";
  const [first] = odd.sort((a, b) => a.index - b.index);
  if (first === undefined) return `${times}, and both have the same calls.`;
  const name = shorten(nodes[first.index]?.name ?? "");
  const others = odd.length === 1 ? "" : `, and ${odd.length - 1} other places differ`;
  return `${times}, but ${name} is called ${first.countA} times in A and ${first.countB} in B${others}.`;
}
