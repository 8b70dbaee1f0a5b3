/*
 * Many traces laid over each other: where their spans stand, in how many of them, and how long they
 * take there.
 */
import {
  buildTree,
  fromTraceDocument,
  type MergeableTrace,
  mergeTraces,
  rowsOfTree,
  selfNanoOfRows,
  serviceName,
  type TraceDocument,
} from "@spoor/trace";

/** A place of the merged tree. */
export interface StructurePlace {
  readonly service: string;
  readonly name: string;
  readonly depth: number;
  /** In how many of the traces there is something. */
  readonly traceCount: number;
  /** Calls in a trace that has any, on average. */
  readonly callsEach: number;
  readonly errorCount: number;
  /** In a trace that has any: the one in the middle. */
  readonly selfNano: number;
  readonly totalNano: number;
}

/** The merged tree, a place before those below it. Cost: O(n log n) in all spans. */
export function mergedStructure(documents: readonly TraceDocument[]): StructurePlace[] {
  return mergeTraces(documents.map(mergeable)).map(({ service, name, depth, parts }) => {
    const there = parts.filter(({ rows }) => rows.length > 0);
    const calls = there.reduce((sum, { rows }) => sum + rows.length, 0);
    return {
      service,
      name,
      depth,
      traceCount: there.length,
      callsEach: there.length === 0 ? 0 : calls / there.length,
      errorCount: there.reduce((sum, { errorCount }) => sum + errorCount, 0),
      selfNano: median(there.map(({ selfNano }) => selfNano)),
      totalNano: median(there.map(({ totalNano }) => totalNano)),
    };
  });
}

function mergeable(document: TraceDocument): MergeableTrace {
  const tree = buildTree(fromTraceDocument(document));
  const rows = rowsOfTree(tree);
  const spanOf = (row: number) => tree.nodes[row]?.span;
  return {
    rows,
    selfNano: selfNanoOfRows(rows),
    serviceOf: (row) => {
      const span = spanOf(row);
      return span === undefined ? "" : serviceName(span.resource);
    },
    nameOf: (row) => spanOf(row)?.name ?? "",
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}
