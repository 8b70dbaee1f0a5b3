/*
 * Expressions over one span as conditions in SQL.
 *
 * What compares a field with a fixed value is written exactly as the evaluator has it. What needs
 * more than the row of a span (its parent, the tree, the trace, two fields at once, arithmetic)
 * is left open: the condition then lets through whatever could fit, says that it is not exact, and
 * the evaluator looks at what came through.
 */
import { keys } from "@spoor/trace";
import { asComparison } from "./comparison.ts";
import {
  type AttributeField,
  type BinaryExpression,
  type Comparison,
  type Field,
  type FieldExpression,
  fieldsOf,
  type IntrinsicField,
  isTrue,
} from "@spoor/traceql";

import { allOf, type BoundSql, noneOf, someOf } from "./bound-sql.ts";
import type { DimensionIds } from "./dimension-ids.ts";
import type { DimensionTable } from "./dimension-keys.ts";
import {
  ARRAY_START,
  arraySql,
  comparisonSql,
  type Fixed,
  NIL_TEXT,
  NOTHING_TEXTS,
  plainNumberSql,
  plainTextSql,
  scalarSql,
  taggedSql,
} from "./value-sql.ts";

/** A condition on the row of a span. */
export interface SpanCondition {
  /** Holds for all spans that fit, and if `isExact` for no others. Never NULL. */
  readonly sql: string;
  readonly isExact: boolean;
}

/** Writes conditions into one statement. */
export class ConditionWriter {
  readonly sql: BoundSql;
  readonly #dimensions: DimensionIds;
  #usesIndex = false;
  #readsAttributes = false;

  constructor(sql: BoundSql, dimensions: DimensionIds) {
    this.sql = sql;
    this.#dimensions = dimensions;
  }

  /** Whether something was written that the index of the values or of the trace ids answers. */
  get usesIndex(): boolean {
    return this.#usesIndex;
  }

  /** Whether something was written for which the attributes of every span are read. */
  get readsAttributes(): boolean {
    return this.#readsAttributes;
  }

  /** The condition that `expression` is true. */
  async condition(expression: FieldExpression): Promise<SpanCondition> {
    const upper = await this.#write(expression, "1");
    return { sql: upper.sql, isExact: upper.isExact };
  }

  /** `open` is what stands for a part that SQL cannot decide: "1" lets it through. */
  async #write(expression: FieldExpression, open: "0" | "1"): Promise<SpanCondition> {
    switch (expression.node) {
      case "literal":
        return exact(isTrue(expression, () => undefined) ? "1" : "0");
      case "attribute":
      case "intrinsic":
        return this.#compare(expression, "=", TRUE, open);
      case "unary":
        return this.#not(expression, open);
      case "binary":
        return this.#binary(expression, open);
    }
  }

  /** `!x` is true if x is false; a field that is missing is neither. */
  async #not(
    { operator, operand }: Extract<FieldExpression, { node: "unary" }>,
    open: "0" | "1",
  ): Promise<SpanCondition> {
    if (operator !== "!") return { sql: open, isExact: false };
    if (operand.node === "attribute" || operand.node === "intrinsic") {
      return this.#compare(operand, "=", FALSE, open);
    }
    if (operand.node === "unary") return this.#write(operand.operand, open);
    const inner = await this.#write(operand, open === "1" ? "0" : "1");
    return { sql: noneOf(inner.sql), isExact: inner.isExact };
  }

  async #binary(expression: BinaryExpression, open: "0" | "1"): Promise<SpanCondition> {
    const { operator } = expression;
    if (operator === "&&" || operator === "||") {
      const parts: SpanCondition[] = [];
      for (const operand of chain(expression, operator)) {
        parts.push(await this.#write(operand, open));
      }
      const texts = parts.map(({ sql }) => sql);
      const sql = operator === "&&" ? allOf(texts) : someOf(texts);
      return { sql, isExact: parts.every(({ isExact }) => isExact) };
    }
    if (fieldsOf(expression).length === 0) {
      return exact(isTrue(expression, () => undefined) ? "1" : "0");
    }
    const comparison = asComparison(expression);
    if (comparison === undefined) return { sql: open, isExact: false };
    const { field, fixed } = comparison;
    if (fixed !== undefined) return this.#compare(field, comparison.operator, fixed, open);
    const exists = await this.#exists(field, open);
    if (comparison.operator === "!=" || !exists.isExact) return exists;
    return exact(noneOf(exists.sql));
  }

  async #compare(
    field: Field,
    operator: Comparison,
    fixed: Fixed,
    open: "0" | "1",
  ): Promise<SpanCondition> {
    if (field.ofParent) return { sql: open, isExact: false };
    if (field.node === "attribute") return exact(await this.#attribute(field, operator, fixed));
    const sql = await this.#intrinsic(field, operator, fixed);
    return sql === undefined ? { sql: open, isExact: false } : exact(sql);
  }

  async #attribute(field: AttributeField, operator: Comparison, fixed: Fixed): Promise<string> {
    const { scope, key } = field;
    switch (scope) {
      case "span":
        return this.#spanAttribute(key, operator, fixed);
      case "resource":
        return this.#resourceAttribute(key, operator, fixed);
      case "any": {
        const own = this.#spanAttribute(key, operator, fixed);
        const shared = await this.#resourceAttribute(key, operator, fixed);
        return someOf([own, allOf([shared, noneOf(this.#hasSpanAttribute(key))])]);
      }
      case "instrumentation":
        return this.#dimensionAttribute("scope", key, (sql) =>
          dimensionSql(sql, key, operator, fixed),
        );
      case "event":
      case "link":
        return comparisonSql(operator, (wanted) => {
          const name = this.sql.text(key);
          const fits = taggedSql(this.sql, `m[${name}]`, wanted, fixed);
          if (fits === "0") return "0";
          return `arrayExists(m -> mapContains(m, ${name}) AND ${fits}, ${scope}s.attrs)`;
        });
    }
  }

  #spanAttribute(key: string, operator: Comparison, fixed: Fixed): string {
    this.#readsAttributes = true;
    const name = this.sql.text(key);
    const has = (map: string): string => `mapContains(attrs_${map}, ${name})`;
    const text = `attrs_s[${name}]`;
    return comparisonSql(operator, (wanted) => {
      // The first condition is that of an index: it keeps the index of the values in use.
      const inArray = allOf([HAS_ARRAY, arraySql(this.sql, text, wanted, fixed)]);
      switch (fixed.type) {
        case "string": {
          const fits = someOf([scalarSql(this.sql, text, wanted, fixed), inArray]);
          if (wanted === "=" && fixed.value !== "") this.#usesIndex = true;
          // A key that is missing reads as the empty text, which only that comparison could meet.
          return wanted === "=" && fixed.value !== "" ? fits : allOf([has("s"), fits]);
        }
        case "int":
        case "float":
        case "duration": {
          const typed = ["i", "d"].map((map) =>
            allOf([has(map), plainNumberSql(this.sql, `attrs_${map}[${name}]`, wanted, fixed)]),
          );
          return someOf([...typed, inArray]);
        }
        case "boolean": {
          if (wanted !== "=" && wanted !== "!=") return "0";
          const value = fixed.value === (wanted === "=") ? "1" : "0";
          return someOf([allOf([has("b"), `attrs_b[${name}] = ${value}`]), inArray]);
        }
        case "status":
        case "kind":
        case "state":
          return "0";
      }
    });
  }

  #hasSpanAttribute(key: string): string {
    this.#readsAttributes = true;
    const name = this.sql.text(key);
    const typed = ["i", "d", "b"].map((map) => `mapContains(attrs_${map}, ${name})`);
    const text = `(mapContains(attrs_s, ${name}) AND attrs_s[${name}] != ${NIL_TEXT})`;
    return someOf([...typed, text]);
  }

  async #resourceAttribute(key: string, operator: Comparison, fixed: Fixed): Promise<string> {
    if (key === keys.serviceName) {
      return comparisonSql(operator, (wanted) => plainTextSql(this.sql, "service", wanted, fixed));
    }
    return this.#dimensionAttribute("resource", key, (sql) =>
      dimensionSql(sql, key, operator, fixed),
    );
  }

  /** A condition that only a resource or a scope with that attribute meets. */
  #dimensionAttribute(
    table: DimensionTable,
    key: string,
    fits: (sql: BoundSql) => string,
  ): Promise<string> {
    return this.#dimensions.condition(this.sql, table, fits, { key });
  }

  /** Undefined for what is not in the row of a span. */
  async #intrinsic(
    { id }: IntrinsicField,
    operator: Comparison,
    fixed: Fixed,
  ): Promise<string | undefined> {
    const text = (column: string): string => plainTextSql(this.sql, column, operator, fixed);
    switch (id) {
      case "span:name":
        return text("name");
      case "span:statusMessage":
        return text("status_msg");
      case "span:duration":
        return plainNumberSql(this.sql, "dur", operator, fixed);
      case "span:status":
      case "span:kind":
        return this.#code(id === "span:status" ? "status" : "kind", operator, fixed);
      case "span:state":
        return isTrue(comparisonOf(STORED_STATE, operator, fixed), () => undefined) ? "1" : "0";
      case "span:id":
        return text(SPAN_ID_TEXT);
      case "span:parentID":
        return text(PARENT_ID_TEXT);
      case "trace:id":
        return this.#traceId(operator, fixed);
      case "instrumentation:name":
      case "instrumentation:version":
        return this.#scopeText(id === "instrumentation:name" ? "name" : "version", operator, fixed);
      case "event:name":
      case "event:timeSinceStart":
      case "link:traceID":
      case "link:spanID":
        return this.#many(id, operator, fixed);
      default:
        return undefined;
    }
  }

  #code(column: "status" | "kind", operator: Comparison, fixed: Fixed): string {
    if (fixed.type !== column || (operator !== "=" && operator !== "!=")) return "0";
    return `${column} ${operator} ${this.sql.bind(fixed.value, "UInt8")}`;
  }

  /** Equality by the bytes of the column, for which there is an index. */
  #traceId(operator: Comparison, fixed: Fixed): string {
    if (fixed.type === "string" && operator === "=" && /^[0-9a-f]{32}$/u.test(fixed.value)) {
      this.#usesIndex = true;
      return `trace_id = toFixedString(unhex(${this.sql.text(fixed.value)}), 16)`;
    }
    return plainTextSql(this.sql, "lower(hex(trace_id))", operator, fixed);
  }

  #scopeText(column: "name" | "version", operator: Comparison, fixed: Fixed): Promise<string> {
    const fits = (sql: BoundSql): string => plainTextSql(sql, column, operator, fixed);
    // A span without a scope has one without a name.
    const comparison = comparisonOf({ type: "string", value: "" }, operator, fixed);
    const fitsNone = isTrue(comparison, () => undefined);
    return this.#dimensions.condition(this.sql, "scope", fits, { fitsNone });
  }

  #many(id: IntrinsicField["id"], operator: Comparison, fixed: Fixed): string {
    const { column, value, isText } = MANY[id] ?? { column: "", value: "", isText: true };
    return comparisonSql(operator, (wanted) => {
      const fits = isText
        ? plainTextSql(this.sql, value, wanted, fixed)
        : plainNumberSql(this.sql, value, wanted, fixed);
      return fits === "0" ? "0" : `arrayExists(x -> ${fits}, ${column})`;
    });
  }

  /** Whether a field is not nil. */
  async #exists(field: Field, open: "0" | "1"): Promise<SpanCondition> {
    if (field.ofParent) return { sql: open, isExact: false };
    if (field.node === "intrinsic") {
      if (field.id.startsWith("trace:root")) return { sql: open, isExact: false };
      const many = MANY[field.id];
      return exact(many === undefined ? "1" : `notEmpty(${many.column})`);
    }
    const { scope, key } = field;
    const shared = (table: DimensionTable): Promise<string> =>
      this.#dimensionAttribute(table, key, (sql) => dimensionExists(sql, key));
    switch (scope) {
      case "span":
        return exact(this.#hasSpanAttribute(key));
      case "resource":
        return exact(key === keys.serviceName ? "1" : await shared("resource"));
      case "any": {
        const inResource = key === keys.serviceName ? "1" : await shared("resource");
        return exact(someOf([this.#hasSpanAttribute(key), inResource]));
      }
      case "instrumentation":
        return exact(await shared("scope"));
      case "event":
      case "link": {
        const name = this.sql.text(key);
        const has = `mapContains(m, ${name}) AND m[${name}] NOT IN ${NOTHING_TEXTS}`;
        return exact(`arrayExists(m -> ${has}, ${scope}s.attrs)`);
      }
    }
  }
}

/** As the index `ix_array` has it, and asked of nothing else: no row is looked at for it. */
const HAS_ARRAY = `indexHint(${hasArrayIn("attrs_s")})`;

function hasArrayIn(map: string): string {
  return `arrayExists(x -> startsWith(x, ${ARRAY_START}), mapValues(${map})) = 1`;
}

const NOWHERE = { start: 0, end: 0 };
const TRUE: Fixed = { type: "boolean", value: true };
/** Of every span in the table: what has not ended is not there. */
const STORED_STATE: Fixed = { type: "state", value: 0 };
const FALSE: Fixed = { type: "boolean", value: false };

/** The id of a span as text. */
const SPAN_ID_TEXT = "lower(hex(span_id))";

/** The id of the parent as text, which a root has not. */
export const PARENT_ID_TEXT = "if(parent_id = toFixedString('', 8), '', lower(hex(parent_id)))";

interface Many {
  readonly column: string;
  /** Made from `x`. */
  readonly value: string;
  readonly isText: boolean;
}

const MANY: Partial<Record<IntrinsicField["id"], Many>> = {
  "event:name": { column: "events.name", value: "x", isText: true },
  "event:timeSinceStart": {
    column: "events.ts",
    value: "(toUnixTimestamp64Nano(x) - toUnixTimestamp64Nano(ts))",
    isText: false,
  },
  "link:traceID": { column: "links.trace_id", value: "lower(hex(x))", isText: true },
  "link:spanID": { column: "links.span_id", value: "lower(hex(x))", isText: true },
};

function exact(sql: string): SpanCondition {
  return { sql, isExact: true };
}

/** Two fixed values compared. */
function comparisonOf(left: Fixed, operator: Comparison, right: Fixed): BinaryExpression {
  return {
    node: "binary",
    operator,
    left: literal(left),
    right: literal(right),
    place: NOWHERE,
  };
}

function literal(value: Fixed): Extract<FieldExpression, { node: "literal" }> {
  return { node: "literal", literal: value, place: NOWHERE };
}

/** The operands of `a || b || c`: written flat, because ClickHouse nests 1,000 levels deep. */
function chain(expression: FieldExpression, operator: "&&" | "||"): FieldExpression[] {
  if (expression.node !== "binary" || expression.operator !== operator) return [expression];
  return [...chain(expression.left, operator), ...chain(expression.right, operator)];
}

function dimensionSql(sql: BoundSql, key: string, operator: Comparison, fixed: Fixed): string {
  const name = sql.text(key);
  return comparisonSql(operator, (wanted) =>
    allOf([`mapContains(attrs, ${name})`, taggedSql(sql, `attrs[${name}]`, wanted, fixed)]),
  );
}

function dimensionExists(sql: BoundSql, key: string): string {
  const name = sql.text(key);
  return `(mapContains(attrs, ${name}) AND attrs[${name}] != ${NIL_TEXT})`;
}
