/* Fields as columns of a statement, and back as values. */
import { keys, type Resource, type InstrumentationScope } from "@spoor/trace";
import {
  type AttributeField,
  type Field,
  type IntrinsicId,
  type SingleValue,
  stateValue,
  type Value,
  valueOfAttribute,
} from "@spoor/traceql";

import { fromTaggedText } from "../schema/tagged-text.ts";
import type { BoundSql } from "./bound-sql.ts";
import { PARENT_ID_TEXT } from "./condition.ts";

/** The columns that every span row has, in this order. */
export const BASE_COLUMNS: string = `
  lower(hex(trace_id)), lower(hex(span_id)), ${PARENT_ID_TEXT},
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)), dur, toString(resource_id), toString(scope_id),
  name, service`;

/** What those columns hold. 64-bit numbers are decimal text. */
export type BaseRow = [
  traceId: string,
  spanId: string,
  parentSpanId: string,
  start: string,
  duration: string,
  resourceId: string,
  scopeId: string,
  name: string,
  service: string,
];

/** The resource and the scope of a row, which are looked up by their ids. */
export interface Dimensions {
  readonly resource: Resource;
  readonly scope: InstrumentationScope;
}

/**
 * The column from which a field is read; undefined for what is known without one: from the columns
 * that every row has, from the resource or the scope, from the trace or its tree.
 */
export function fieldColumn(sql: BoundSql, field: Field): string | undefined {
  if (field.node === "intrinsic") return INTRINSIC_COLUMNS[field.id];
  const { scope, key } = field;
  if (scope === "span" || scope === "any") return spanAttributeText(sql, key);
  if (scope !== "event" && scope !== "link") return undefined;
  const name = sql.text(key);
  const texts = `arrayFilter(m -> mapContains(m, ${name}), ${scope}s.attrs)`;
  return `arrayMap(m -> m[${name}], ${texts})`;
}

/** A span's attribute as tagged text, NULL without one. */
export function spanAttributeText(sql: BoundSql, key: string): string {
  const name = sql.text(key);
  const double = `attrs_d[${name}]`;
  const doubleText =
    `multiIf(isFinite(${double}), toString(${double}), isNaN(${double}), 'NaN', ` +
    `${double} > 0, 'Infinity', '-Infinity')`;
  return (
    `multiIf(mapContains(attrs_s, ${name}), attrs_s[${name}], ` +
    `mapContains(attrs_i, ${name}), concat('\\x01i', toString(attrs_i[${name}])), ` +
    `mapContains(attrs_d, ${name}), concat('\\x01d', ${doubleText}), ` +
    `mapContains(attrs_b, ${name}), if(attrs_b[${name}], '\\x01btrue', '\\x01bfalse'), NULL)`
  );
}

const INTRINSIC_COLUMNS: Partial<Record<IntrinsicId, string>> = {
  "span:status": "status",
  "span:kind": "kind",
  "span:statusMessage": "status_msg",
  "event:name": "events.name",
  "event:timeSinceStart":
    "arrayMap(x -> toUnixTimestamp64Nano(x) - toUnixTimestamp64Nano(ts), events.ts)",
  "link:traceID": "arrayMap(x -> lower(hex(x)), links.trace_id)",
  "link:spanID": "arrayMap(x -> lower(hex(x)), links.span_id)",
};

/** The value of a field, given what its column holds in a row. */
export function fieldValue(
  field: Field,
  column: unknown,
  base: BaseRow,
  dimensions: () => Dimensions,
): Value {
  if (field.node === "intrinsic") return intrinsicValue(field.id, column, base, dimensions);
  return attributeValue(field, column, base, dimensions);
}

function attributeValue(
  { scope, key }: AttributeField,
  column: unknown,
  base: BaseRow,
  dimensions: () => Dimensions,
): Value {
  const own = (): Value =>
    typeof column === "string" ? valueOfAttribute(fromTaggedText(column)) : undefined;
  const shared = (): Value =>
    key === keys.serviceName
      ? base[8]
      : valueOfAttribute(dimensions().resource.attributes.get(key));
  switch (scope) {
    case "span":
      return own();
    case "resource":
      return shared();
    case "any":
      return own() ?? shared();
    case "instrumentation":
      return valueOfAttribute(dimensions().scope.attributes.get(key));
    case "event":
    case "link":
      return some(
        textsOf(column).flatMap((text) => {
          const value = valueOfAttribute(fromTaggedText(text));
          return value === undefined ? [] : value;
        }),
      );
  }
}

function intrinsicValue(
  id: IntrinsicId,
  column: unknown,
  base: BaseRow,
  dimensions: () => Dimensions,
): Value {
  switch (id) {
    case "span:name":
      return base[7];
    case "span:duration":
      return BigInt(base[4]);
    case "span:id":
      return base[1];
    case "span:parentID":
      return base[2];
    case "span:status":
      return { type: "status", code: Number(column) };
    case "span:kind":
      return { type: "kind", code: Number(column) };
    case "span:state":
      return stateValue("ended");
    case "span:statusMessage":
      return String(column);
    case "event:name":
    case "link:traceID":
    case "link:spanID":
      return some(textsOf(column));
    case "event:timeSinceStart":
      return some(textsOf(column).map(BigInt));
    case "instrumentation:name":
      return dimensions().scope.name;
    case "instrumentation:version":
      return dimensions().scope.version;
    default:
      return undefined;
  }
}

function textsOf(column: unknown): string[] {
  // Written as an array of texts by the statement above; 64-bit numbers come as text too.
  return Array.isArray(column) ? column.map(String) : [];
}

function some(values: readonly SingleValue[]): Value {
  return values.length === 0 ? undefined : values;
}
