import { bytesToHex } from "../identity/hex.ts";
import { type AnyValue, fromAnyValue } from "./any-value.ts";
import { type AttributeColumns, AttributeType, type AttributeValues } from "./attribute-columns.ts";
import { type Attributes, type AttributeValue, NO_ATTRIBUTES } from "./attributes.ts";
import { isSpanKind, SpanKind } from "./kind.ts";
import { NO_RESOURCE, NO_SCOPE } from "./plain-span.ts";
import type { Span, SpanEvent, SpanLink } from "./span.ts";
import type { SpanBatch } from "./span-batch.ts";
import { isStatusCode, StatusCode } from "./status.ts";

// Without ignoreBOM a leading U+FEFF, which is a character of the text, would be lost.
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
const words = new DataView(new ArrayBuffer(8));

/** Row `index` of a batch as an object. For readers and tests; the ingest path never calls it. */
export function spanAt(batch: SpanBatch, index: number): Span {
  const kind = batch.kinds[index] ?? 0;
  const code = batch.statusCodes[index] ?? 0;
  const parentSpanId = bytesToHex(batch.parentSpanIds, index * 8, index * 8 + 8);
  return {
    traceId: bytesToHex(batch.traceIds, index * 16, index * 16 + 16),
    spanId: bytesToHex(batch.spanIds, index * 8, index * 8 + 8),
    parentSpanId: parentSpanId === "0000000000000000" ? "" : parentSpanId,
    traceState: batch.strings.text(batch.traceStates[index] ?? 0),
    flags: batch.flags[index] ?? 0,
    name: batch.strings.text(batch.names[index] ?? 0),
    kind: isSpanKind(kind) ? kind : SpanKind.unspecified,
    startTimeUnixNano: batch.startTimesUnixNano[index] ?? 0n,
    endTimeUnixNano: batch.endTimesUnixNano[index] ?? 0n,
    status: {
      code: isStatusCode(code) ? code : StatusCode.unset,
      message: batch.strings.text(batch.statusMessages[index] ?? 0),
    },
    attributes: attributesOf(batch, batch.attributes, range(batch.attributesEnd, index)),
    droppedAttributesCount: batch.droppedAttributesCounts[index] ?? 0,
    events: rows(range(batch.eventsEnd, index), (row) => eventAt(batch, row)),
    droppedEventsCount: batch.droppedEventsCounts[index] ?? 0,
    links: rows(range(batch.linksEnd, index), (row) => linkAt(batch, row)),
    droppedLinksCount: batch.droppedLinksCounts[index] ?? 0,
    resource: batch.resources[batch.resourceIndices[index] ?? 0] ?? NO_RESOURCE,
    scope: batch.scopes[batch.scopeIndices[index] ?? 0] ?? NO_SCOPE,
  };
}

/** All rows of a batch as objects. */
export function spansOf(batch: SpanBatch): Span[] {
  return Array.from({ length: batch.spanCount }, (_, index) => spanAt(batch, index));
}

/** Rows from `start` up to, not including, `end`. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/** The rows of owner `index`, where `ends` has the first row after each owner. */
export function range(ends: Uint32Array, index: number): RowRange {
  return { start: index === 0 ? 0 : (ends[index - 1] ?? 0), end: ends[index] ?? 0 };
}

function rows<T>({ start, end }: RowRange, read: (row: number) => T): T[] {
  return Array.from({ length: end - start }, (_, offset) => read(start + offset));
}

function eventAt(batch: SpanBatch, row: number): SpanEvent {
  const { events } = batch;
  return {
    timeUnixNano: events.timesUnixNano[row] ?? 0n,
    name: batch.strings.text(events.names[row] ?? 0),
    attributes: attributesOf(batch, events.attributes, range(events.attributesEnd, row)),
    droppedAttributesCount: events.droppedAttributesCounts[row] ?? 0,
  };
}

function linkAt(batch: SpanBatch, row: number): SpanLink {
  const { links } = batch;
  return {
    traceId: bytesToHex(links.traceIds, row * 16, row * 16 + 16),
    spanId: bytesToHex(links.spanIds, row * 8, row * 8 + 8),
    traceState: batch.strings.text(links.traceStates[row] ?? 0),
    flags: links.flags[row] ?? 0,
    attributes: attributesOf(batch, links.attributes, range(links.attributesEnd, row)),
    droppedAttributesCount: links.droppedAttributesCounts[row] ?? 0,
  };
}

/** The attributes in some rows; the first of a repeated key counts. */
export function attributesOf(
  values: AttributeValues,
  columns: AttributeColumns,
  { start, end }: RowRange,
): Attributes {
  if (start === end) return NO_ATTRIBUTES;
  const attributes = new Map<string, AttributeValue>();
  for (let row = start; row < end; row += 1) {
    const key = values.strings.text(columns.keys[row] ?? 0);
    if (!attributes.has(key)) attributes.set(key, attributeAt(values, columns, row));
  }
  return attributes;
}

/** The value in one attribute row. */
export function attributeAt(
  values: AttributeValues,
  columns: AttributeColumns,
  row: number,
): AttributeValue {
  const low = columns.low[row] ?? 0;
  const high = columns.high[row] ?? 0;
  // The column holds only what AttributeColumns.push was given.
  switch (columns.types[row] as AttributeType) {
    case AttributeType.empty:
      return null;
    case AttributeType.string:
      return values.strings.text(low);
    case AttributeType.bool:
      return low !== 0;
    case AttributeType.int:
      setWords(low, high);
      return words.getBigInt64(0, true);
    case AttributeType.double:
      setWords(low, high);
      return words.getFloat64(0, true);
    case AttributeType.bytes:
      return values.heap.bytes.slice(low, low + high);
    case AttributeType.nested:
      // Written by the decoder from a value that it had validated.
      return fromAnyValue(JSON.parse(heapText(values, low, high)) as AnyValue);
    case AttributeType.stringInline:
      return heapText(values, low, high);
  }
}

function heapText(values: AttributeValues, offset: number, length: number): string {
  return decoder.decode(values.heap.bytes.subarray(offset, offset + length));
}

function setWords(low: number, high: number): void {
  words.setInt32(0, low, true);
  words.setInt32(4, high, true);
}
