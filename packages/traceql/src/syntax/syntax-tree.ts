/* What a query is made of. Every node knows the place in the text where it stands. */
import type { Place } from "../base/place.ts";

/** Where an attribute is looked for. `any` is the span first, then its resource. */
export type AttributeScope = "any" | "span" | "resource" | "event" | "link" | "instrumentation";

/** What every span has without anybody setting it. Spelled with its scope. */
export type IntrinsicId =
  | "span:name"
  | "span:duration"
  | "span:status"
  | "span:statusMessage"
  | "span:kind"
  | "span:state"
  | "span:id"
  | "span:parentID"
  | "span:childCount"
  | "span:nestedSetLeft"
  | "span:nestedSetRight"
  | "span:nestedSetParent"
  | "trace:duration"
  | "trace:rootName"
  | "trace:rootService"
  | "trace:id"
  | "event:name"
  | "event:timeSinceStart"
  | "link:traceID"
  | "link:spanID"
  | "instrumentation:name"
  | "instrumentation:version";

/** Operators between two fields. */
export type FieldOperator =
  | "||"
  | "&&"
  | "="
  | "!="
  | "<"
  | "<="
  | ">"
  | ">="
  | "=~"
  | "!~"
  | "+"
  | "-"
  | "*"
  | "/"
  | "%"
  | "^";

/** Operators that compare two values. */
export type Comparison = "=" | "!=" | "<" | "<=" | ">" | ">=" | "=~" | "!~";

/** Operators that calculate. */
export type Arithmetic = "+" | "-" | "*" | "/" | "%" | "^";

/** A fixed value. A duration is nanoseconds. */
export type LiteralValue =
  | { readonly type: "string"; readonly value: string }
  | { readonly type: "int"; readonly value: bigint }
  | { readonly type: "float"; readonly value: number }
  | { readonly type: "duration"; readonly value: bigint }
  | { readonly type: "boolean"; readonly value: boolean }
  /** `value` is the code that OTLP gives it. */
  | { readonly type: "status"; readonly value: number }
  | { readonly type: "kind"; readonly value: number }
  /** By `SPAN_STATES`. */
  | { readonly type: "state"; readonly value: number }
  | { readonly type: "nil" };

/** A fixed value in a query. */
export interface Literal {
  readonly node: "literal";
  readonly literal: LiteralValue;
  readonly place: Place;
}

/** An attribute of a span, or of its parent. */
export interface AttributeField {
  readonly node: "attribute";
  readonly scope: AttributeScope;
  readonly key: string;
  readonly ofParent: boolean;
  readonly place: Place;
}

/** An intrinsic of a span, or of its parent. */
export interface IntrinsicField {
  readonly node: "intrinsic";
  readonly id: IntrinsicId;
  readonly ofParent: boolean;
  readonly place: Place;
}

/** Something that is read from a span. */
export type Field = AttributeField | IntrinsicField;

/** `!x` or `-x`. */
export interface UnaryExpression {
  readonly node: "unary";
  readonly operator: "!" | "-";
  readonly operand: FieldExpression;
  readonly place: Place;
}

/** `x + y`, `x = y`, `x && y`. */
export interface BinaryExpression {
  readonly node: "binary";
  readonly operator: FieldOperator;
  readonly left: FieldExpression;
  readonly right: FieldExpression;
  readonly place: Place;
}

/** What is computed for one span. */
export type FieldExpression = Literal | Field | UnaryExpression | BinaryExpression;

/** Relations between two sets of spans: the relation, and whether it is negated or united. */
export type Relation = ">" | ">>" | "<" | "<<" | "~";

/** `{ expression }`: the spans for which it is true. */
export interface SpansetFilter {
  readonly node: "filter";
  /** `{ true }` for `{ }`. */
  readonly expression: FieldExpression;
  readonly place: Place;
}

/** `x && y` and `x || y` between sets of spans. */
export interface SpansetLogic {
  readonly node: "logic";
  readonly operator: "&&" | "||";
  readonly left: Spanset;
  readonly right: Spanset;
  readonly place: Place;
}

/** `x >> y` and its relatives. */
export interface SpansetRelation {
  readonly node: "relation";
  readonly relation: Relation;
  /** `plain`: `>>`, `negated`: `!>>`, `union`: `&>>`. */
  readonly form: "plain" | "negated" | "union";
  readonly left: Spanset;
  readonly right: Spanset;
  readonly place: Place;
}

/** `!x`: all spans of a trace in which x finds none. */
export interface SpansetNegation {
  readonly node: "negation";
  readonly operand: Spanset;
  readonly place: Place;
}

/** `( pipeline )` where a set of spans may stand. */
export interface SpansetGroup {
  readonly node: "group";
  readonly pipeline: Pipeline;
  readonly place: Place;
}

/** A set of spans of one trace. */
export type Spanset =
  | SpansetFilter
  | SpansetLogic
  | SpansetRelation
  | SpansetNegation
  | SpansetGroup;

/** What is computed for a set of spans. */
export type AggregateFunction = "count" | "min" | "max" | "avg" | "sum";

/** A number for each set of spans. */
export type Scalar =
  | Literal
  | {
      readonly node: "aggregate";
      readonly function: AggregateFunction;
      /** Undefined exactly for `count`. */
      readonly argument: FieldExpression | undefined;
      readonly place: Place;
    }
  | {
      readonly node: "scalarBinary";
      readonly operator: Arithmetic;
      readonly left: Scalar;
      readonly right: Scalar;
      readonly place: Place;
    }
  | {
      /** `( pipeline | count() )`: of the spans of the whole trace. */
      readonly node: "scalarPipeline";
      readonly pipeline: Pipeline;
      readonly result: Scalar;
      readonly place: Place;
    };

/** One step between two bars. */
export type Stage =
  | { readonly node: "spanset"; readonly spanset: Spanset; readonly place: Place }
  | { readonly node: "by"; readonly expression: FieldExpression; readonly place: Place }
  | { readonly node: "coalesce"; readonly place: Place }
  | { readonly node: "select"; readonly fields: readonly Field[]; readonly place: Place }
  | {
      readonly node: "scalarFilter";
      readonly operator: Comparison;
      readonly left: Scalar;
      readonly right: Scalar;
      readonly place: Place;
    };

/** Steps, each of which takes what the one before gives. The first takes whole traces. */
export interface Pipeline {
  readonly stages: readonly Stage[];
  readonly place: Place;
}

/** Functions that turn spans into series. */
export type MetricsFunction =
  | "rate"
  | "count_over_time"
  | "min_over_time"
  | "max_over_time"
  | "avg_over_time"
  | "sum_over_time"
  | "quantile_over_time"
  | "histogram_over_time";

/** `{…} | rate() by (…)`. */
export interface MetricsAggregate {
  readonly node: "metricsAggregate";
  readonly pipeline: Pipeline;
  readonly function: MetricsFunction;
  /** Undefined exactly for `rate` and `count_over_time`. */
  readonly argument: FieldExpression | undefined;
  /** Empty but for `quantile_over_time`. */
  readonly quantiles: readonly number[];
  readonly by: readonly Field[];
  readonly place: Place;
}

/** `{…} | compare({…}, n, start, end)`. */
export interface MetricsCompare {
  readonly node: "compare";
  readonly pipeline: Pipeline;
  readonly selection: SpansetFilter;
  readonly valuesMax: number;
  /** Only spans that start in it can be in the selection. */
  readonly fromUnixNano: bigint | undefined;
  readonly toUnixNano: bigint | undefined;
  readonly place: Place;
}

/** Series, and what is done with them. */
export type Metrics =
  | MetricsAggregate
  | MetricsCompare
  | {
      readonly node: "metricsBinary";
      readonly operator: "+" | "-" | "*" | "/";
      /** A number stands for itself in every series. */
      readonly left: Metrics | number;
      readonly right: Metrics | number;
      readonly place: Place;
    }
  | {
      readonly node: "rank";
      readonly function: "topk" | "bottomk";
      readonly count: number;
      readonly operand: Metrics;
      readonly place: Place;
    }
  | {
      readonly node: "threshold";
      readonly operator: Comparison;
      readonly value: number;
      readonly isDuration: boolean;
      readonly operand: Metrics;
      readonly place: Place;
    };

/** One `name = value` of `with( … )`. */
export interface Hint {
  readonly name: string;
  readonly value: boolean | number | string;
  readonly place: Place;
}

/** A whole query. */
export type Query =
  | {
      readonly kind: "search";
      readonly pipeline: Pipeline;
      readonly hints: readonly Hint[];
    }
  | { readonly kind: "metrics"; readonly metrics: Metrics; readonly hints: readonly Hint[] };
