import { appendAttributes, indexIn, writeId } from "./append-attributes.ts";
import type { Span, SpanEvent, SpanLink } from "./span.ts";
import { SpanBatch } from "./span-batch.ts";

/** A new batch of these spans, in their order. See `appendSpan`. */
export function spanBatchOf(spans: Iterable<Span>): SpanBatch {
  const batch = new SpanBatch();
  for (const span of spans) appendSpan(batch, span);
  return batch;
}

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
