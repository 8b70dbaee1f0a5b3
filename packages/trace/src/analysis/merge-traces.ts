/*
 * Several traces laid over each other: one tree in which spans that stand in the same place are one
 * node. It shows what two traces have in common, and what a hundred of them usually look like.
 *
 * Two spans stand in the same place when the spans above them do, and they have the same service,
 * name and kind. How many there are of them is a number of the node and not its place: otherwise a
 * loop of 37 calls against one of 36 would look like 36 equal calls and a new one, and against a
 * single call like 36 unknown ones.
 *
 * Nothing recurses. Cost: O(all spans).
 */
import type { SpanKind } from "../span/kind.ts";
import {
  childRows,
  endOf,
  isErrorRow,
  kindOfRow,
  rootRows,
  startOf,
  type TraceRows,
} from "./trace-rows.ts";

/** A trace as it takes part in a comparison. */
export interface MergeableTrace {
  readonly rows: TraceRows;
  /** Per row, in ns. */
  readonly selfNano: Float64Array;
  readonly serviceOf: (row: number) => string;
  readonly nameOf: (row: number) => string;
}

/** What one trace has in one place. All zero when it has nothing there. */
export interface MergedPart {
  /** Its rows in that place, in order of time. */
  readonly rows: readonly number[];
  /** The sum over the rows, ns; calls in parallel count several times. */
  readonly totalNano: number;
  readonly selfNano: number;
  readonly errorCount: number;
}

/** One place, with what each trace has there. */
export interface MergedNode {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  /** 0 for a root. */
  readonly depth: number;
  /** Index of the node above in the list, -1 for a root. */
  readonly parentIndex: number;
  /** One for each trace, in the order in which they were given. */
  readonly parts: readonly MergedPart[];
}

interface Draft {
  readonly service: string;
  readonly name: string;
  readonly kind: SpanKind;
  readonly depth: number;
  readonly parent: Draft | undefined;
  readonly rowsOfTrace: number[][];
  /** The earliest start below its parent, over all traces: where it stands among its siblings. */
  offsetNano: number;
  index: number;
}

/** The merged tree as a list, a node before those below it, siblings by their earliest start. */
export function mergeTraces(traces: readonly MergeableTrace[]): MergedNode[] {
  const rootRowsOfTrace = traces.map(({ rows }) => [...rootRows(rows)]);
  const open = groups(traces, rootRowsOfTrace, undefined).toReversed();
  const nodes: MergedNode[] = [];
  for (let draft = open.pop(); draft !== undefined; draft = open.pop()) {
    draft.index = nodes.length;
    nodes.push(toNode(draft, traces));
    const below = draft.rowsOfTrace.map((rows, index) => {
      const trace = traces[index];
      return trace === undefined ? [] : rows.flatMap((row) => [...childRows(trace.rows, row)]);
    });
    for (const child of groups(traces, below, draft).toReversed()) open.push(child);
  }
  return nodes;
}

/** The places of the given rows, which all stand below `parent`. */
function groups(
  traces: readonly MergeableTrace[],
  rowsOfTrace: readonly (readonly number[])[],
  parent: Draft | undefined,
): Draft[] {
  const drafts = new Map<string, Draft>();
  for (const [index, trace] of traces.entries()) {
    for (const row of rowsOfTrace[index] ?? []) {
      const service = trace.serviceOf(row);
      const name = trace.nameOf(row);
      const kind = kindOfRow(trace.rows, row);
      // A newline and a tab stand in no service name that a person gave.
      const key = `${kind}\n${service}\t${name}`;
      let draft = drafts.get(key);
      if (draft === undefined) {
        draft = {
          service,
          name,
          kind,
          depth: parent === undefined ? 0 : parent.depth + 1,
          parent,
          rowsOfTrace: traces.map(() => []),
          offsetNano: Number.POSITIVE_INFINITY,
          index: -1,
        };
        drafts.set(key, draft);
      }
      draft.rowsOfTrace[index]?.push(row);
      draft.offsetNano = Math.min(draft.offsetNano, offsetOf(trace.rows, row));
    }
  }
  return [...drafts.values()].sort((a, b) => a.offsetNano - b.offsetNano);
}

/** When a row starts, seen from its parent. */
function offsetOf(rows: TraceRows, row: number): number {
  const parent = rows.parentRow[row] ?? -1;
  return startOf(rows, row) - (parent === -1 ? 0 : startOf(rows, parent));
}

function toNode(draft: Draft, traces: readonly MergeableTrace[]): MergedNode {
  const { service, name, kind, depth, parent, rowsOfTrace } = draft;
  const parts = traces.map((trace, index) => partOf(trace, rowsOfTrace[index] ?? []));
  return { service, name, kind, depth, parentIndex: parent?.index ?? -1, parts };
}

function partOf({ rows, selfNano }: MergeableTrace, members: readonly number[]): MergedPart {
  let [totalNano, ownNano, errorCount] = [0, 0, 0];
  for (const row of members) {
    totalNano += endOf(rows, row) - startOf(rows, row);
    ownNano += selfNano[row] ?? 0;
    if (isErrorRow(rows, row)) errorCount += 1;
  }
  return { rows: members, totalNano, selfNano: ownNano, errorCount };
}
