/*
 * Where the services of a map stand.
 *
 * 1. Calls that close a circle are set aside for the layout (they are drawn all the same): a walk
 *    in depth from the callers finds them.
 * 2. A service stands one column right of the furthest that calls it.
 * 3. Within a column, services are ordered by the middle of their neighbours, back and forth a few
 *    times: most crossings of lines go away.
 *
 * Beyond {@link MAP_NODES_MAX} only a neighbourhood is drawn, and the page says how many are not.
 */
import type { ServiceEdgeDocument } from "@spoor/trace";

/** More boxes than this are no picture any more. */
export const MAP_NODES_MAX = 60;

const SWEEPS = 6;

/** Calls of one service by another, or of something without spans. */
export type MapCall = Pick<
  ServiceEdgeDocument,
  "caller" | "callee" | "calleeType" | "callCount" | "errorCount"
>;

/** A service, or something that is called. */
export interface MapNode {
  readonly name: string;
  readonly type: MapCall["calleeType"];
  readonly column: number;
  /** Its place in the column, from the top. */
  readonly row: number;
  /** Calls that it receives. */
  readonly callCount: number;
  readonly errorCount: number;
}

/** What is drawn. */
export interface MapLayout {
  readonly nodes: readonly MapNode[];
  readonly edges: readonly MapCall[];
  readonly columnCount: number;
  /** Of the fullest column. */
  readonly rowCount: number;
  /** Nodes that are known and not drawn. */
  readonly hiddenCount: number;
}

interface Draft {
  readonly name: string;
  readonly type: MapNode["type"];
  readonly callees: Set<Draft>;
  readonly callers: Set<Draft>;
  column: number;
  row: number;
  callCount: number;
  errorCount: number;
}

/**
 * The map of `edges`; with `focus` and too many nodes, what is near to it. `services` are drawn
 * though nobody calls them. Cost: O(edges).
 */
export function mapLayout(
  all: readonly MapCall[],
  focus: string = "",
  services: readonly string[] = [],
): MapLayout {
  const names = new Set([...services, ...all.flatMap(({ caller, callee }) => [caller, callee])]);
  const kept = names.size <= MAP_NODES_MAX ? names : neighbourhood(all, focus);
  const edges = all.filter(({ caller, callee }) => kept.has(caller) && kept.has(callee));
  const drafts = draftsOf(
    edges,
    services.filter((service) => kept.has(service)),
  );
  setColumns(drafts);
  const columns = columnsOf(drafts);
  for (let sweep = 0; sweep < SWEEPS; sweep += 1) order(columns, sweep % 2 === 0);
  return {
    nodes: drafts.map(({ callees: _callees, callers: _callers, ...node }) => node),
    edges,
    columnCount: columns.length,
    rowCount: columns.reduce((most, { length }) => Math.max(most, length), 0),
    hiddenCount: names.size - drafts.length,
  };
}

/** The nodes nearest to `focus`, or to the busiest call, breadth first, the busiest calls first. */
function neighbourhood(all: readonly MapCall[], focus: string): Set<string> {
  const busiest = all.toSorted((a, b) => b.callCount - a.callCount);
  const neighbours = new Map<string, string[]>();
  for (const { caller, callee } of busiest) {
    neighbours.set(caller, [...(neighbours.get(caller) ?? []), callee]);
    neighbours.set(callee, [...(neighbours.get(callee) ?? []), caller]);
  }
  const start = neighbours.has(focus) ? focus : (busiest[0]?.caller ?? "");
  const kept = new Set([start]);
  for (const name of kept) {
    for (const neighbour of neighbours.get(name) ?? []) {
      if (kept.size >= MAP_NODES_MAX) return kept;
      // A set that grows while it is walked is walked to its new end.
      kept.add(neighbour);
    }
  }
  return kept;
}

function draftsOf(edges: readonly MapCall[], services: readonly string[]): Draft[] {
  const drafts = new Map<string, Draft>();
  const draftOf = (name: string, type: MapNode["type"]): Draft => {
    const draft = drafts.get(name) ?? {
      name,
      type,
      callees: new Set<Draft>(),
      callers: new Set<Draft>(),
      column: 0,
      row: 0,
      callCount: 0,
      errorCount: 0,
    };
    drafts.set(name, draft);
    return draft;
  };
  // Whoever calls is a service, whatever it is taken for where it is called.
  for (const { caller } of edges) draftOf(caller, "service");
  for (const service of services) draftOf(service, "service");
  for (const { caller, callee, calleeType, callCount, errorCount } of edges) {
    const [from, to] = [draftOf(caller, "service"), draftOf(callee, calleeType)];
    to.callCount += callCount;
    to.errorCount += errorCount;
    if (from === to) continue;
    from.callees.add(to);
    to.callers.add(from);
  }
  return [...drafts.values()];
}

function setColumns(drafts: readonly Draft[]): void {
  const roots = drafts.filter(({ callers }) => callers.size === 0);
  const walked: Draft[] = [];
  const state = new Map<Draft, "open" | "done">();
  // Reverse postorder of the walk: every call that closes no circle leads from earlier to later.
  for (const root of [...roots, ...drafts]) {
    const stack = state.has(root) ? [] : [{ node: root, rest: [...root.callees] }];
    if (stack.length > 0) state.set(root, "open");
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const next = top.rest.pop();
      if (next === undefined) {
        state.set(top.node, "done");
        walked.push(top.node);
        stack.pop();
      } else if (!state.has(next)) {
        state.set(next, "open");
        stack.push({ node: next, rest: [...next.callees] });
      }
    }
  }
  const placeOf = new Map(walked.toReversed().map((draft, place) => [draft, place]));
  for (const draft of walked.toReversed()) {
    for (const callee of draft.callees) {
      const isForward = (placeOf.get(callee) ?? 0) > (placeOf.get(draft) ?? 0);
      if (isForward) callee.column = Math.max(callee.column, draft.column + 1);
    }
  }
}

function columnsOf(drafts: readonly Draft[]): Draft[][] {
  const columns: Draft[][] = [];
  for (const draft of drafts) (columns[draft.column] ??= []).push(draft);
  for (const column of columns) setRows(column);
  return columns;
}

function order(columns: readonly Draft[][], isForward: boolean): void {
  for (const column of isForward ? columns : columns.toReversed()) {
    const middles = new Map(
      column.map((draft) => [draft, middleOf(isForward ? draft.callers : draft.callees, draft)]),
    );
    column.sort(
      (a, b) => (middles.get(a) ?? 0) - (middles.get(b) ?? 0) || (a.name < b.name ? -1 : 1),
    );
    setRows(column);
  }
}

function middleOf(neighbours: ReadonlySet<Draft>, { row }: Draft): number {
  if (neighbours.size === 0) return row;
  let sum = 0;
  for (const neighbour of neighbours) sum += neighbour.row;
  return sum / neighbours.size;
}

function setRows(column: readonly Draft[]): void {
  for (const [row, draft] of column.entries()) draft.row = row;
}
