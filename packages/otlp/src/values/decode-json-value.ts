import {
  type Attributes,
  type AttributeValue,
  type EntityRef,
  type InstrumentationScope,
  type LossLedger,
  type Resource,
  withCutMarks,
} from "@spoor/trace";
import { ATTRIBUTE_DEPTH_MAX } from "../protobuf/limits.ts";
import { putAttribute } from "./decode-any-value.ts";
import { AnyValueField } from "./field-numbers.ts";
import {
  boolField,
  bytesField,
  doubleField,
  fail,
  fieldOf,
  int64Field,
  type JsonNode,
  nodeField,
  nodesField,
  snakeCase,
  textField,
  textsField,
  uint32Field,
} from "./json-fields.ts";
import { Cuts, type RequestLimits } from "./request-limits.ts";

/** What decoding a value needs to know. `depth` is the number of lists around it. */
export interface ValueContext {
  readonly depth: number;
  readonly limits: RequestLimits;
}

/** The fields of AnyValue by either spelling. */
const VALUE_FIELDS: ReadonlyMap<string, string> = new Map(
  Object.keys(AnyValueField).flatMap((field) => [
    [field, field],
    [snakeCase(field), field],
  ]),
);

/** The AnyValue in a field of `owner`; null when absent or when the sender set none. */
export function decodeJsonValue(
  owner: JsonNode,
  field: "value" | "body",
  context: ValueContext,
): AttributeValue {
  const node = nodeField(owner, field);
  return node === undefined ? null : decodeJsonAny(node, context);
}

/** An AnyValue in OTLP/JSON. */
export function decodeJsonAny(node: JsonNode, context: ValueContext): AttributeValue {
  const field = onlyField(node);
  switch (field) {
    case undefined:
      return null;
    case "stringValue":
      return wellFormed(textField(node, field), context.limits.losses);
    case "boolValue":
      return boolField(node, field) ?? null;
    case "intValue":
      return int64Field(node, field) ?? null;
    case "doubleValue":
      return doubleField(node, field) ?? null;
    case "bytesValue":
      return bytesField(node, field) ?? null;
    case "arrayValue":
    case "kvlistValue":
      return decodeJsonList(node, field, { ...context, depth: context.depth + 1 });
    default:
      context.limits.losses.count("attribute_string_reference");
      return null;
  }
}

function onlyField(node: JsonNode): string | undefined {
  let found: string | undefined;
  for (const name of Object.keys(node.object)) {
    const field = VALUE_FIELDS.get(name);
    if (field === undefined || node.object[name] === null) continue;
    if (found !== undefined) fail(node, field, `absent, because ${found} is set`);
    found = field;
  }
  return found;
}

function decodeJsonList(
  node: JsonNode,
  field: "arrayValue" | "kvlistValue",
  context: ValueContext,
): AttributeValue {
  if (context.depth > ATTRIBUTE_DEPTH_MAX) {
    context.limits.losses.count("attribute_depth");
    return null;
  }
  const list = nodeField(node, field);
  if (list === undefined) return null;
  const values = nodesField(list, "values");
  if (field === "kvlistValue") return mapOf(values, context);
  return values.map((value) => {
    context.limits.spend();
    return decodeJsonAny(value, context);
  });
}

/** A list of KeyValues as a map; the first of a repeated key counts. */
function mapOf(keyValues: readonly JsonNode[], context: ValueContext): Attributes {
  const map = new Map<string, AttributeValue>();
  for (const keyValue of keyValues) {
    context.limits.spend();
    const key = decodeJsonKey(keyValue, context.limits.losses);
    const value = decodeJsonValue(keyValue, "value", context);
    if (map.has(key)) context.limits.losses.count("attribute_repeated");
    else map.set(key, value);
  }
  return map;
}

/** The attributes of a resource or scope within their limits, and how many were left out. */
function attributesOf(
  keyValues: readonly JsonNode[],
  limits: RequestLimits,
): { readonly attributes: Attributes; readonly leftOutCount: number } {
  const attributes = new Map<string, AttributeValue>();
  const cuts = new Cuts();
  let leftOutCount = 0;
  for (const keyValue of keyValues) {
    limits.spend();
    const key = decodeJsonKey(keyValue, limits.losses);
    const value = decodeJsonValue(keyValue, "value", { depth: 0, limits });
    leftOutCount += putAttribute(attributes, { key, value }, { limits, cuts });
  }
  return { attributes: withCutMarks(attributes, cuts), leftOutCount };
}

/** The `key` of a KeyValue. */
export function decodeJsonKey(keyValue: JsonNode, losses: LossLedger): string {
  if (fieldOf(keyValue, "keyStrindex") !== undefined) losses.count("attribute_string_reference");
  return wellFormed(textField(keyValue, "key"), losses);
}

/** The `resource` of ResourceSpans with the schema URL beside it. */
export function decodeJsonResource(envelope: JsonNode, limits: RequestLimits): Resource {
  const { losses } = limits;
  const node = nodeField(envelope, "resource") ?? { object: {}, path: undefined };
  const { attributes, leftOutCount } = attributesOf(nodesField(node, "attributes"), limits);
  const text = (owner: JsonNode, name: string): string =>
    wellFormed(textField(owner, name), losses);
  return {
    attributes,
    droppedAttributesCount: droppedCount(node, leftOutCount),
    schemaUrl: text(envelope, "schemaUrl"),
    entityRefs: nodesField(node, "entityRefs").map((ref): EntityRef => ({
      schemaUrl: text(ref, "schemaUrl"),
      type: text(ref, "type"),
      idKeys: textsField(ref, "idKeys").map((key) => wellFormed(key, losses)),
      descriptionKeys: textsField(ref, "descriptionKeys").map((key) => wellFormed(key, losses)),
    })),
  };
}

/** The `scope` of ScopeSpans with the schema URL beside it. */
export function decodeJsonScope(envelope: JsonNode, limits: RequestLimits): InstrumentationScope {
  const { losses } = limits;
  const node = nodeField(envelope, "scope") ?? { object: {}, path: undefined };
  const { attributes, leftOutCount } = attributesOf(nodesField(node, "attributes"), limits);
  return {
    name: wellFormed(textField(node, "name"), losses),
    version: wellFormed(textField(node, "version"), losses),
    attributes,
    droppedAttributesCount: droppedCount(node, leftOutCount),
    schemaUrl: wellFormed(textField(envelope, "schemaUrl"), losses),
  };
}

/** What the sender left out and what was left out here; such a count ends at 2^32-1. */
export function droppedCount(node: JsonNode, leftOutCount: number): number {
  return Math.min(uint32Field(node, "droppedAttributesCount") + leftOutCount, 0xffff_ffff);
}

function wellFormed(text: string, losses: LossLedger): string {
  if (text.isWellFormed()) return text;
  losses.count("text_not_utf8");
  return text.toWellFormed();
}
