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
  viewOf,
} from "@spoor/trace";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { AttributeOwner } from "./attribute-owner.ts";
import { type BatchMemory, memoryOf } from "./batch-memory.ts";
import { decodeAnyValue } from "./decode-any-value.ts";
import { AnyValueField, KeyValueField } from "./field-numbers.ts";
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
export class BodyScan<Batch extends SignalBatch = SignalBatch, Owners = unknown> {
  /** Whose attributes are scanned, by the kind of owner. */
  readonly owners: Owners;
  readonly reader: ProtobufReader;
  readonly batch: Batch;
  readonly strings: StringTable;
  readonly memory: BatchMemory;
  readonly limits: RequestLimits;
  /** What the short way of reading an attribute takes: a length of one byte, of two. */
  readonly plainKeyBytesMax: number;
  readonly plainValueBytesMax: number;
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

  constructor(
    body: Uint8Array,
    batch: Batch,
    limits: RequestLimits,
    startOwners: (owner: (rows: AttributeColumns) => AttributeOwner) => Owners,
  ) {
    this.reader = new ProtobufReader(body);
    this.batch = batch;
    this.strings = batch.strings;
    this.memory = memoryOf(batch);
    this.limits = limits;
    this.owners = startOwners((rows) => new AttributeOwner(rows, this.memory, limits));
    const { attributeKeyBytesMax, attributeValueBytesMax } = limits.limits;
    this.plainKeyBytesMax = Math.min(attributeKeyBytesMax, 0x7f);
    this.plainValueBytesMax = Math.min(attributeValueBytesMax, 0x3fff);
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
    return internText(strings, reader.view, start, length, this.losses);
  }
}

/**
 * Appends the KeyValue from the reader's position to `end` to the rows of its owner, cut where it
 * is too long, unless the owner has as many as it may.
 */
export function scanAttribute(scan: BodyScan, owner: AttributeOwner, end: number): void {
  if (owner.isFull) {
    scan.reader.position = end;
    owner.leaveOut();
    return;
  }
  if (!scanPlainAttribute(scan, owner, end)) scanAnyAttribute(scan, owner, end);
  owner.template += 1;
}

function scanAnyAttribute(scan: BodyScan, owner: AttributeOwner, end: number): void {
  const { reader } = scan;
  const { rows, template } = owner;
  const { attributeKeyBytesMax, attributeValueBytesMax } = scan.limits.limits;
  let key = 0;
  scan.type = AttributeType.empty;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === KEY) {
      const stop = reader.openMessage(end);
      const isLong = stop - reader.position > attributeKeyBytesMax;
      key = isLong ? scanLongKey(scan, owner, stop) : scan.text(stop, rows.keys[template] ?? 0);
    } else if (tag === VALUE) scanAnyValue(scan, reader.openMessage(end));
    else {
      if (tag === KEY_STRINDEX) scan.losses.count("attribute_string_reference");
      reader.skip(tag, end);
    }
  }
  if (template >= owner.templateEnd || key !== rows.keys[template]) owner.hasOtherKeys = true;
  if (scan.isLong(attributeValueBytesMax)) cutLongValue(scan, owner, key);
  if (scan.isNested) pushNested(scan, rows, key, { bytesMax: attributeValueBytesMax, owner });
  else pushValue(scan, rows, key, template);
}

/**
 * The same for a KeyValue as encoders write nearly all of them: the key, then one text, integer,
 * bool or double, both of moderate length. Returns false, and has done nothing, for any other.
 */
function scanPlainAttribute(scan: BodyScan, owner: AttributeOwner, end: number): boolean {
  const { reader, strings } = scan;
  const { bytes, view, position: start } = reader;
  const keyLength = bytes[start + 1] ?? 0;
  const keyEnd = start + 2 + keyLength;
  if (bytes[start] !== KEY || keyLength > scan.plainKeyBytesMax || bytes[keyEnd] !== VALUE) {
    return false;
  }
  let at = keyEnd + 1;
  let length = bytes[at] ?? 0;
  at += 1;
  if (length > 0x7f) {
    length = (length & 0x7f) | ((bytes[at] ?? 0) << 7);
    at += 1;
  }
  // A third byte of the length shows as a length that does not fit.
  if (length === 0 || at + length !== end) return false;
  const type = bytes[at];
  at += 1;
  let low = 0;
  let high = 0;
  let kind: AttributeType;
  if (type === STRING_VALUE) {
    low = bytes[at] ?? 0;
    at += 1;
    if (low > 0x7f) {
      low = (low & 0x7f) | ((bytes[at] ?? 0) << 7);
      at += 1;
    }
    if (at + low !== end || low > scan.plainValueBytesMax) return false;
    kind = AttributeType.string;
  } else if (type === INT_VALUE) {
    reader.position = at;
    reader.varint(end);
    if (reader.position !== end) {
      reader.position = start;
      return false;
    }
    ({ low, high } = reader);
    kind = AttributeType.int;
  } else if (type === DOUBLE_VALUE) {
    if (at + 8 !== end) return false;
    low = view.getInt32(at, true);
    high = view.getInt32(at + 4, true);
    kind = AttributeType.double;
  } else if (type === BOOL_VALUE) {
    low = bytes[at] ?? 0;
    if (at + 1 !== end || low > 0x7f) return false;
    low = low === 0 ? 0 : 1;
    kind = AttributeType.bool;
  } else return false;
  reader.position = end;
  const { rows, template } = owner;
  let key = rows.keys[template] ?? 0;
  const isFollowing = template < owner.templateEnd && key !== 0;
  if (!isFollowing || !strings.matches(key, view, start + 2, keyLength)) {
    owner.hasOtherKeys = true;
    key = internText(strings, view, start + 2, keyLength, scan.losses);
  }
  if (kind !== AttributeType.string) rows.push(key, kind, low, high);
  else pushTextRow(scan, rows, key, template, view, at, low);
  return true;
}

function scanLongKey(scan: BodyScan, owner: AttributeOwner, end: number): number {
  const { reader, limits } = scan;
  const start = reader.position;
  const length = utf8CutLength(reader.bytes, start, limits.limits.attributeKeyBytesMax);
  const key = scan.text(start + length, 0);
  reader.position = end;
  owner.cuts ??= new Cuts();
  limits.cutKey(scan.strings.text(key), end - start, owner.cuts);
  return key;
}

/** Makes the value that was found as long as it may be. */
function cutLongValue(scan: BodyScan, owner: AttributeOwner, key: number): void {
  const { limits, low, high, reader } = scan;
  const { attributeValueBytesMax } = limits.limits;
  owner.cuts ??= new Cuts();
  limits.cutValue(scan.strings.text(key), high - low, owner.cuts);
  const isText = scan.type === AttributeType.string;
  const length = isText
    ? utf8CutLength(reader.bytes, low, attributeValueBytesMax)
    : attributeValueBytesMax;
  scan.high = low + length;
}

/** Adds to what the sender left out itself; the column ends at 2^32-1. */
export function addTo(counts: Uint32Array, row: number, count: number): void {
  if (count === 0) return;
  counts[row] = Math.min((counts[row] ?? 0) + count, 0xffff_ffff);
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
  const { view } = scan.reader;
  switch (scan.type) {
    case AttributeType.string:
      pushTextRow(scan, rows, key, template, view, low, high - low);
      return;
    case AttributeType.bytes:
      rows.push(key, scan.type, batch.heap.append(view, low, high - low), high - low);
      return;
    case AttributeType.nested:
      pushNested(scan, rows, key);
      return;
    default:
      rows.push(key, scan.type, low, high);
  }
}

/** Appends a text attribute; that of the row `template` is compared first. */
export function pushTextRow(
  scan: TextPlaces,
  rows: AttributeColumns,
  key: number,
  template: number,
  view: DataView,
  start: number,
  length: number,
): void {
  const guess = rows.types[template] === AttributeType.string ? (rows.low[template] ?? 0) : 0;
  if (guess !== 0 && scan.strings.matches(guess, view, start, length)) {
    rows.push(key, AttributeType.string, guess, 0);
  } else scan.memory.pushText(rows, key, view, start, length, scan.losses);
}

/** Where texts go, and where what is wrong with them is counted. */
interface TextPlaces {
  readonly strings: StringTable;
  readonly memory: BatchMemory;
  readonly losses: LossLedger;
}

/** A list or a map; one that is too long becomes the beginning of its text, and is text then. */
function pushNested(
  scan: BodyScan,
  rows: AttributeColumns,
  key: number,
  within?: { readonly bytesMax: number; readonly owner: AttributeOwner },
): void {
  const { limits, batch } = scan;
  const text = nestedText(scan);
  if (within === undefined || text.length <= within.bytesMax) {
    rows.push(key, AttributeType.nested, batch.heap.appendBytes(text), text.length);
    return;
  }
  const { bytesMax, owner } = within;
  owner.cuts ??= new Cuts();
  limits.cutValue(scan.strings.text(key), text.length, owner.cuts);
  const length = utf8CutLength(text, 0, bytesMax);
  rows.push(key, AttributeType.stringInline, batch.heap.append(viewOf(text), 0, length), length);
}

/** The AnyValue between `low` and `high` as OTLP/JSON text. */
function nestedText({ reader, low, high, limits }: BodyScan): Uint8Array {
  const { position } = reader;
  reader.position = low;
  const value = decodeAnyValue(reader, high, { depth: 0, limits });
  reader.position = position;
  return encoder.encode(JSON.stringify(toAnyValue(value)));
}
