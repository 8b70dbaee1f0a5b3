/** TraceQL: reading, checking and completing queries, and evaluating them on traces. */
export { lineAndColumn, type Place, type Problem, problemText } from "./base/place.ts";
export { check } from "./check/check.ts";
export { fieldsOf, presentFields } from "./check/query-fields.ts";
export { evaluate, isTrue, type ReadField } from "./evaluate/expression.ts";
export {
  combineMetrics,
  leafCollector,
  type LeafCollector,
  withExemplars,
} from "./evaluate/metrics.ts";
export { isSampled, metricsHints, type MetricsHints } from "./evaluate/metrics-hints.ts";
export { type GroupAttribute, runPipeline, type SpanGroup } from "./evaluate/pipeline.ts";
export {
  type Exemplar,
  groupLabels,
  labelsKey,
  type Series,
  type SeriesLabel,
  stepCount,
  type TimeWindow,
} from "./evaluate/series.ts";
export { type Cell, SeriesBuilder } from "./evaluate/series-builder.ts";
export { SERIES_NUMBERS_MAX } from "./base/limits.ts";
export { stateValue, traceViewOf, type ViewedSpans } from "./evaluate/span-source.ts";
export { type SpanSource, type TraceFacts, TraceView } from "./evaluate/trace-view.ts";
export {
  type CodeValue,
  compareText,
  OPAQUE,
  type SingleValue,
  type Value,
  valueKey,
  valueOfAttribute,
} from "./evaluate/value.ts";
export { type MetricsLeaf, metricsLeaves } from "./syntax/metrics-leaves.ts";
export { type Parsed, parse } from "./syntax/parse.ts";
export { fieldName, print, printField } from "./syntax/print.ts";
export type {
  AttributeField,
  AttributeScope,
  BinaryExpression,
  Comparison,
  Field,
  FieldExpression,
  FieldOperator,
  Hint,
  IntrinsicField,
  IntrinsicId,
  Literal,
  LiteralValue,
  Metrics,
  MetricsAggregate,
  MetricsCompare,
  MetricsFunction,
  Pipeline,
  Query,
  Relation,
  Scalar,
  Spanset,
  SpansetFilter,
  Stage,
} from "./syntax/syntax-tree.ts";
export { SPAN_STATES, type SpanState } from "./syntax/vocabulary.ts";
export { translate, type Translation } from "./plain/plain.ts";
export {
  complete,
  type Completion,
  type CompletionLookup,
  type Completions,
} from "./complete/complete.ts";
