/* Whether a query that could be read makes sense. */
import { BUCKETS_MAX, COMPARE_VALUES_MAX, METRICS_FUNCTIONS_MAX } from "../base/limits.ts";
import type { Problem } from "../base/place.ts";
import type {
  Hint,
  Metrics,
  Pipeline,
  Query,
  Scalar,
  Spanset,
  Stage,
} from "../syntax/syntax-tree.ts";
import { printField } from "../syntax/print.ts";
import { metricsLeaves } from "../syntax/metrics-leaves.ts";
import { presentFields } from "./query-fields.ts";
import { TypeChecker } from "./type-checker.ts";

/**
 * Everything that is wrong with a query, in the order of the text; empty when it can be run.
 *
 * Cost: linear in the query, and the compilation of its regular expressions.
 */
export function check(query: Query): Problem[] {
  const types = new TypeChecker();
  if (query.kind === "search") checkPipeline(query.pipeline, types);
  else {
    checkMetrics(query.metrics, types);
    refusePresent(query, types);
    refuseMany(query.metrics, types);
  }
  for (const hint of query.hints) checkHint(hint, types);
  return types.problems.toSorted((a, b) => a.place.start - b.place.start);
}

/** What is open now was not counted an hour ago, and is not among the spans that are. */
function refusePresent(query: Query, types: TypeChecker): void {
  for (const field of presentFields(query)) {
    const message = `${printField(field)} is known of the present only: it makes no series`;
    types.report(field.place, message, "Ask for the spans, without what stands behind them.");
  }
}

function refuseMany(metrics: Metrics, types: TypeChecker): void {
  const beyond = metricsLeaves(metrics)[METRICS_FUNCTIONS_MAX];
  if (beyond === undefined) return;
  const message = `a query has at most ${METRICS_FUNCTIONS_MAX} functions that make series`;
  types.report(beyond.place, message, "Ask in several queries.");
}

function checkPipeline({ stages }: Pipeline, types: TypeChecker): void {
  for (const stage of stages) checkStage(stage, types);
}

function checkStage(stage: Stage, types: TypeChecker): void {
  switch (stage.node) {
    case "spanset":
      return checkSpanset(stage.spanset, types);
    case "by":
      types.typeOf(stage.expression);
      return types.requireSpan(stage.expression, "by");
    case "scalarFilter":
      checkScalar(stage.left, types);
      return checkScalar(stage.right, types);
    case "coalesce":
    case "select":
  }
}

function checkSpanset(spanset: Spanset, types: TypeChecker): void {
  switch (spanset.node) {
    case "filter":
      return types.requireBoolean(spanset.expression);
    case "logic":
    case "relation":
      checkSpanset(spanset.left, types);
      return checkSpanset(spanset.right, types);
    case "negation":
      return checkSpanset(spanset.operand, types);
    case "group":
      return checkPipeline(spanset.pipeline, types);
  }
}

function checkScalar(scalar: Scalar, types: TypeChecker): void {
  switch (scalar.node) {
    case "literal":
      return;
    case "aggregate":
      if (scalar.argument !== undefined) {
        types.requireNumberOfSpan(scalar.argument, scalar.function);
      }
      return;
    case "scalarBinary":
      checkScalar(scalar.left, types);
      return checkScalar(scalar.right, types);
    case "scalarPipeline": {
      const divided = scalar.pipeline.stages.find((stage) => stage.node === "by");
      if (divided !== undefined) {
        const message = "by( ) gives many numbers, and here stands one";
        types.report(divided.place, message, "Compare behind the bar: | by(…) | count() > 2.");
      }
      checkPipeline(scalar.pipeline, types);
      return checkScalar(scalar.result, types);
    }
  }
}

function checkMetrics(metrics: Metrics, types: TypeChecker): void {
  switch (metrics.node) {
    case "metricsAggregate":
      checkPipeline(metrics.pipeline, types);
      if (metrics.argument !== undefined) {
        types.requireNumberOfSpan(metrics.argument, metrics.function);
      }
      return;
    case "compare":
      checkPipeline(metrics.pipeline, types);
      checkSpanset(metrics.selection, types);
      if (metrics.valuesMax < 1 || metrics.valuesMax > COMPARE_VALUES_MAX) {
        types.report(metrics.place, `compare gives 1 to ${COMPARE_VALUES_MAX} values`);
      }
      return;
    case "metricsBinary":
      for (const side of [metrics.left, metrics.right]) {
        if (typeof side === "number") continue;
        refuseCompare(side, "arithmetic", types);
        checkMetrics(side, types);
      }
      return;
    case "rank":
    case "threshold": {
      const purpose = metrics.node === "rank" ? metrics.function : metrics.operator;
      refuseCompare(metrics.operand, purpose, types);
      return checkMetrics(metrics.operand, types);
    }
  }
}

/** What compare gives are counts of values, of which there is no order and no sum. */
function refuseCompare(metrics: Metrics, purpose: string, types: TypeChecker): void {
  if (metrics.node !== "compare") return;
  types.report(metrics.place, `compare cannot be combined with ${purpose}`);
}

function checkHint({ name, value, place }: Hint, types: TypeChecker): void {
  const isShare = name.endsWith("sample") && typeof value === "number";
  if (isShare && (value <= 0 || value > 1)) {
    types.report(place, `${name} is a share, more than 0 and at most 1`);
  }
  if (name === "exemplars" && typeof value === "number" && (value < 0 || value > 1_000)) {
    types.report(place, "exemplars is a number from 0 to 1000");
  }
  const isBuckets = name === "buckets" && typeof value === "number";
  if (isBuckets && !(Number.isInteger(value) && value >= 1 && value <= BUCKETS_MAX)) {
    types.report(place, `buckets is a whole number from 1 to ${BUCKETS_MAX}`);
  }
  if (name === "order" && value !== "recent" && value !== "duration") {
    types.report(place, 'order is "recent" or "duration"');
  }
}
