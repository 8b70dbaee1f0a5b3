/*
 * KeyValue objects of OTLP/JSON straight into attribute columns. What JsonCursor does not take is
 * decoded the long way together with the rest of its request: so are values and keys that have to
 * be cut, and attributes beyond the number that an owner may have.
 */
import {
  type AttributeColumns,
  AttributeType,
  type LossLedger,
  type StringTable,
  toAnyValue,
  viewOf,
} from "@spoor/trace";
import { AttributeOwner } from "./attribute-owner.ts";
import { type BatchMemory, memoryOf } from "./batch-memory.ts";
import { decodeJsonAny } from "./decode-json-value.ts";
import { JsonCursor } from "./json-cursor.ts";
import { JsonFieldNames } from "./json-field-names.ts";
import { isObject } from "./json-fields.ts";
import type { RequestLimits } from "./request-limits.ts";
import { pushTextRow } from "./scan-attribute.ts";
import type { SignalBatch } from "./signal-batch.ts";
import { internText } from "./text.ts";

const KEY_VALUE = new JsonFieldNames(["key", "value", "keyStrindex"]);
const ANY_VALUE = new JsonFieldNames([
  "stringValue",
  "boolValue",
  "intValue",
  "doubleValue",
  "arrayValue",
  "kvlistValue",
  "bytesValue",
  "stringValueStrindex",
]);

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** One pass over one request body in JSON. */
export class JsonScan<Batch extends SignalBatch = SignalBatch, Owners = unknown> {
  /** Whose attributes are scanned, by the kind of owner. */
  readonly owners: Owners;
  readonly cursor: JsonCursor;
  readonly batch: Batch;
  readonly strings: StringTable;
  readonly memory: BatchMemory;
  readonly limits: RequestLimits;
  /** The last value: its type, and its two words or the bytes of its text, wherever they stand. */
  type: AttributeType = AttributeType.empty;
  low: number = 0;
  high: number = 0;
  view: DataView;

  constructor(
    body: Uint8Array,
    batch: Batch,
    limits: RequestLimits,
    startOwners: (owner: (rows: AttributeColumns) => AttributeOwner) => Owners,
  ) {
    this.cursor = new JsonCursor(body);
    this.batch = batch;
    this.strings = batch.strings;
    this.memory = memoryOf(batch);
    this.limits = limits;
    this.view = this.cursor.view;
    this.owners = startOwners((rows) => new AttributeOwner(rows, this.memory, limits));
  }

  /** Where what is not kept is counted. */
  get losses(): LossLedger {
    return this.limits.losses;
  }

  /** Reads a text and returns its id; `guess` is compared first. */
  textId(guess: number): number {
    const { cursor, strings } = this;
    cursor.text();
    const { view, start, length } = cursor;
    if (guess !== 0 && strings.matches(guess, view, start, length)) return guess;
    return internText(strings, view, start, length, this.losses);
  }
}

/** Appends the list of KeyValues that follows to the rows of `owner`. */
export function scanJsonAttributes(scan: JsonScan, owner: AttributeOwner): void {
  const { cursor } = scan;
  for (let more = cursor.openList(); more; more = cursor.nextElement()) {
    if (owner.isFull) cursor.fail();
    scanKeyValue(scan, owner);
    owner.template += 1;
  }
}

function scanKeyValue(scan: JsonScan, owner: AttributeOwner): void {
  const { cursor } = scan;
  const { rows, template } = owner;
  const { attributeKeyBytesMax, attributeValueBytesMax } = scan.limits.limits;
  const guess = template < owner.templateEnd ? (rows.keys[template] ?? 0) : 0;
  let key = 0;
  let seen = 0;
  scan.type = AttributeType.empty;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(KEY_VALUE, seen);
    seen |= cursor.fieldBit;
    if (field === 0) {
      key = scan.textId(guess);
      // The text of a value before it may have been in the same place.
      if (cursor.length > attributeKeyBytesMax || cursor.isEscaped) cursor.fail();
    } else if (field === 1) scanJsonAny(scan);
    else if (field === 2) cursor.fail();
  }
  if (key !== guess || guess === 0) owner.hasOtherKeys = true;
  if (hasBytes(scan.type) && scan.high > attributeValueBytesMax) cursor.fail();
  pushJsonValue(scan, rows, key, template);
}

function hasBytes(type: AttributeType): boolean {
  return (
    type === AttributeType.string || type === AttributeType.bytes || type === AttributeType.nested
  );
}

/** Finds the type and the place of the AnyValue that follows. */
export function scanJsonAny(scan: JsonScan): void {
  const { cursor } = scan;
  const start = cursor.position;
  let seen = 0;
  let valueCount = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(ANY_VALUE, seen);
    seen |= cursor.fieldBit;
    if (field < 0) continue;
    valueCount += 1;
    switch (field) {
      case 0:
        cursor.text();
        setText(scan, AttributeType.string, cursor);
        break;
      case 1:
        setWords(scan, AttributeType.bool, cursor.bool() ? 1 : 0, 0);
        break;
      case 2:
        cursor.int64();
        setWords(scan, AttributeType.int, cursor.low, cursor.high);
        break;
      case 3:
        words.setFloat64(0, cursor.double(), true);
        setWords(scan, AttributeType.double, words.getInt32(0, true), words.getInt32(4, true));
        break;
      case 4:
      case 5:
      case 6:
        cursor.skipValue(0);
        scan.type = AttributeType.nested;
        break;
      default:
        cursor.fail();
    }
  }
  // Which of two values counts is not for the short way to say.
  if (valueCount > 1) cursor.fail();
  if (scan.type === AttributeType.nested) scanLongValue(scan, start);
}

/** A list, a map or bytes, of which an object is made: they are rare, and hold anything. */
function scanLongValue(scan: JsonScan, start: number): void {
  const { cursor, limits } = scan;
  cursor.position = start;
  const object = cursor.parsedValue();
  if (!isObject(object)) return cursor.fail();
  const node = { object, path: undefined };
  const value = decodeJsonAny(node, { depth: 0, limits });
  if (value === null) {
    setWords(scan, AttributeType.empty, 0, 0);
    return;
  }
  const isBytes = value instanceof Uint8Array;
  const bytes = isBytes ? value : encoder.encode(JSON.stringify(toAnyValue(value)));
  scan.type = isBytes ? AttributeType.bytes : AttributeType.nested;
  scan.view = viewOf(bytes);
  scan.low = 0;
  scan.high = bytes.length;
}

function setWords(scan: JsonScan, type: AttributeType, low: number, high: number): void {
  scan.type = type;
  scan.low = low;
  scan.high = high;
}

function setText(scan: JsonScan, type: AttributeType, { view, start, length }: JsonCursor): void {
  scan.type = type;
  scan.view = view;
  scan.low = start;
  scan.high = length;
}

/** Appends the last value to `rows`. */
export function pushJsonValue(
  scan: JsonScan,
  rows: AttributeColumns,
  key: number,
  template: number,
): void {
  const { type, view, low, high } = scan;
  if (type === AttributeType.string) pushTextRow(scan, rows, key, template, view, low, high);
  else if (hasBytes(type)) rows.push(key, type, scan.batch.heap.append(view, low, high), high);
  else rows.push(key, type, low, high);
}
