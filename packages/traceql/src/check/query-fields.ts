/* Every field that a query names, and which of them are known of the present only. */
import { type MetricsLeaf, metricsLeaves } from "../syntax/metrics-leaves.ts";
import type {
  Field,
  FieldExpression,
  Pipeline,
  Query,
  Scalar,
  Spanset,
  Stage,
} from "../syntax/syntax-tree.ts";
import { EVENT_SCOPES } from "../syntax/vocabulary.ts";

/** Every field that an expression reads. */
export function fieldsOf(expression: FieldExpression): Field[] {
  switch (expression.node) {
    case "literal":
      return [];
    case "attribute":
    case "intrinsic":
      return [expression];
    case "unary":
      return fieldsOf(expression.operand);
    case "binary":
      return [...fieldsOf(expression.left), ...fieldsOf(expression.right)];
  }
}

/**
 * The fields of a query of which no store knows, in the order of the text: whether a span has
 * ended, and what processes found wrong. What is open takes part in a search that names one.
 */
export function presentFields(query: Query): Field[] {
  const fields =
    query.kind === "search"
      ? pipelineFields(query.pipeline)
      : metricsLeaves(query.metrics).flatMap(leafFields);
  return fields.filter(isOfPresent);
}

function isOfPresent(field: Field): boolean {
  if (field.node === "intrinsic") return field.id === "span:state";
  return field.scope === "event" && field.key.startsWith(EVENT_SCOPES.get("finding") ?? "");
}

function pipelineFields({ stages }: Pipeline): Field[] {
  return stages.flatMap(stageFields);
}

function stageFields(stage: Stage): readonly Field[] {
  switch (stage.node) {
    case "spanset":
      return spansetFields(stage.spanset);
    case "by":
      return fieldsOf(stage.expression);
    case "select":
      return stage.fields;
    case "scalarFilter":
      return [...scalarFields(stage.left), ...scalarFields(stage.right)];
    case "coalesce":
      return [];
  }
}

function spansetFields(spanset: Spanset): Field[] {
  switch (spanset.node) {
    case "filter":
      return fieldsOf(spanset.expression);
    case "logic":
    case "relation":
      return [...spansetFields(spanset.left), ...spansetFields(spanset.right)];
    case "negation":
      return spansetFields(spanset.operand);
    case "group":
      return pipelineFields(spanset.pipeline);
  }
}

function scalarFields(scalar: Scalar): Field[] {
  switch (scalar.node) {
    case "literal":
      return [];
    case "aggregate":
      return scalar.argument === undefined ? [] : fieldsOf(scalar.argument);
    case "scalarBinary":
      return [...scalarFields(scalar.left), ...scalarFields(scalar.right)];
    case "scalarPipeline":
      return [...pipelineFields(scalar.pipeline), ...scalarFields(scalar.result)];
  }
}

function leafFields(leaf: MetricsLeaf): Field[] {
  const found = pipelineFields(leaf.pipeline);
  if (leaf.node === "compare") return [...found, ...spansetFields(leaf.selection)];
  const read = leaf.argument === undefined ? [...leaf.by] : [leaf.argument, ...leaf.by];
  return [...found, ...read.flatMap(fieldsOf)];
}
