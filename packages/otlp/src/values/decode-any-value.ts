/*
 * AnyValue and KeyValue messages as values. Used for resources and scopes, which are decoded once,
 * and for arrays and maps inside span attributes, which are rare; plain span attributes go straight
 * into columns (scan-attribute.ts).
 *
 * Where a field of a oneof is repeated the last one counts. Protobuf would merge two arrays; no
 * encoder writes two.
 */
import type { AttributeValue, LossLedger } from "@spoor/trace";
import { ATTRIBUTE_DEPTH_MAX } from "../protobuf/limits.ts";
import type { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { AnyValueField, KeyValueField, ListField } from "./field-numbers.ts";
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
  { depth, losses }: { readonly depth: number; readonly losses: LossLedger },
): AttributeValue {
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
        value = decodeList(reader, stop, { isMap: tag === KVLIST_VALUE, depth: depth + 1, losses });
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
  readonly losses: LossLedger;
}

function decodeList(reader: ProtobufReader, end: number, context: ListContext): AttributeValue {
  if (context.depth > ATTRIBUTE_DEPTH_MAX) {
    context.losses.count("attribute_depth");
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
    if (context.isMap) decodeKeyValue(reader, stop, { into: map, ...context });
    else array.push(decodeAnyValue(reader, stop, context));
  }
  return context.isMap ? map : array;
}

/** Adds the KeyValue from the reader's position to `end` to `into`; the first of a key counts. */
export function decodeKeyValue(
  reader: ProtobufReader,
  end: number,
  {
    into,
    depth,
    losses,
  }: {
    readonly into: Map<string, AttributeValue>;
    readonly depth: number;
    readonly losses: LossLedger;
  },
): void {
  let key = "";
  let value: AttributeValue = null;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === KEY) key = decodeText(reader, reader.openMessage(end), losses);
    else if (tag === VALUE)
      value = decodeAnyValue(reader, reader.openMessage(end), { depth, losses });
    else {
      if (tag === KEY_STRINDEX) losses.count("attribute_string_reference");
      reader.skip(tag, end);
    }
  }
  if (!into.has(key)) into.set(key, value);
}

/** Text from the reader's position to `end`; bytes that are not UTF-8 are replaced and counted. */
export function decodeText(reader: ProtobufReader, end: number, losses: LossLedger): string {
  const start = reader.position;
  if (!isText(reader.bytes, start, end - start)) losses.count("text_not_utf8");
  return reader.text(end);
}
