/* What a query needs to know about spans besides which filters they meet. */
import {
  type Field,
  type FieldExpression,
  fieldName,
  fieldsOf,
  type MetricsLeaf,
  type Pipeline,
  type Scalar,
  type Spanset,
  type SpansetFilter,
} from "@spoor/traceql";

/** What a query needs. */
export interface QueryNeeds {
  /** Fields to read, each once, those of a parent as fields of every span. */
  readonly fields: readonly Field[];
  /** Whether it looks at relations: then every span of a trace is read, not only what fits. */
  readonly wholeTraces: boolean;
}

/** The needs of a pipeline, with the fields that are read behind it. */
export function needsOf(
  pipeline: Pipeline,
  isExact: (filter: SpansetFilter) => boolean,
  behind: readonly FieldExpression[],
): QueryNeeds {
  const needs = new Needs(isExact);
  needs.pipeline(pipeline);
  for (const expression of behind) needs.read(expression);
  return { fields: [...needs.fields.values()], wholeTraces: needs.wholeTraces };
}

/** What a metrics function reads behind its pipeline. */
export function readByLeaf(leaf: MetricsLeaf): FieldExpression[] {
  if (leaf.node === "compare") return [leaf.selection.expression];
  return leaf.argument === undefined ? [...leaf.by] : [...leaf.by, leaf.argument];
}

class Needs {
  readonly fields = new Map<string, Field>();
  wholeTraces = false;
  readonly #isExact: (filter: SpansetFilter) => boolean;

  constructor(isExact: (filter: SpansetFilter) => boolean) {
    this.#isExact = isExact;
  }

  read(expression: FieldExpression): void {
    for (const field of fieldsOf(expression)) {
      const own: Field = { ...field, ofParent: false };
      this.fields.set(fieldName(own), own);
      const isOfTree = field.node === "intrinsic" && TREE_FIELDS.test(field.id);
      if (field.ofParent || isOfTree) this.wholeTraces = true;
    }
  }

  pipeline({ stages }: Pipeline): void {
    // What does not begin with a filter begins with all spans.
    if (stages[0]?.node !== "spanset") this.wholeTraces = true;
    for (const stage of stages) {
      if (stage.node === "spanset") this.#spanset(stage.spanset);
      else if (stage.node === "by") this.read(stage.expression);
      else if (stage.node === "select") stage.fields.forEach((field) => this.read(field));
      else if (stage.node === "scalarFilter") {
        this.#scalar(stage.left);
        this.#scalar(stage.right);
      }
    }
  }

  #spanset(spanset: Spanset): void {
    switch (spanset.node) {
      case "filter":
        if (!this.#isExact(spanset)) this.read(spanset.expression);
        return;
      case "logic":
        this.#spanset(spanset.left);
        return this.#spanset(spanset.right);
      case "relation":
        this.wholeTraces = true;
        this.#spanset(spanset.left);
        return this.#spanset(spanset.right);
      case "negation":
        this.wholeTraces = true;
        return this.#spanset(spanset.operand);
      case "group":
        return this.pipeline(spanset.pipeline);
    }
  }

  #scalar(scalar: Scalar): void {
    switch (scalar.node) {
      case "literal":
        return;
      case "aggregate":
        if (scalar.argument !== undefined) this.read(scalar.argument);
        return;
      case "scalarBinary":
        this.#scalar(scalar.left);
        return this.#scalar(scalar.right);
      case "scalarPipeline":
        this.pipeline(scalar.pipeline);
        return this.#scalar(scalar.result);
    }
  }
}

const TREE_FIELDS = /^span:(?:childCount|nestedSet)/u;
