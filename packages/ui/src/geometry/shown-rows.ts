/*
 * Which lines the waterfall has: a line for each span that is not folded or filtered away, and
 * lines that stand for something else. As numbers, because a million lines as objects take longer
 * to make than to draw; only the fifty in sight become objects.
 */
import type { Repeats } from "./repeats.ts";
import type { TraceShape } from "./trace-shape.ts";

/** What stands in a line that is not a span's. */
export type ExtraLine =
  | { readonly kind: "lost"; readonly lost: number }
  /** Stands for all rows of the repeat. */
  | { readonly kind: "repeat"; readonly repeat: number; readonly level: number }
  /** Stands for rows that a filter left out, below the parent of the first of them. */
  | {
      readonly kind: "hidden";
      readonly row: number;
      readonly count: number;
      readonly level: number;
    }
  /** Stands below a row for something that somebody else told of it. */
  | { readonly kind: "note"; readonly row: number; readonly note: number; readonly level: number };

/** How the reader wants to see the trace. */
export interface LineChoice {
  /** Rows, and lost parents as `-1 - index`, whose subtree is folded. */
  readonly collapsed: ReadonlySet<number>;
  /** Undefined when repeats are not folded. */
  readonly repeats: Repeats | undefined;
  /** Repeats that are unfolded again. */
  readonly openRepeats: ReadonlySet<number>;
  /** 1 for each row that is shown, with all that is above it; undefined when all are. */
  readonly kept: Uint8Array | undefined;
  /** How many notes stand below a row. */
  readonly notes: ReadonlyMap<number, number>;
}

/** The lines of a trace, top to bottom. */
export interface ShownLines {
  readonly count: number;
  /** Per line: a row, or `-1 - index` of an extra line. */
  readonly lines: Int32Array;
  readonly extras: readonly ExtraLine[];
  /** The line of each row, -1 when it has none. */
  readonly lineOfRow: Int32Array;
}

/** The lines of `shape` under `choice`. Cost: O(rows); nothing recurses. */
export function shownLines(shape: TraceShape, choice: LineChoice): ShownLines {
  const growing = new Growing(shape, choice);
  for (const top of shape.tops) {
    if (top >= 0) growing.addSubtree(top);
    else growing.addLostParent(-1 - top);
  }
  return growing.finished();
}

/** A choice under which everything is shown. */
export const EVERYTHING: LineChoice = {
  collapsed: new Set(),
  repeats: undefined,
  openRepeats: new Set(),
  kept: undefined,
  notes: new Map(),
};

class Growing {
  readonly #shape: TraceShape;
  readonly #choice: LineChoice;
  readonly #extras: ExtraLine[] = [];
  readonly #lineOfRow: Int32Array;
  #lines: Int32Array;
  #count = 0;
  /** Rows in a row that a filter left out, and where they would have stood. */
  #hidden = { row: 0, count: 0, level: 0 };

  constructor(shape: TraceShape, choice: LineChoice) {
    this.#shape = shape;
    this.#choice = choice;
    this.#lines = new Int32Array(shape.rows.rowCount + shape.lostParents.length + 16);
    this.#lineOfRow = new Int32Array(shape.rows.rowCount).fill(-1);
  }

  addLostParent(lost: number): void {
    const rows = this.#shape.lostParents[lost]?.rows ?? [];
    const { kept, collapsed } = this.#choice;
    if (kept === undefined || rows.some((row) => kept[row] === 1)) {
      this.#addExtra({ kind: "lost", lost });
      if (collapsed.has(-1 - lost)) return;
    }
    for (const row of rows) this.addSubtree(row);
  }

  addSubtree(root: number): void {
    const { rows, level } = this.#shape;
    const { collapsed, repeats, openRepeats, kept } = this.#choice;
    const end = rows.endRow[root] ?? 0;
    let row = root;
    while (row < end) {
      const after = rows.endRow[row] ?? end;
      if (kept !== undefined && kept[row] !== 1) {
        this.#hide(row, after - row, level[row] ?? 1);
        row = after;
        continue;
      }
      this.#tellHidden();
      const repeat = repeats === undefined ? -1 : (repeats.ofRow[row] ?? -1);
      if (repeat !== -1 && kept === undefined && !openRepeats.has(repeat)) {
        const isFirst = repeats?.list[repeat]?.rows[0] === row;
        if (isFirst) this.#addExtra({ kind: "repeat", repeat, level: level[row] ?? 1 });
        row = after;
        continue;
      }
      this.#addRow(row);
      row = collapsed.has(row) ? after : row + 1;
    }
    this.#tellHidden();
  }

  finished(): ShownLines {
    return {
      count: this.#count,
      lines: this.#lines.subarray(0, this.#count),
      extras: this.#extras,
      lineOfRow: this.#lineOfRow,
    };
  }

  #addRow(row: number): void {
    this.#lineOfRow[row] = this.#count;
    this.#add(row);
    const noteCount = this.#choice.notes.get(row) ?? 0;
    const level = (this.#shape.level[row] ?? 1) + 1;
    for (let note = 0; note < noteCount; note += 1) {
      this.#addExtra({ kind: "note", row, note, level });
    }
  }

  #hide(row: number, count: number, level: number): void {
    const isFirst = this.#hidden.count === 0;
    this.#hidden = {
      row: isFirst ? row : this.#hidden.row,
      count: this.#hidden.count + count,
      level: isFirst ? level : Math.min(level, this.#hidden.level),
    };
  }

  #tellHidden(): void {
    if (this.#hidden.count === 0) return;
    this.#addExtra({ kind: "hidden", ...this.#hidden });
    this.#hidden = { row: 0, count: 0, level: 0 };
  }

  #addExtra(extra: ExtraLine): void {
    this.#extras.push(extra);
    this.#add(-this.#extras.length);
  }

  #add(line: number): void {
    if (this.#count === this.#lines.length) {
      const larger = new Int32Array(this.#lines.length * 2);
      larger.set(this.#lines);
      this.#lines = larger;
    }
    this.#lines[this.#count] = line;
    this.#count += 1;
  }
}

/** `matches` and everything above them: 1 for each row to keep. Cost: O(n). */
export function withAncestors(shape: TraceShape, matches: Uint8Array): Uint8Array {
  const kept = Uint8Array.from(matches);
  // Backwards, because every row stands behind its parent.
  for (let row = kept.length - 1; row >= 0; row -= 1) {
    const parent = shape.rows.parentRow[row] ?? -1;
    if (kept[row] === 1 && parent !== -1) kept[parent] = 1;
  }
  return kept;
}

/** `collapsed` without what stands above `row`, so that it is shown; the same set if it was. */
export function revealing(
  shape: TraceShape,
  collapsed: ReadonlySet<number>,
  row: number,
): ReadonlySet<number> {
  const above = new Set<number>();
  let top = row;
  for (let up = shape.rows.parentRow[row] ?? -1; up !== -1; up = shape.rows.parentRow[up] ?? -1) {
    if (collapsed.has(up)) above.add(up);
    top = up;
  }
  const lost = shape.lostParents.findIndex(({ rows }) => rows.includes(top));
  if (lost !== -1 && collapsed.has(-1 - lost)) above.add(-1 - lost);
  return above.size === 0 ? collapsed : collapsed.difference(above);
}

/** Everything from `level` on is folded: the rows that have something below them at that level. */
export function collapsedFrom(shape: TraceShape, level: number): ReadonlySet<number> {
  const collapsed = new Set<number>();
  for (let row = 0; row < shape.rows.rowCount; row += 1) {
    if (shape.level[row] === level && (shape.childCount[row] ?? 0) > 0) collapsed.add(row);
  }
  return collapsed;
}
