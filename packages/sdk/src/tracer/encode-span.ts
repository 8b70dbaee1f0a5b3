/*
 * A finished span as an entry of OTLP's `ScopeSpans.spans`: tag, length, message.
 *
 * Fields at their default are left out, as in every proto3 encoder. The length of a span is
 * nearly always between 128 bytes and 16 KiB, so two bytes are left for it.
 */
import type { Buffer } from "node:buffer";
import { keys } from "@spoor/trace/keys";
import { type HrTime, type SpanContext, SpanStatusCode } from "@opentelemetry/api";
import { hexWord } from "../base/ids.ts";
import { type ClockAnchor, nanoSince } from "../base/span-clock.ts";
import { AttributeList } from "./attribute-list.ts";
import type { RecordedEvent, RecordedLink } from "./recorded-parts.ts";
import type { RecordingSpan } from "./recording-span.ts";
import { EventWire, LinkWire, SPANS_TAG, SpanWire, StatusWire } from "./wire-format.ts";
import { attributesRoom, writeAttributes } from "./write-attributes.ts";
import {
  closeMessage,
  textRoom,
  writeText,
  writeVarint,
  writeWordBig,
  writeWordLittle,
} from "./write-bytes.ts";

/** Ids, times, kind, counts, flags and their tags, of a span or of a link. */
const FIXED_ROOM = 160;
const LENGTH_SLOT_BYTES = 2;
const TWO_POW_32 = 4_294_967_296;

/** `SpanFlags` of trace.proto: whether the parent is of another process, and that this is known. */
const HAS_IS_REMOTE_FLAG = 0x100;
const IS_REMOTE_FLAG = 0x200;

/** The most bytes that `encodeSpan` can take. */
export function spanRoom(span: RecordingSpan): number {
  let room = FIXED_ROOM + textRoom(span.name) + textRoom(span.statusMessage);
  room += textRoom(span.trace.traceStateText);
  if (span.attributeList !== undefined) room += ownerRoom(span.attributeList);
  for (const event of span.eventList ?? []) {
    room += FIXED_ROOM + textRoom(event.name);
    if (event.attributeList !== undefined) room += ownerRoom(event.attributeList);
  }
  for (const { context, attributeList } of span.linkList ?? []) {
    room += FIXED_ROOM + textRoom(traceStateText(context));
    if (attributeList !== undefined) room += ownerRoom(attributeList);
  }
  return room;
}

/** Writes a span at `offset` and returns where it ends. */
export function encodeSpan(bytes: Buffer, offset: number, span: RecordingSpan): number {
  const { trace } = span;
  const start = offset + 1 + LENGTH_SLOT_BYTES;
  bytes[offset] = SPANS_TAG;
  bytes[start] = SpanWire.traceId;
  bytes[start + 1] = 16;
  let at = writeWordBig(bytes, start + 2, trace.a);
  at = writeWordBig(bytes, at, trace.b);
  at = writeWordBig(bytes, at, trace.c);
  at = writeWordBig(bytes, at, trace.d);
  at = writeSpanId(bytes, at, SpanWire.spanId, span.idHigh, span.idLow);
  if (trace.traceStateText !== "") {
    bytes[at] = SpanWire.traceState;
    at = writeText(bytes, at + 1, trace.traceStateText);
  }
  if (span.hasParent) {
    at = writeSpanId(bytes, at, SpanWire.parentSpanId, span.parentHigh, span.parentLow);
  }
  if (span.name !== "") {
    bytes[at] = SpanWire.name;
    at = writeText(bytes, at + 1, span.name);
  }
  bytes[at] = SpanWire.kind;
  // OTLP counts from 1, since 0 is "unspecified".
  at = writeVarint(bytes, at + 1, span.kind + 1);
  at = writeTime(bytes, at, SpanWire.startTimeUnixNano, span.anchor, span.startMs, span.givenStart);
  at = writeTime(bytes, at, SpanWire.endTimeUnixNano, span.anchor, span.endMs, span.givenEnd);
  if (span.attributeList !== undefined) {
    at = writeOwner(bytes, at, SpanWire.attributes, span.attributeList);
    at = writeCount(bytes, at, SpanWire.droppedAttributesCount, span.attributeList.droppedCount);
  }
  at = writeRest(bytes, at, span);
  return closeMessage(bytes, start, at, LENGTH_SLOT_BYTES);
}

/** Events, links, status and flags. */
function writeRest(bytes: Buffer, offset: number, span: RecordingSpan): number {
  let at = offset;
  if (span.eventList !== undefined) {
    for (const event of span.eventList) at = writeEvent(bytes, at, event, span.anchor);
  }
  at = writeCount(bytes, at, SpanWire.droppedEventsCount, span.droppedEventsCount);
  if (span.linkList !== undefined) {
    for (const link of span.linkList) at = writeLink(bytes, at, link);
  }
  at = writeCount(bytes, at, SpanWire.droppedLinksCount, span.droppedLinksCount);
  if (span.statusCode !== SpanStatusCode.UNSET) at = writeStatus(bytes, at, span);
  const { flags } = span.trace;
  bytes[at] = (SpanWire.flags & 0x7f) | 0x80;
  bytes[at + 1] = SpanWire.flags >>> 7;
  const remote = span.isParentRemote ? IS_REMOTE_FLAG : 0;
  return writeWordLittle(bytes, at + 2, (flags & 0xff) | HAS_IS_REMOTE_FLAG | remote);
}

function writeStatus(bytes: Buffer, offset: number, span: RecordingSpan): number {
  bytes[offset] = SpanWire.status;
  const start = offset + 2;
  let at = start;
  if (span.statusMessage !== "") {
    bytes[at] = StatusWire.message;
    at = writeText(bytes, at + 1, span.statusMessage);
  }
  bytes[at] = StatusWire.code;
  at = writeVarint(bytes, at + 1, span.statusCode);
  return closeMessage(bytes, start, at);
}

function writeEvent(
  bytes: Buffer,
  offset: number,
  event: RecordedEvent,
  anchor: ClockAnchor,
): number {
  bytes[offset] = SpanWire.events;
  const start = offset + 2;
  let at = writeTime(bytes, start, EventWire.timeUnixNano, anchor, event.atMs, event.givenTime);
  if (event.name !== "") {
    bytes[at] = EventWire.name;
    at = writeText(bytes, at + 1, event.name);
  }
  if (event.attributeList !== undefined) {
    at = writeOwner(bytes, at, EventWire.attributes, event.attributeList);
    at = writeCount(bytes, at, EventWire.droppedAttributesCount, event.attributeList.droppedCount);
  }
  return closeMessage(bytes, start, at);
}

function writeLink(bytes: Buffer, offset: number, link: RecordedLink): number {
  const { context, attributeList } = link;
  bytes[offset] = SpanWire.links;
  const start = offset + 2;
  bytes[start] = LinkWire.traceId;
  bytes[start + 1] = 16;
  let at = start + 2;
  for (let digit = 0; digit < 32; digit += 8) {
    at = writeWordBig(bytes, at, hexWord(context.traceId, digit));
  }
  const { spanId } = context;
  at = writeSpanId(bytes, at, LinkWire.spanId, hexWord(spanId, 0), hexWord(spanId, 8));
  const traceState = traceStateText(context);
  if (traceState !== "") {
    bytes[at] = LinkWire.traceState;
    at = writeText(bytes, at + 1, traceState);
  }
  if (attributeList !== undefined) {
    at = writeOwner(bytes, at, LinkWire.attributes, attributeList);
    at = writeCount(bytes, at, LinkWire.droppedAttributesCount, attributeList.droppedCount);
  }
  bytes[at] = LinkWire.flags;
  const remote = context.isRemote === true ? IS_REMOTE_FLAG : 0;
  const flags = (context.traceFlags & 0xff) | HAS_IS_REMOTE_FLAG | remote;
  return closeMessage(bytes, start, writeWordLittle(bytes, at + 1, flags));
}

function writeSpanId(
  bytes: Buffer,
  offset: number,
  fieldTag: number,
  high: number,
  low: number,
): number {
  bytes[offset] = fieldTag;
  bytes[offset + 1] = 8;
  return writeWordBig(bytes, writeWordBig(bytes, offset + 2, high), low);
}

function writeCount(bytes: Buffer, offset: number, fieldTag: number, count: number): number {
  if (count === 0) return offset;
  bytes[offset] = fieldTag;
  return writeVarint(bytes, offset + 1, count);
}

/** A fixed64 of nanoseconds: a reading of the monotonic clock, or what the application gave. */
function writeTime(
  bytes: Buffer,
  offset: number,
  fieldTag: number,
  anchor: ClockAnchor,
  monotonicMs: number,
  given: HrTime | undefined,
): number {
  bytes[offset] = fieldTag;
  if (given !== undefined) {
    const unixNano = BigInt(Math.round(given[0])) * 1_000_000_000n + BigInt(Math.round(given[1]));
    return bytes.writeBigUInt64LE(BigInt.asUintN(64, unixNano), offset + 1);
  }
  // Two halves, since a double does not hold all the digits and a bigint costs an allocation.
  const nano = nanoSince(anchor, monotonicMs);
  const nanoHigh = Math.floor(nano / TWO_POW_32);
  const low = anchor.unixNanoLow + (nano - nanoHigh * TWO_POW_32);
  const carry = low >= TWO_POW_32 ? 1 : 0;
  const at = writeWordLittle(bytes, offset + 1, (low - carry * TWO_POW_32) | 0);
  return writeWordLittle(bytes, at, (anchor.unixNanoHigh + nanoHigh + carry) | 0);
}

function traceStateText({ traceState }: SpanContext): string {
  return traceState === undefined ? "" : traceState.serialize();
}

/** The attributes and, when values of them were cut, the mark that says so. */
function writeOwner(bytes: Buffer, offset: number, fieldTag: number, list: AttributeList): number {
  const at = writeAttributes(bytes, offset, fieldTag, list);
  return list.cuts === undefined ? at : writeAttributes(bytes, at, fieldTag, cutMark(list.cuts));
}

function ownerRoom(list: AttributeList): number {
  const room = attributesRoom(list);
  return list.cuts === undefined ? room : room + attributesRoom(cutMark(list.cuts));
}

/** `spoor.truncated`: the keys whose values were cut, with the bytes that each had. */
function cutMark(cuts: ReadonlyMap<string, number>): AttributeList {
  const mark = new AttributeList();
  mark.keys.push(keys.spoorTruncated);
  mark.values.push(Object.fromEntries(cuts));
  return mark;
}
