/*
 * Calls that are alike, to be folded into one row: a loop over 37 items hides everything else.
 */
import { childRows, OutlineFlag } from "@spoor/trace";
import type { TraceShape } from "./trace-shape.ts";

/** Fewer than this fit on a screen and are better seen. */
const REPEAT_COUNT_MIN = 5;

/** What must be seen is never folded: errors and what still runs. */
const NEVER_FOLDED = OutlineFlag.error | OutlineFlag.open;

/** Siblings of the same service and name. */
export interface Repeat {
  /** Ascending; at least {@link REPEAT_COUNT_MIN}. */
  readonly rows: readonly number[];
}

/** Repeats, and which of them each row belongs to. */
export interface Repeats {
  readonly list: readonly Repeat[];
  /** Index in `list`, -1 for most rows. */
  readonly ofRow: Int32Array;
}

/**
 * All repeats of a trace. A call with an error, one that still runs or one on the critical path is
 * left out of its repeat, and so is one that contains such a call. Cost: O(n).
 */
export function repeatsOf(shape: TraceShape): Repeats {
  const { rows, skeleton, childCount } = shape;
  const mustBeSeen = seenRows(shape);
  const ofRow = new Int32Array(rows.rowCount).fill(-1);
  const list: Repeat[] = [];
  for (let parent = 0; parent < rows.rowCount; parent += 1) {
    if ((childCount[parent] ?? 0) < REPEAT_COUNT_MIN) continue;
    const alike = new Map<number, number[]>();
    for (const row of childRows(rows, parent)) {
      if (mustBeSeen[row] !== 0) continue;
      // Both are numbers far below 2^26, so that no two pairs share a key.
      const key = (skeleton.service[row] ?? 0) * 2 ** 26 + (skeleton.name[row] ?? 0);
      const known = alike.get(key);
      if (known === undefined) alike.set(key, [row]);
      else known.push(row);
    }
    for (const members of alike.values()) {
      if (members.length < REPEAT_COUNT_MIN) continue;
      for (const row of members) ofRow[row] = list.length;
      list.push({ rows: members });
    }
  }
  return { list, ofRow };
}

/** 1 for each row that must be seen, or has such a row below it. */
function seenRows({ rows, skeleton, criticalNano }: TraceShape): Uint8Array {
  const seen = new Uint8Array(rows.rowCount);
  for (let row = rows.rowCount - 1; row >= 0; row -= 1) {
    const isOdd = ((skeleton.flags[row] ?? 0) & NEVER_FOLDED) !== 0;
    if (isOdd || (criticalNano[row] ?? 0) > 0) seen[row] = 1;
    const parent = rows.parentRow[row] ?? -1;
    if (seen[row] === 1 && parent !== -1) seen[parent] = 1;
  }
  return seen;
}
