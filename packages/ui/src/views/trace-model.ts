/*
 * Everything that the page of a trace shows, worked out once for each answer.
 */
import {
  buildTree,
  criticalTimes,
  rowsOfTree,
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
}

/** Cost: O(n log n) in the spans. */
export function traceModel(trace: Trace): TraceModel {
  const tree = buildTree(trace);
  const rows = waterfallRows(tree);
  const marks = slowMarks(tree, criticalTimes(tree));
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
    verdict: traceVerdict(tree, marks),
    errorCount: tree.nodes.filter(({ span }) => span.status.code === StatusCode.error).length,
  };
}
