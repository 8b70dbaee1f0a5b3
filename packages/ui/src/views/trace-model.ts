/*
 * Everything that the page of a trace shows, worked out once for each answer.
 */
import {
  buildTree,
  criticalTimes,
  type OpenSpan,
  rowsOfTree,
  type Running,
  selfNanoOfRows,
  type SlowMark,
  serviceName,
  slowMarks,
  StatusCode,
  type Trace,
  traceVerdict,
  type TraceTree,
  type TreeNode,
  type Verdict,
  waitLines,
  withOpenSpans,
} from "@spoor/trace";
import { serviceLooks, type ServiceLook } from "../design/service-colour.ts";
import { type TimeScale, timeScaleOf } from "../geometry/time-scale.ts";
import { type WaterfallRow, waterfallRows } from "../geometry/waterfall-rows.ts";

/** A trace, ready to be drawn. */
export interface TraceModel {
  readonly tree: TraceTree;
  readonly scale: TimeScale;
  readonly rows: readonly WaterfallRow[];
  readonly rowOfKey: ReadonlyMap<string, WaterfallRow>;
  readonly rowOfNode: ReadonlyMap<TreeNode, WaterfallRow>;
  readonly looks: ReadonlyMap<string, ServiceLook>;
  readonly slowMarkOf: ReadonlyMap<TreeNode, SlowMark>;
  readonly selfNanoOf: ReadonlyMap<TreeNode, number>;
  readonly verdict: Verdict;
  readonly errorCount: number;
  /** The spans that have not ended. */
  readonly openOf: ReadonlyMap<TreeNode, OpenSpan>;
  readonly nowUnixNano: bigint;
}

/** Nothing of the trace is open. */
const NOT_RUNNING: Running = { open: [], nowUnixNano: 0n };

/** Cost: O(n log n) in the spans. */
export function traceModel(trace: Trace, running: Running = NOT_RUNNING): TraceModel {
  const tree = buildTree(withOpenSpans(trace, running.open));
  const openOf = openNodes(trace, tree, running.open);
  const rows = waterfallRows(tree, (node) => {
    const open = openOf.get(node);
    return open === undefined ? [] : waitLines(open, running.nowUnixNano).holders;
  });
  const marks = openOf.size === 0 ? slowMarks(tree, criticalTimes(tree)) : [];
  const selfNano = selfNanoOfRows(rowsOfTree(tree));
  return {
    tree,
    scale: timeScaleOf(tree),
    rows,
    rowOfKey: new Map(rows.map((row) => [row.key, row])),
    rowOfNode: new Map(rows.flatMap((row) => (row.kind === "span" ? [[row.node, row]] : []))),
    looks: serviceLooks(tree.nodes.map(({ span }) => serviceName(span.resource))),
    slowMarkOf: new Map(marks.map((mark) => [mark.node, mark])),
    selfNanoOf: new Map(tree.nodes.map((node, row) => [node, selfNano[row] ?? 0])),
    verdict: traceVerdict(tree, marks, undefined, { ...running, open: [...openOf.values()] }),
    openOf,
    nowUnixNano: running.nowUnixNano,
    errorCount: tree.nodes.filter(({ span }) => span.status.code === StatusCode.error).length,
  };
}

/** What is running, so much later: it has only grown. */
export function grown({ open, nowUnixNano }: Running, elapsedMs: number): Running {
  return {
    open: open.map((span) =>
      span.state === "open" ? Object.assign({}, span, { ageMs: span.ageMs + elapsedMs }) : span,
    ),
    nowUnixNano: nowUnixNano + BigInt(Math.round(elapsedMs * 1e6)),
  };
}

/** A span that has finished in the meantime is not open, whatever was said before. */
function openNodes(
  trace: Trace,
  tree: TraceTree,
  open: readonly OpenSpan[],
): Map<TreeNode, OpenSpan> {
  if (open.length === 0) return new Map();
  const finished = new Set(trace.spans.map(({ spanId }) => spanId));
  const ofId = new Map(open.map((span) => [span.spanId, span]));
  return new Map(
    tree.nodes.flatMap((node) => {
      const { spanId } = node.span;
      const span = finished.has(spanId) ? undefined : ofId.get(spanId);
      return span === undefined ? [] : [[node, span]];
    }),
  );
}
