/*
 * AnyValue and KeyValue messages as values. Used for resources and scopes, which are decoded once,
 * and for arrays and maps inside span attributes, which are rare; plain span attributes go straight
 * into columns (scan-attribute.ts).
 *
 * Where a field of a oneof is repeated the last one counts. Protobuf would merge two arrays; no
 * encoder writes two.
 */
import { type AttributeValue, cutValue, type LossLedger } from "@spoor/trace";
import { ATTRIBUTE_DEPTH_MAX } from "../protobuf/limits.ts";
import type { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { AnyValueField, KeyValueField, ListField } from "./field-numbers.ts";
import type { Cuts, RequestLimits } from "./request-limits.ts";
import { isText } from "./text.ts";

const STRING_VALUE = bytesTag(AnyValueField.stringValue);
const BOOL_VALUE = varintTag(AnyValueField.boolValue);
const INT_VALUE = varintTag(AnyValueField.intValue);
const DOUBLE_VALUE = fixed64Tag(AnyValueField.doubleValue);
const ARRAY_VALUE = bytesTag(AnyValueField.arrayValue);
const KVLIST_VALUE = bytesTag(AnyValueField.kvlistValue);
const BYTES_VALUE = bytesTag(AnyValueField.bytesValue);
const STRING_STRINDEX = varintTag(AnyValueField.stringValueStrindex);
const KEY = bytesTag(KeyValueField.key);
const VALUE = bytesTag(KeyValueField.value);
const KEY_STRINDEX = varintTag(KeyValueField.keyStrindex);
const VALUES = bytesTag(ListField.values);

/** The message from the reader's position to `end`. `depth` is the number of lists around it. */
export function decodeAnyValue(
  reader: ProtobufReader,
  end: number,
  { depth, limits }: { readonly depth: number; readonly limits: RequestLimits },
): AttributeValue {
  const { losses } = limits;
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case STRING_VALUE:
        value = decodeText(reader, reader.openMessage(end), losses);
        break;
      case BOOL_VALUE:
        value = reader.bool(end);
        break;
      case INT_VALUE:
        value = reader.int64(end);
        break;
      case DOUBLE_VALUE:
        value = reader.view.getFloat64(reader.fixed(8, end), true);
        break;
      case BYTES_VALUE:
        value = reader.take(reader.openMessage(end)).slice();
        break;
      case ARRAY_VALUE:
      case KVLIST_VALUE: {
        const stop = reader.openMessage(end);
        value = decodeList(reader, stop, { isMap: tag === KVLIST_VALUE, depth: depth + 1, limits });
        break;
      }
      case STRING_STRINDEX:
        losses.count("attribute_string_reference");
        value = null;
        reader.varint(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  return value;
}

interface ListContext {
  readonly isMap: boolean;
  readonly depth: number;
  readonly limits: RequestLimits;
}

function decodeList(reader: ProtobufReader, end: number, context: ListContext): AttributeValue {
  if (context.depth > ATTRIBUTE_DEPTH_MAX) {
    context.limits.losses.count("attribute_depth");
    reader.position = end;
    return null;
  }
  const map = new Map<string, AttributeValue>();
  const array: AttributeValue[] = [];
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag !== VALUES) {
      reader.skip(tag, end);
      continue;
    }
    const stop = reader.openMessage(end);
    context.limits.spend();
    if (context.isMap) {
      const { key, value } = decodeKeyValue(reader, stop, context);
      if (map.has(key)) context.limits.losses.count("attribute_repeated");
      else map.set(key, value);
    } else array.push(decodeAnyValue(reader, stop, context));
  }
  return context.isMap ? map : array;
}

interface ReadKeyValue {
  readonly key: string;
  readonly value: AttributeValue;
}

/** The KeyValue from the reader's position to `end`. */
function decodeKeyValue(
  reader: ProtobufReader,
  end: number,
  context: { readonly depth: number; readonly limits: RequestLimits },
): ReadKeyValue {
  const { losses } = context.limits;
  let key = "";
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === KEY) key = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === VALUE) value = decodeAnyValue(reader, reader.openMessage(end), context);
    else {
      if (tag === KEY_STRINDEX) losses.count("attribute_string_reference");
      reader.skip(tag, end);
    }
  }
  return { key, value };
}

/**
 * Adds the KeyValue from the reader's position to `end` to the attributes of a resource or scope,
 * within its limits; the first of a repeated key counts. Returns 1 when it was left out, else 0.
 */
export function decodeAttribute(
  reader: ProtobufReader,
  end: number,
  context: {
    readonly into: Map<string, AttributeValue>;
    readonly limits: RequestLimits;
    readonly cuts: Cuts;
  },
): number {
  const { into, limits } = context;
  limits.spend();
  return putAttribute(into, decodeKeyValue(reader, end, { depth: 0, limits }), context);
}

/** The same for a KeyValue that was read already. */
export function putAttribute(
  into: Map<string, AttributeValue>,
  given: ReadKeyValue,
  { limits, cuts }: { readonly limits: RequestLimits; readonly cuts: Cuts },
): number {
  const { attributeCountMax, attributeKeyBytesMax, attributeValueBytesMax } = limits.limits;
  const cutKey = cutValue(given.key, attributeKeyBytesMax);
  const key = typeof cutKey?.value === "string" ? cutKey.value : given.key;
  if (into.has(key)) {
    limits.losses.count("attribute_repeated");
    return 1;
  }
  if (into.size >= attributeCountMax) {
    limits.losses.count("attribute_count");
    return 1;
  }
  if (cutKey !== undefined) limits.cutKey(key, cutKey.originalBytes, cuts);
  const cut = cutValue(given.value, attributeValueBytesMax);
  if (cut !== undefined) limits.cutValue(key, cut.originalBytes, cuts);
  into.set(key, cut === undefined ? given.value : cut.value);
  return 0;
}

/** Text from the reader's position to `end`; bytes that are not UTF-8 are replaced and counted. */
export function decodeText(reader: ProtobufReader, end: number, losses: LossLedger): string {
  const start = reader.position;
  if (!isText(reader.view, start, end - start)) losses.count("text_not_utf8");
  return reader.text(end);
}
