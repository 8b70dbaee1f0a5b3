import type { AttributeValue, EntityRef, InstrumentationScope, LossLedger } from "@spoor/trace";
import type { Attributes, Resource } from "@spoor/trace";
import { ATTRIBUTE_DEPTH_MAX } from "../protobuf/limits.ts";
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

/** What decoding a value needs to know. `depth` is the number of lists around it. */
export interface ValueContext {
  readonly depth: number;
  readonly losses: LossLedger;
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
function decodeJsonAny(node: JsonNode, context: ValueContext): AttributeValue {
  const field = onlyField(node);
  switch (field) {
    case undefined:
      return null;
    case "stringValue":
      return wellFormed(textField(node, field), context.losses);
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
      context.losses.count("attribute_string_reference");
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
    context.losses.count("attribute_depth");
    return null;
  }
  const list = nodeField(node, field);
  if (list === undefined) return null;
  const values = nodesField(list, "values");
  if (field === "arrayValue") return values.map((value) => decodeJsonAny(value, context));
  return attributesOf(values, context);
}

/** A list of KeyValues as a map; the first of a repeated key counts. */
function attributesOf(keyValues: readonly JsonNode[], context: ValueContext): Attributes {
  const attributes = new Map<string, AttributeValue>();
  for (const keyValue of keyValues) {
    const key = decodeJsonKey(keyValue, context.losses);
    const value = decodeJsonValue(keyValue, "value", context);
    if (!attributes.has(key)) attributes.set(key, value);
  }
  return attributes;
}

/** The `key` of a KeyValue. */
export function decodeJsonKey(keyValue: JsonNode, losses: LossLedger): string {
  if (fieldOf(keyValue, "keyStrindex") !== undefined) losses.count("attribute_string_reference");
  return wellFormed(textField(keyValue, "key"), losses);
}

/** The `resource` of ResourceSpans with the schema URL beside it. */
export function decodeJsonResource(envelope: JsonNode, losses: LossLedger): Resource {
  const node = nodeField(envelope, "resource") ?? { object: {}, path: undefined };
  const text = (owner: JsonNode, name: string): string =>
    wellFormed(textField(owner, name), losses);
  return {
    attributes: attributesOf(nodesField(node, "attributes"), { depth: 0, losses }),
    droppedAttributesCount: uint32Field(node, "droppedAttributesCount"),
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
export function decodeJsonScope(envelope: JsonNode, losses: LossLedger): InstrumentationScope {
  const node = nodeField(envelope, "scope") ?? { object: {}, path: undefined };
  return {
    name: wellFormed(textField(node, "name"), losses),
    version: wellFormed(textField(node, "version"), losses),
    attributes: attributesOf(nodesField(node, "attributes"), { depth: 0, losses }),
    droppedAttributesCount: uint32Field(node, "droppedAttributesCount"),
    schemaUrl: wellFormed(textField(envelope, "schemaUrl"), losses),
  };
}

function wellFormed(text: string, losses: LossLedger): string {
  if (text.isWellFormed()) return text;
  losses.count("text_not_utf8");
  return text.toWellFormed();
}
