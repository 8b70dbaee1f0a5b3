/*
 * KeyValue messages straight into attribute columns; the hottest code of the ingest path.
 *
 * Reading is done in two steps, because key and value may come in either order: first the position
 * and type of both are found, then the row is written. `template` is the row of an earlier owner
 * of the same name at the same place: its key and its text are compared before anything is hashed.
 */
import {
  type AttributeColumns,
  AttributeType,
  type LossLedger,
  type StringTable,
  toAnyValue,
  utf8CutLength,
} from "@spoor/trace";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { type BatchMemory, memoryOf } from "./batch-memory.ts";
import { decodeAnyValue } from "./decode-any-value.ts";
import { AnyValueField, KeyValueField } from "./field-numbers.ts";
import { appendCutMarks } from "./cut-marks.ts";
import { Cuts, type RequestLimits } from "./request-limits.ts";
import type { SignalBatch } from "./signal-batch.ts";
import { internText } from "./text.ts";

const KEY = bytesTag(KeyValueField.key);
const VALUE = bytesTag(KeyValueField.value);
const KEY_STRINDEX = varintTag(KeyValueField.keyStrindex);
const STRING_VALUE = bytesTag(AnyValueField.stringValue);
const BOOL_VALUE = varintTag(AnyValueField.boolValue);
const INT_VALUE = varintTag(AnyValueField.intValue);
const DOUBLE_VALUE = fixed64Tag(AnyValueField.doubleValue);
const ARRAY_VALUE = bytesTag(AnyValueField.arrayValue);
const KVLIST_VALUE = bytesTag(AnyValueField.kvlistValue);
const BYTES_VALUE = bytesTag(AnyValueField.bytesValue);
const STRING_STRINDEX = varintTag(AnyValueField.stringValueStrindex);

const encoder = new TextEncoder();

/** One pass over one request body. */
export class BodyScan<Batch extends SignalBatch = SignalBatch> {
  readonly reader: ProtobufReader;
  readonly batch: Batch;
  readonly strings: StringTable;
  readonly memory: BatchMemory;
  readonly limits: RequestLimits;
  /** The name of the last span, which is often that of the next. */
  lastName: number = 0;
  /** The type of the last value; see {@link low}. */
  type: AttributeType = AttributeType.empty;
  /**
   * With `high` the last value: its two words if it is a bool, an int or a double, else the start
   * and the end of its bytes in the body; of the whole AnyValue message if it is nested.
   */
  low: number = 0;
  high: number = 0;

  constructor(body: Uint8Array, batch: Batch, limits: RequestLimits) {
    this.reader = new ProtobufReader(body);
    this.batch = batch;
    this.strings = batch.strings;
    this.memory = memoryOf(batch);
    this.limits = limits;
  }

  /** Where what is not kept is counted. */
  get losses(): LossLedger {
    return this.limits.losses;
  }

  /** Whether the last value is a list or a map. */
  get isNested(): boolean {
    return this.type === AttributeType.nested;
  }

  /** Whether the last value is text or bytes that take more than this. */
  isLong(bytesMax: number): boolean {
    const { type } = this;
    const hasBytes = type === AttributeType.string || type === AttributeType.bytes;
    return hasBytes && this.high - this.low > bytesMax;
  }

  /** The id of the text from the reader's position to `end`; `guess` is compared first. */
  text(end: number, guess: number): number {
    const { reader, strings } = this;
    const start = reader.position;
    const length = end - start;
    reader.position = end;
    if (length === 0) return 0;
    if (guess !== 0 && strings.matches(guess, reader.view, start, length)) return guess;
    return internText(strings, reader.bytes, start, length, this.losses);
  }
}

/** Appends the KeyValue from the reader's position to `end` to `rows`, cut where it is too long. */
export function scanAttribute(
  scan: BodyScan,
  rows: AttributeColumns,
  template: number,
  end: number,
): void {
  const { reader } = scan;
  const { attributeKeyBytesMax, attributeValueBytesMax } = scan.limits.limits;
  let key = 0;
  scan.type = AttributeType.empty;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === KEY) {
      const stop = reader.openMessage(end);
      const isLong = stop - reader.position > attributeKeyBytesMax;
      key = isLong ? scanLongKey(scan, stop) : scan.text(stop, rows.keys[template] ?? 0);
    } else if (tag === VALUE) scanAnyValue(scan, reader.openMessage(end));
    else {
      if (tag === KEY_STRINDEX) scan.losses.count("attribute_string_reference");
      reader.skip(tag, end);
    }
  }
  if (scan.isLong(attributeValueBytesMax)) cutLongValue(scan, key);
  if (scan.isNested) pushNested(scan, rows, key, attributeValueBytesMax);
  else pushValue(scan, rows, key, template);
}

function scanLongKey(scan: BodyScan, end: number): number {
  const { reader, limits } = scan;
  const start = reader.position;
  const length = utf8CutLength(reader.bytes, start, limits.limits.attributeKeyBytesMax);
  const key = scan.text(start + length, 0);
  reader.position = end;
  limits.cuts ??= new Cuts();
  limits.cutKey(scan.strings.text(key), end - start, limits.cuts);
  return key;
}

/** Makes the value that was found as long as it may be. */
function cutLongValue(scan: BodyScan, key: number): void {
  const { limits, low, high, reader } = scan;
  const { attributeValueBytesMax } = limits.limits;
  limits.cuts ??= new Cuts();
  limits.cutValue(scan.strings.text(key), high - low, limits.cuts);
  const isText = scan.type === AttributeType.string;
  const length = isText
    ? utf8CutLength(reader.bytes, low, attributeValueBytesMax)
    : attributeValueBytesMax;
  scan.high = low + length;
}

/** Moves over an attribute of an owner that has as many as it may. Returns 1, to be added up. */
export function leaveOut({ reader, losses }: BodyScan, end: number): number {
  reader.position = reader.openMessage(end);
  losses.count("attribute_count");
  return 1;
}

/** Adds to what the sender left out itself; the column ends at 2^32-1. */
export function addTo(counts: Uint32Array, row: number, count: number): void {
  counts[row] = Math.min((counts[row] ?? 0) + count, 0xffff_ffff);
}

/** Appends what says that attributes of the present owner were cut. */
export function scanCutMarks({ limits, batch }: BodyScan, rows: AttributeColumns): void {
  if (limits.cuts !== undefined) appendCutMarks(batch, rows, limits.cuts);
}

/** Finds the type and the place of an AnyValue; a second one in the same KeyValue overwrites. */
export function scanAnyValue(scan: BodyScan, end: number): void {
  const { reader } = scan;
  const start = reader.position;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case STRING_VALUE:
        takeBytes(scan, AttributeType.string, end);
        break;
      case INT_VALUE:
        reader.varint(end);
        setValue(scan, AttributeType.int, reader.low, reader.high);
        break;
      case BOOL_VALUE:
        setValue(scan, AttributeType.bool, reader.bool(end) ? 1 : 0, 0);
        break;
      case DOUBLE_VALUE: {
        const at = reader.fixed(8, end);
        const { view } = reader;
        setValue(scan, AttributeType.double, view.getInt32(at, true), view.getInt32(at + 4, true));
        break;
      }
      case BYTES_VALUE:
        takeBytes(scan, AttributeType.bytes, end);
        break;
      case ARRAY_VALUE:
      case KVLIST_VALUE:
        reader.skip(tag, end);
        setValue(scan, AttributeType.nested, start, end);
        break;
      case STRING_STRINDEX:
        // Counted again if the message turns out to be nested; no sender sets both.
        scan.losses.count("attribute_string_reference");
        reader.varint(end);
        setValue(scan, AttributeType.empty, 0, 0);
        break;
      default:
        reader.skip(tag, end);
    }
  }
}

function takeBytes(scan: BodyScan, type: AttributeType, end: number): void {
  const { reader } = scan;
  const stop = reader.openMessage(end);
  setValue(scan, type, reader.position, stop);
  reader.position = stop;
}

/** Sets the last value. */
export function setValue(scan: BodyScan, type: AttributeType, low: number, high: number): void {
  scan.type = type;
  scan.low = low;
  scan.high = high;
}

/** Appends the last value to `rows`, as long as it is. */
export function pushValue(
  scan: BodyScan,
  rows: AttributeColumns,
  key: number,
  template: number,
): void {
  const { batch, low, high } = scan;
  const { bytes } = scan.reader;
  switch (scan.type) {
    case AttributeType.string: {
      const guess = rows.types[template] === AttributeType.string ? (rows.low[template] ?? 0) : 0;
      const length = high - low;
      if (guess !== 0 && scan.strings.matches(guess, scan.reader.view, low, length)) {
        rows.push(key, AttributeType.string, guess, 0);
      } else {
        scan.memory.pushText(rows, key, bytes, low, length, scan.losses);
      }
      return;
    }
    case AttributeType.bytes:
      rows.push(key, scan.type, batch.heap.append(bytes, low, high - low), high - low);
      return;
    case AttributeType.nested:
      pushNested(scan, rows, key, Number.POSITIVE_INFINITY);
      return;
    default:
      rows.push(key, scan.type, low, high);
  }
}

/** A list or a map; one that is too long becomes the beginning of its text, and is text then. */
function pushNested(scan: BodyScan, rows: AttributeColumns, key: number, bytesMax: number): void {
  const { limits, batch } = scan;
  const text = nestedText(scan);
  if (text.length <= bytesMax) {
    rows.push(key, AttributeType.nested, batch.heap.append(text, 0, text.length), text.length);
    return;
  }
  limits.cuts ??= new Cuts();
  limits.cutValue(scan.strings.text(key), text.length, limits.cuts);
  const length = utf8CutLength(text, 0, bytesMax);
  rows.push(key, AttributeType.stringInline, batch.heap.append(text, 0, length), length);
}

/** The AnyValue between `low` and `high` as OTLP/JSON text. */
function nestedText({ reader, low, high, limits }: BodyScan): Uint8Array {
  const { position } = reader;
  reader.position = low;
  const value = decodeAnyValue(reader, high, { depth: 0, limits });
  reader.position = position;
  return encoder.encode(JSON.stringify(toAnyValue(value)));
}
