/*
 * The shape of a trace as the page draws it: columns, worked out once for each trace, of which the
 * views read the few rows in sight.
 */
import {
  rootRows,
  type RowFacts,
  rowFacts,
  rowsOfSkeleton,
  selfNanoOfRows,
  skeletonShape,
  skeletonSpanId,
  slowRows,
  type TraceRows,
  type TraceSkeleton,
  walkCriticalPath,
} from "@spoor/trace";

/** A parent that never arrived, with the spans that name it. */
export interface LostParent {
  readonly spanId: string;
  /** Ascending. */
  readonly rows: readonly number[];
}

/** When each row was itself what its root waited for. */
export interface PathSteps {
  /** Steps of row r: those from `firstOfRow[r]` to before `firstOfRow[r + 1]`. */
  readonly firstOfRow: Uint32Array;
  readonly startNano: Float64Array;
  readonly endNano: Float64Array;
}

/** A trace of any size, ready to be drawn. */
export interface TraceShape {
  readonly skeleton: TraceSkeleton;
  readonly rows: TraceRows;
  /** 1 for a row with nothing above it, as aria-level counts; a lost parent counts too. */
  readonly level: Uint32Array;
  /** 1-based place of each row among its siblings. */
  readonly position: Uint32Array;
  /** How many children each row has. */
  readonly childCount: Uint32Array;
  readonly selfNano: Float64Array;
  /** Own time on the critical path; 0 for a row that is not on it. */
  readonly criticalNano: Float64Array;
  readonly path: PathSteps;
  /** Own time of the rows that are marked as slow. */
  readonly slowNano: ReadonlyMap<number, number>;
  readonly lostParents: readonly LostParent[];
  readonly facts: RowFacts;
  /**
   * What stands at the top, in order: rows, and lost parents as `-1 - index`.
   */
  readonly tops: readonly number[];
  /** From the first start to the last end; at least 1. */
  readonly durationNano: number;
  /** By how much the clock of each row was moved; undefined for a trace as it was sent. */
  readonly movedNano: Float64Array | undefined;
}

/** Works out the shape of a skeleton that has arrived whole. Cost: O(n log n). */
export function traceShape(skeleton: TraceSkeleton, movedNano?: Float64Array): TraceShape {
  const tree = skeletonShape(skeleton);
  const rows = rowsOfSkeleton(skeleton, tree);
  // Before the depths become levels, which count lost parents.
  const facts = rowFacts(rows, tree.depth);
  const { criticalNano, path } = pathOf(rows);
  const lostParents = lostParentsOf(skeleton);
  const tops = topsOf(rows, lostParents);
  return {
    skeleton,
    rows,
    facts,
    ...places(rows, tree.depth, { lostParents, tops }),
    selfNano: selfNanoOfRows(rows),
    criticalNano,
    path,
    slowNano: new Map(slowRows(rows, criticalNano).map(({ row, ownNano }) => [row, ownNano])),
    lostParents,
    tops,
    durationNano: lastEnd(rows),
    movedNano,
  };
}

/** An orphan's subtree has a path of its own: where it belonged is unknown, its time is not. */
function pathOf(rows: TraceRows): Pick<TraceShape, "criticalNano" | "path"> {
  const criticalNano = new Float64Array(rows.rowCount);
  const firstOfRow = new Uint32Array(rows.rowCount + 1);
  const steps = new StepColumns();
  for (const root of rootRows(rows)) {
    walkCriticalPath(rows, root, (row, startNano, endNano) => {
      criticalNano[row] = (criticalNano[row] ?? 0) + endNano - startNano;
      firstOfRow[row + 1] = (firstOfRow[row + 1] ?? 0) + 1;
      steps.add(row, startNano, endNano);
    });
  }
  for (let row = 0; row < rows.rowCount; row += 1) {
    firstOfRow[row + 1] = (firstOfRow[row + 1] ?? 0) + (firstOfRow[row] ?? 0);
  }
  const [startNano, endNano] = [new Float64Array(steps.count), new Float64Array(steps.count)];
  // The last step of a row comes by first.
  const free = firstOfRow.slice(1);
  for (let step = 0; step < steps.count; step += 1) {
    const row = steps.rows[step] ?? 0;
    const at = (free[row] ?? 0) - 1;
    free[row] = at;
    startNano[at] = steps.startNano[step] ?? 0;
    endNano[at] = steps.endNano[step] ?? 0;
  }
  return { criticalNano, path: { firstOfRow, startNano, endNano } };
}

const STEPS_AT_FIRST = 1024;

/** Steps as they come. */
class StepColumns {
  count = 0;
  rows: Uint32Array = new Uint32Array(STEPS_AT_FIRST);
  startNano: Float64Array = new Float64Array(STEPS_AT_FIRST);
  endNano: Float64Array = new Float64Array(STEPS_AT_FIRST);

  add(row: number, startNano: number, endNano: number): void {
    if (this.count === this.rows.length) this.#grow();
    this.rows[this.count] = row;
    this.startNano[this.count] = startNano;
    this.endNano[this.count] = endNano;
    this.count += 1;
  }

  #grow(): void {
    const [rows, startNano, endNano] = [this.rows, this.startNano, this.endNano];
    const size = this.count * 2;
    this.rows = new Uint32Array(size);
    this.rows.set(rows);
    this.startNano = new Float64Array(size);
    this.startNano.set(startNano);
    this.endNano = new Float64Array(size);
    this.endNano.set(endNano);
  }
}

function lostParentsOf({ orphanRows, lostParentIds }: TraceSkeleton): LostParent[] {
  const found = new Map<string, { readonly spanId: string; readonly rows: number[] }>();
  for (const [index, row] of orphanRows.entries()) {
    const spanId = skeletonSpanId({ spanIds: lostParentIds }, index);
    const known = found.get(spanId);
    if (known === undefined) found.set(spanId, { spanId, rows: [row] });
    else known.rows.push(row);
  }
  return [...found.values()];
}

/** Orphans of one lost parent stand together, where the first of them stands. */
function topsOf(rows: TraceRows, lostParents: readonly LostParent[]): number[] {
  const lostOfRow = new Map<number, number>();
  for (const [index, { rows: orphans }] of lostParents.entries()) {
    for (const row of orphans) lostOfRow.set(row, index);
  }
  const tops: number[] = [];
  for (let row = 0; row < rows.rowCount; row = rows.endRow[row] ?? rows.rowCount) {
    const lost = lostOfRow.get(row);
    if (lost === undefined) tops.push(row);
    else if (lostParents[lost]?.rows[0] === row) tops.push(-1 - lost);
  }
  return tops;
}

type Places = Pick<TraceShape, "level" | "position" | "childCount">;

function places(
  rows: TraceRows,
  level: Uint32Array,
  { lostParents, tops }: Pick<TraceShape, "lostParents" | "tops">,
): Places {
  const { rowCount, parentRow } = rows;
  const position = new Uint32Array(rowCount);
  const childCount = new Uint32Array(rowCount);
  for (const [index, top] of tops.entries()) if (top >= 0) position[top] = index + 1;
  for (const { rows: orphans } of lostParents) {
    for (const [index, row] of orphans.entries()) {
      position[row] = index + 1;
      // With its lost parent above it.
      level[row] = 1;
    }
  }
  for (let row = 0; row < rowCount; row += 1) {
    const parent = parentRow[row] ?? -1;
    if (parent === -1) level[row] = (level[row] ?? 0) + 1;
    else {
      level[row] = (level[parent] ?? 0) + 1;
      childCount[parent] = (childCount[parent] ?? 0) + 1;
      position[row] = childCount[parent] ?? 0;
    }
  }
  return { level, position, childCount };
}

function lastEnd({ endNano }: TraceRows): number {
  let last = 1;
  for (let row = 0; row < endNano.length; row += 1) last = Math.max(last, endNano[row] ?? 0);
  return last;
}
