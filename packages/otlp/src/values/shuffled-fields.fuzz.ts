/** Rearranges the fields of protobuf messages without changing what they mean. */
import { Buffer } from "node:buffer";
import { ProtobufReader } from "../protobuf/reader.ts";
import { tagField, WireType } from "../protobuf/tag.ts";

/** Which fields of a message are messages themselves. */
interface Schema {
  readonly [field: number]: Schema;
}

const ANY_VALUE: { [field: number]: Schema } = {};
const KEY_VALUE: Schema = { 2: ANY_VALUE };
ANY_VALUE[5] = { 1: ANY_VALUE };
ANY_VALUE[6] = { 1: KEY_VALUE };
const RESOURCE: Schema = { 1: KEY_VALUE, 3: {} };
const SCOPE: Schema = { 3: KEY_VALUE };
const SPAN: Schema = { 9: KEY_VALUE, 11: { 3: KEY_VALUE }, 13: { 4: KEY_VALUE }, 15: {} };
const LOG_RECORD: Schema = { 5: ANY_VALUE, 6: KEY_VALUE };

/** What the rows of a request are. */
export const ROW_SCHEMAS: { readonly span: Schema; readonly logRecord: Schema } = {
  span: SPAN,
  logRecord: LOG_RECORD,
};

/**
 * A request with the fields of each message in another order, chosen by `choices`. Fields of
 * one number keep their order, which means something.
 */
export function shuffledFields(
  body: Uint8Array,
  row: Schema,
  choices: Iterator<number>,
): Uint8Array {
  return shuffled(body, { 1: { 1: RESOURCE, 2: { 1: SCOPE, 2: row } } }, choices);
}

function shuffled(body: Uint8Array, schema: Schema, choices: Iterator<number>): Uint8Array {
  const queues = Map.groupBy(fieldsOf(body, schema, choices), ({ field }) => field);
  const parts: Uint8Array[] = [];
  while (queues.size > 0) {
    const fields = [...queues.keys()];
    const choice = Number(choices.next().value ?? 0);
    const field = fields[choice % fields.length] ?? 0;
    const queue = queues.get(field) ?? [];
    const next = queue.shift();
    if (next !== undefined) parts.push(next.bytes);
    if (queue.length === 0) queues.delete(field);
  }
  return Buffer.concat(parts);
}

interface Field {
  readonly field: number;
  readonly bytes: Uint8Array;
}

function fieldsOf(body: Uint8Array, schema: Schema, choices: Iterator<number>): Field[] {
  const reader = new ProtobufReader(body);
  const fields: Field[] = [];
  while (reader.position < body.length) {
    const start = reader.position;
    const tag = reader.tag(body.length);
    const field = tagField(tag);
    const inner = schema[field];
    if (inner !== undefined && (tag & 7) === WireType.bytes) {
      const payload = reader.take(reader.openMessage(body.length));
      const message = shuffled(payload, inner, choices);
      const bytes = Buffer.concat([varint(tag), varint(message.length), message]);
      fields.push({ field, bytes });
    } else {
      reader.skip(tag, body.length);
      fields.push({ field, bytes: body.subarray(start, reader.position) });
    }
  }
  return fields;
}

/** A varint of one byte more than it needs, which every decoder must accept. */
function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  do {
    bytes.push((rest & 0x7f) | 0x80);
    rest >>>= 7;
  } while (rest > 0);
  return Uint8Array.from([...bytes, 0]);
}
