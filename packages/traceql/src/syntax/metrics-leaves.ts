/* The functions over spans in a metrics query; everything else in it works on series. */
import type { Metrics, MetricsAggregate, MetricsCompare } from "./syntax-tree.ts";

/** The two forms in which spans become series; everything else works on series. */
export type MetricsLeaf = MetricsAggregate | MetricsCompare;

/** The functions over spans in a query, each once. */
export function metricsLeaves(metrics: Metrics): MetricsLeaf[] {
  switch (metrics.node) {
    case "metricsAggregate":
    case "compare":
      return [metrics];
    case "rank":
    case "threshold":
      return metricsLeaves(metrics.operand);
    case "metricsBinary":
      return [metrics.left, metrics.right].flatMap((side) =>
        typeof side === "number" ? [] : metricsLeaves(side),
      );
  }
}
