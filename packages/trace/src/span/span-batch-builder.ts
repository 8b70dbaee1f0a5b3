import { hexToBytes } from "../identity/hex.ts";
import { invariant } from "../base/invariant.ts";
import { toAnyValue } from "./any-value.ts";
import { type AttributeColumns, AttributeType } from "./attribute-columns.ts";
import type { Attributes, AttributeValue } from "./attributes.ts";
import type { Span, SpanEvent, SpanLink } from "./span.ts";
import type { SpanBatch } from "./span-batch.ts";

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/**
 * Appends a span that exists as an object, the inverse of `spanAt`. For tests, examples and tools:
 * the ingest path fills the columns from the wire without making objects.
 *
 * Resources and scopes are told apart by identity, so spans that share one should share the object.
 */
export function appendSpan(batch: SpanBatch, span: Span): void {
  for (const event of span.events) appendEvent(batch, event);
  for (const link of span.links) appendLink(batch, link);
  appendAttributes(batch, batch.attributes, span.attributes);
  const row = batch.reserveSpan();
  writeId(span.traceId, batch.traceIds, row, 16);
  writeId(span.spanId, batch.spanIds, row, 8);
  writeId(
    span.parentSpanId === "" ? "0".repeat(16) : span.parentSpanId,
    batch.parentSpanIds,
    row,
    8,
  );
  batch.startTimesUnixNano[row] = span.startTimeUnixNano;
  batch.endTimesUnixNano[row] = span.endTimeUnixNano;
  batch.names[row] = batch.strings.internText(span.name);
  batch.traceStates[row] = batch.strings.internText(span.traceState);
  batch.flags[row] = span.flags;
  batch.kinds[row] = span.kind;
  batch.statusCodes[row] = span.status.code;
  batch.statusMessages[row] = batch.strings.internText(span.status.message);
  batch.droppedAttributesCounts[row] = span.droppedAttributesCount;
  batch.droppedEventsCounts[row] = span.droppedEventsCount;
  batch.droppedLinksCounts[row] = span.droppedLinksCount;
  batch.resourceIndices[row] = indexIn(batch.resources, span.resource);
  batch.scopeIndices[row] = indexIn(batch.scopes, span.scope);
  batch.attributesEnd[row] = batch.attributes.count;
  batch.eventsEnd[row] = batch.events.count;
  batch.linksEnd[row] = batch.links.count;
}

function appendEvent(batch: SpanBatch, event: SpanEvent): void {
  const { events } = batch;
  appendAttributes(batch, events.attributes, event.attributes);
  const row = events.reserve();
  events.timesUnixNano[row] = event.timeUnixNano;
  events.names[row] = batch.strings.internText(event.name);
  events.droppedAttributesCounts[row] = event.droppedAttributesCount;
  events.attributesEnd[row] = events.attributes.count;
}

function appendLink(batch: SpanBatch, link: SpanLink): void {
  const { links } = batch;
  appendAttributes(batch, links.attributes, link.attributes);
  const row = links.reserve();
  writeId(link.traceId, links.traceIds, row, 16);
  writeId(link.spanId, links.spanIds, row, 8);
  links.traceStates[row] = batch.strings.internText(link.traceState);
  links.flags[row] = link.flags;
  links.droppedAttributesCounts[row] = link.droppedAttributesCount;
  links.attributesEnd[row] = links.attributes.count;
}

function appendAttributes(
  batch: SpanBatch,
  columns: AttributeColumns,
  attributes: Attributes,
): void {
  for (const [key, value] of attributes) {
    appendAttribute(batch, columns, { key: batch.strings.internText(key), value });
  }
}

function appendAttribute(
  batch: SpanBatch,
  columns: AttributeColumns,
  { key, value }: { readonly key: number; readonly value: AttributeValue },
): void {
  if (value === null) return columns.push(key, AttributeType.empty, 0, 0);
  switch (typeof value) {
    case "string":
      return columns.push(key, AttributeType.string, batch.strings.internText(value), 0);
    case "boolean":
      return columns.push(key, AttributeType.bool, value ? 1 : 0, 0);
    case "bigint":
      words.setBigInt64(0, value, true);
      return columns.push(key, AttributeType.int, words.getInt32(0, true), words.getInt32(4, true));
    case "number":
      words.setFloat64(0, value, true);
      return columns.push(
        key,
        AttributeType.double,
        words.getInt32(0, true),
        words.getInt32(4, true),
      );
    default:
      break;
  }
  const isBytes = value instanceof Uint8Array;
  const bytes = isBytes ? value : encoder.encode(JSON.stringify(toAnyValue(value)));
  const offset = batch.heap.append(bytes, 0, bytes.length);
  columns.push(key, isBytes ? AttributeType.bytes : AttributeType.nested, offset, bytes.length);
}

function writeId(hex: string, target: Uint8Array, row: number, byteCount: number): void {
  const isWritten = hexToBytes(hex, target, { offset: row * byteCount, byteCount });
  invariant(isWritten, "an id is hex of the right length", { hex, byteCount });
}

function indexIn<T>(items: T[], item: T): number {
  const index = items.lastIndexOf(item);
  return index >= 0 ? index : items.push(item) - 1;
}
