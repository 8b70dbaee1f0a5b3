/*
 * Span messages straight into the columns of a batch, in one pass, whatever the order of fields.
 *
 * A row is reserved, set to the defaults of proto3, and filled as fields come; a repeated scalar
 * overwrites, as protobuf demands. A span whose ids cannot be used is taken back together with its
 * attributes, events and links, and counted; the rest of the request goes on.
 */
import { type AttributeColumns, isSpanKind, isStatusCode, type SpanBatch } from "@spoor/trace";
import { bytesTag, fixed32Tag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { IdState, scanSpanId, scanTime, scanTraceId } from "../values/scan-id.ts";
import type { AttributeOwner } from "../values/attribute-owner.ts";
import { addTo, type BodyScan, scanAttribute } from "../values/scan-attribute.ts";
import { clearEvent, clearLink, clearSpan, dropLastSpan } from "./batch-rows.ts";
import { EventField, LinkField, SpanField, StatusField } from "./field-numbers.ts";

const TRACE_ID = bytesTag(SpanField.traceId);
const SPAN_ID = bytesTag(SpanField.spanId);
const TRACE_STATE = bytesTag(SpanField.traceState);
const PARENT_SPAN_ID = bytesTag(SpanField.parentSpanId);
const NAME = bytesTag(SpanField.name);
const KIND = varintTag(SpanField.kind);
const START_TIME = fixed64Tag(SpanField.startTimeUnixNano);
const END_TIME = fixed64Tag(SpanField.endTimeUnixNano);
const ATTRIBUTES = bytesTag(SpanField.attributes);
const DROPPED_ATTRIBUTES = varintTag(SpanField.droppedAttributesCount);
const EVENTS = bytesTag(SpanField.events);
const DROPPED_EVENTS = varintTag(SpanField.droppedEventsCount);
const LINKS = bytesTag(SpanField.links);
const DROPPED_LINKS = varintTag(SpanField.droppedLinksCount);
const STATUS = bytesTag(SpanField.status);
const FLAGS = fixed32Tag(SpanField.flags);

const EVENT_TIME = fixed64Tag(EventField.timeUnixNano);
const EVENT_NAME = bytesTag(EventField.name);
const EVENT_ATTRIBUTES = bytesTag(EventField.attributes);
const EVENT_DROPPED = varintTag(EventField.droppedAttributesCount);

const LINK_TRACE_ID = bytesTag(LinkField.traceId);
const LINK_SPAN_ID = bytesTag(LinkField.spanId);
const LINK_TRACE_STATE = bytesTag(LinkField.traceState);
const LINK_ATTRIBUTES = bytesTag(LinkField.attributes);
const LINK_DROPPED = varintTag(LinkField.droppedAttributesCount);
const LINK_FLAGS = fixed32Tag(LinkField.flags);

const STATUS_MESSAGE = bytesTag(StatusField.message);
const STATUS_CODE = varintTag(StatusField.code);

/** What has attributes in a trace request. */
export interface SpanOwners {
  readonly span: AttributeOwner;
  readonly event: AttributeOwner;
  readonly link: AttributeOwner;
}

/** One for each of them in `batch`. */
export function spanOwners(
  { attributes, events, links }: SpanBatch,
  owner: (rows: AttributeColumns) => AttributeOwner,
): SpanOwners {
  return {
    span: owner(attributes),
    event: owner(events.attributes),
    link: owner(links.attributes),
  };
}

type TracesScan = BodyScan<SpanBatch, SpanOwners>;

/** Appends the span from the reader's position to `end`, or counts why it cannot. */
export function scanSpan(scan: TracesScan, end: number): void {
  const { reader, batch, memory, limits } = scan;
  const owner = scan.owners.span;
  limits.check();
  owner.begin();
  const heapStart = batch.heap.length;
  const row = batch.reserveSpan();
  clearSpan(batch, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let parentSpanId: IdState = IdState.none;
  owner.follow(memory.spanTemplates, 0);
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case ATTRIBUTES:
        scanAttribute(scan, owner, reader.openMessage(end));
        break;
      case TRACE_ID:
        traceId = scanTraceId(reader, end, batch.traceIdWords, row);
        break;
      case SPAN_ID:
        spanId = scanSpanId(reader, end, batch.spanIdWords, row);
        break;
      case PARENT_SPAN_ID:
        parentSpanId = scanSpanId(reader, end, batch.parentSpanIdWords, row);
        break;
      case NAME: {
        const name = scan.text(reader.openMessage(end), scan.lastName);
        scan.lastName = name;
        batch.names[row] = name;
        owner.follow(memory.spanTemplates, name);
        break;
      }
      case START_TIME:
        scanTime(reader, end, batch.startTimeWords, row);
        break;
      case END_TIME:
        scanTime(reader, end, batch.endTimeWords, row);
        break;
      case KIND:
        batch.kinds[row] = scanKind(scan, end);
        break;
      default:
        scanRareField(scan, row, tag, end);
    }
  }
  const hasIds = traceId === IdState.valid && spanId === IdState.valid;
  if (!hasIds || parentSpanId === IdState.invalid) {
    scan.losses.count("span_id_invalid");
    batch.heap.length = heapStart;
    dropLastSpan(batch);
    memory.forgetRows();
    scan.owners.link.forget();
    return;
  }
  addTo(batch.droppedAttributesCounts, row, owner.finish());
  memory.spanTemplates.set(batch.names[row] ?? 0, owner.start, owner.end);
  batch.attributesEnd[row] = batch.attributes.count;
  batch.eventsEnd[row] = batch.events.count;
  batch.linksEnd[row] = batch.links.count;
}

/** The fields that most spans do not have. */
function scanRareField(scan: TracesScan, row: number, tag: number, end: number): void {
  const { reader, batch } = scan;
  switch (tag) {
    case TRACE_STATE:
      batch.traceStates[row] = scan.text(reader.openMessage(end), 0);
      break;
    case FLAGS:
      batch.flags[row] = reader.view.getUint32(reader.fixed(4, end), true);
      break;
    case STATUS:
      scanStatus(scan, row, reader.openMessage(end));
      break;
    case EVENTS:
      scanEvent(scan, reader.openMessage(end));
      break;
    case LINKS:
      scanLink(scan, reader.openMessage(end));
      break;
    case DROPPED_ATTRIBUTES:
      batch.droppedAttributesCounts[row] = reader.uint32(end);
      break;
    case DROPPED_EVENTS:
      batch.droppedEventsCounts[row] = reader.uint32(end);
      break;
    case DROPPED_LINKS:
      batch.droppedLinksCounts[row] = reader.uint32(end);
      break;
    default:
      reader.skip(tag, end);
  }
}

function scanEvent(scan: TracesScan, end: number): void {
  const { reader, memory } = scan;
  const { events } = scan.batch;
  const owner = scan.owners.event;
  scan.limits.check();
  owner.begin();
  const row = events.reserve();
  clearEvent(events, row);
  owner.follow(memory.eventTemplates, 0);
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case EVENT_TIME:
        scanTime(reader, end, events.timeWords, row);
        break;
      case EVENT_NAME: {
        const name = scan.text(reader.openMessage(end), 0);
        events.names[row] = name;
        owner.follow(memory.eventTemplates, name);
        break;
      }
      case EVENT_ATTRIBUTES:
        scanAttribute(scan, owner, reader.openMessage(end));
        break;
      case EVENT_DROPPED:
        events.droppedAttributesCounts[row] = reader.uint32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  addTo(events.droppedAttributesCounts, row, owner.finish());
  memory.eventTemplates.set(events.names[row] ?? 0, owner.start, owner.end);
  events.attributesEnd[row] = owner.rows.count;
}

/** A link is kept even when its ids cannot be used: its attributes still say something. */
function scanLink(scan: TracesScan, end: number): void {
  const { reader } = scan;
  const { links } = scan.batch;
  const owner = scan.owners.link;
  scan.limits.check();
  owner.begin();
  const row = links.reserve();
  clearLink(links, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case LINK_TRACE_ID:
        traceId = scanTraceId(reader, end, links.traceIdWords, row);
        break;
      case LINK_SPAN_ID:
        spanId = scanSpanId(reader, end, links.spanIdWords, row);
        break;
      case LINK_TRACE_STATE:
        links.traceStates[row] = scan.text(reader.openMessage(end), 0);
        break;
      case LINK_FLAGS:
        links.flags[row] = reader.view.getUint32(reader.fixed(4, end), true);
        break;
      case LINK_ATTRIBUTES:
        scanAttribute(scan, owner, reader.openMessage(end));
        break;
      case LINK_DROPPED:
        links.droppedAttributesCounts[row] = reader.uint32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (traceId !== IdState.valid || spanId !== IdState.valid) scan.losses.count("link_id_invalid");
  addTo(links.droppedAttributesCounts, row, owner.finish());
  links.attributesEnd[row] = owner.rows.count;
}

function scanStatus(scan: TracesScan, row: number, end: number): void {
  const { reader, batch } = scan;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === STATUS_CODE) {
      const code = reader.int32(end);
      if (!isStatusCode(code)) scan.losses.count("status_code_unknown");
      batch.statusCodes[row] = isStatusCode(code) ? code : 0;
    } else if (tag === STATUS_MESSAGE) {
      batch.statusMessages[row] = scan.text(reader.openMessage(end), 0);
    } else reader.skip(tag, end);
  }
}

function scanKind(scan: TracesScan, end: number): number {
  const kind = scan.reader.int32(end);
  if (isSpanKind(kind)) return kind;
  scan.losses.count("span_kind_unknown");
  return 0;
}
