import { OUTLINE_KIND_SHIFT, OutlineFlag } from "../skeleton/span-outlines.ts";
import { skeletonShape, type TraceSkeleton } from "../skeleton/trace-skeleton.ts";
import type { SpanKind } from "../span/kind.ts";
import { StatusCode } from "../span/status.ts";
import type { TraceTree } from "./tree.ts";

/**
 * The shape of a trace as columns, a parent before its children: what the analysis of time needs.
 * A tree of objects and a skeleton both have one, so that there is one analysis.
 */
export interface TraceRows {
  readonly rowCount: number;
  /** -1 for a root. */
  readonly parentRow: Int32Array;
  /** The first row after the subtree. */
  readonly endRow: Uint32Array;
  /** Since the earliest start. */
  readonly startNano: Float64Array;
  /** Never before the start. */
  readonly endNano: Float64Array;
  /** Bits of `OutlineFlag`, of which only `error` counts here, and the kind. */
  readonly flags: Uint16Array;
}

/** The rows of a tree; row n is `tree.nodes[n]`. Cost: O(n). */
export function rowsOfTree(tree: TraceTree): TraceRows {
  const { nodes } = tree;
  const rowOf = new Map(nodes.map((node, row) => [node, row]));
  const parentRow = Int32Array.from(nodes, ({ parent }) =>
    parent === undefined ? -1 : (rowOf.get(parent) ?? -1),
  );
  return {
    rowCount: nodes.length,
    parentRow,
    endRow: skeletonShape({ parentRow, rowCount: nodes.length }).endRow,
    startNano: Float64Array.from(nodes, (node) => node.startNano),
    endNano: Float64Array.from(nodes, (node) => node.endNano),
    flags: Uint16Array.from(
      nodes,
      ({ span }) =>
        (span.kind << OUTLINE_KIND_SHIFT) |
        (span.status.code === StatusCode.error ? OutlineFlag.error : 0),
    ),
  };
}

/**
 * The rows of a skeleton, which must have arrived whole. What {@link skeletonShape} gives may be
 * given, by callers that have it already. Cost: O(n).
 */
export function rowsOfSkeleton(
  skeleton: TraceSkeleton,
  { endRow }: Pick<TraceRows, "endRow"> = skeletonShape(skeleton),
): TraceRows {
  const { rowCount, parentRow, startNano, durationNano, flags } = skeleton;
  const endNano = new Float64Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    endNano[row] = (startNano[row] ?? 0) + (durationNano[row] ?? 0);
  }
  return { rowCount, parentRow, endRow, startNano, endNano, flags };
}

/** The start of `row`. */
export function startOf(rows: TraceRows, row: number): number {
  return rows.startNano[row] ?? 0;
}

/** The end of `row`. */
export function endOf(rows: TraceRows, row: number): number {
  return rows.endNano[row] ?? 0;
}

/** Whether `row` ended with an error. */
export function isErrorRow(rows: TraceRows, row: number): boolean {
  return ((rows.flags[row] ?? 0) & OutlineFlag.error) !== 0;
}

/** The kind of the span of `row`. */
export function kindOfRow(rows: Pick<TraceRows, "flags">, row: number): SpanKind {
  // Whoever wrote the flags took the kind from a span.
  return (((rows.flags[row] ?? 0) >> OUTLINE_KIND_SHIFT) & 7) as SpanKind;
}

/** The children of `row`, in order of time. */
export function* childRows(rows: TraceRows, row: number): Generator<number> {
  const end = rows.endRow[row] ?? 0;
  for (let child = row + 1; child < end; child = rows.endRow[child] ?? end) yield child;
}

/** All rows without a parent, in order. */
export function* rootRows(rows: TraceRows): Generator<number> {
  for (let row = 0; row < rows.rowCount; row = rows.endRow[row] ?? rows.rowCount) yield row;
}
