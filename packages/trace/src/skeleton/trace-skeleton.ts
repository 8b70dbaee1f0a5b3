import { bytesToHex } from "../identity/hex.ts";

/**
 * The shape of a trace: one row a span in the order in which a tree is read, a parent before its
 * children. Made by the server, drawn by the page.
 */
export interface TraceSkeleton {
  readonly traceId: string;
  /** The earliest start; 0 when no span has one. */
  readonly startTimeUnixNano: bigint;
  readonly rowCount: number;
  /** The row of the parent, -1 for a root. Always smaller than the row itself. */
  readonly parentRow: Int32Array;
  /** Since {@link startTimeUnixNano}. Exact up to 104 days, then to some nanoseconds. */
  readonly startNano: Float64Array;
  /** Never negative. */
  readonly durationNano: Float64Array;
  /** Index in {@link services}. */
  readonly service: Uint32Array;
  /** Index in {@link names}. */
  readonly name: Uint32Array;
  /** Bits of `OutlineFlag`, of {@link RowFlag}, and the kind. */
  readonly flags: Uint16Array;
  /** Eight bytes a row. */
  readonly spanIds: Uint8Array;
  readonly services: readonly string[];
  readonly names: readonly string[];
  /** The rows whose parent never arrived, in ascending order. */
  readonly orphanRows: Uint32Array;
  /** The ids of those parents, eight bytes each. */
  readonly lostParentIds: Uint8Array;
  /** Exact copies of spans that were left out: a retried export. */
  readonly copyCount: number;
  /** How many ids are those of several different spans. */
  readonly sharedIdCount: number;
}

/**
 * What the tree adds to the flags of a span: why a row is a root though its span names a parent.
 * Above the three bits of the kind.
 */
export const RowFlag = {
  /** The parent never arrived. */
  orphan: 1024,
  /** The span names itself as its parent. */
  selfParent: 2048,
  /** The parent stands below the span: a circle, cut at its earliest span. */
  cycle: 4096,
} as const;

/** The id of the span of `row`, as 16 hex digits. */
export function skeletonSpanId(skeleton: Pick<TraceSkeleton, "spanIds">, row: number): string {
  return bytesToHex(skeleton.spanIds, row * 8, row * 8 + 8);
}

/**
 * How deep each row stands, 0 for a root; and for each row the first row after its subtree. Both
 * follow from the parents, so they are not sent. Cost: O(rows).
 */
export function skeletonShape(skeleton: Pick<TraceSkeleton, "parentRow" | "rowCount">): {
  readonly depth: Uint32Array;
  readonly endRow: Uint32Array;
} {
  const { parentRow, rowCount } = skeleton;
  const depth = new Uint32Array(rowCount);
  const endRow = new Uint32Array(rowCount);
  for (let row = 0; row < rowCount; row += 1) {
    const parent = parentRow[row] ?? -1;
    depth[row] = parent === -1 ? 0 : (depth[parent] ?? 0) + 1;
  }
  for (let row = rowCount - 1; row >= 0; row -= 1) {
    if ((endRow[row] ?? 0) === 0) endRow[row] = row + 1;
    const parent = parentRow[row] ?? -1;
    // Going backwards, the first child that comes by is the last one.
    if (parent !== -1 && endRow[parent] === 0) endRow[parent] = endRow[row] ?? 0;
  }
  return { depth, endRow };
}
