import type { EventColumns, LinkColumns, SpanBatch } from "@spoor/trace";
import { SPAN_ID_BYTES, TRACE_ID_BYTES } from "@spoor/trace";

/**
 * Sets a reserved row to the defaults of proto3, except for what the caller sets in any case: trace
 * id and span id, without which no span stays, resource and scope, and the ends of its lists.
 */
export function clearSpan(batch: SpanBatch, row: number): void {
  const { parentSpanIdWords, startTimeWords, endTimeWords } = batch;
  const at = row * 2;
  parentSpanIdWords[at] = 0;
  parentSpanIdWords[at + 1] = 0;
  startTimeWords[at] = 0;
  startTimeWords[at + 1] = 0;
  endTimeWords[at] = 0;
  endTimeWords[at + 1] = 0;
  batch.names[row] = 0;
  batch.traceStates[row] = 0;
  batch.flags[row] = 0;
  batch.kinds[row] = 0;
  batch.statusCodes[row] = 0;
  batch.statusMessages[row] = 0;
  batch.droppedAttributesCounts[row] = 0;
  batch.droppedEventsCounts[row] = 0;
  batch.droppedLinksCounts[row] = 0;
}

/** The same for an event. */
export function clearEvent(events: EventColumns, row: number): void {
  events.timesUnixNano[row] = 0n;
  events.names[row] = 0;
  events.droppedAttributesCounts[row] = 0;
}

/** The same for a link, whose ids may stay unset. */
export function clearLink(links: LinkColumns, row: number): void {
  links.traceIds.fill(0, row * TRACE_ID_BYTES, (row + 1) * TRACE_ID_BYTES);
  links.spanIds.fill(0, row * SPAN_ID_BYTES, (row + 1) * SPAN_ID_BYTES);
  links.traceStates[row] = 0;
  links.flags[row] = 0;
  links.droppedAttributesCounts[row] = 0;
}

/** Takes back the last span with its attributes, events and links; the heap is the caller's. */
export function dropLastSpan(batch: SpanBatch): void {
  const { events, links } = batch;
  const row = batch.spanCount - 1;
  batch.spanCount = row;
  batch.attributes.count = row === 0 ? 0 : (batch.attributesEnd[row - 1] ?? 0);
  events.count = row === 0 ? 0 : (batch.eventsEnd[row - 1] ?? 0);
  links.count = row === 0 ? 0 : (batch.linksEnd[row - 1] ?? 0);
  const eventRow = events.count - 1;
  events.attributes.count = eventRow < 0 ? 0 : (events.attributesEnd[eventRow] ?? 0);
  const linkRow = links.count - 1;
  links.attributes.count = linkRow < 0 ? 0 : (links.attributesEnd[linkRow] ?? 0);
}
