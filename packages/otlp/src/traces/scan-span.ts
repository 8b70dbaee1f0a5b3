/*
 * Span messages straight into the columns of a batch, in one pass, whatever the order of fields.
 *
 * A row is reserved, set to the defaults of proto3, and filled as fields come; a repeated scalar
 * overwrites, as protobuf demands. A span whose ids cannot be used is taken back together with its
 * attributes, events and links, and counted; the rest of the request goes on.
 */
import { isSpanKind, isStatusCode, type SpanBatch } from "@spoor/trace";
import { bytesTag, fixed32Tag, fixed64Tag, varintTag } from "../protobuf/tag.ts";
import { IdState, scanSpanId, scanTraceId } from "../values/scan-id.ts";
import {
  addTo,
  type BodyScan,
  leaveOut,
  scanAttribute,
  scanCutMarks,
} from "../values/scan-attribute.ts";
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

type TracesScan = BodyScan<SpanBatch>;

/** Appends the span from the reader's position to `end`, or counts why it cannot. */
export function scanSpan(scan: TracesScan, end: number): void {
  const { reader, batch, memory, limits } = scan;
  const { attributes } = batch;
  const attributesStart = attributes.count;
  limits.check();
  limits.cuts = undefined;
  const heapStart = batch.heap.length;
  const row = batch.reserveSpan();
  clearSpan(batch, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let parentSpanId: IdState = IdState.none;
  let template = memory.spanTemplates.at(0);
  let leftOutCount = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case ATTRIBUTES:
        if (attributes.count - attributesStart >= limits.limits.attributeCountMax) {
          leftOutCount += leaveOut(scan, end);
          break;
        }
        scanAttribute(scan, attributes, template, reader.openMessage(end));
        template += 1;
        break;
      case TRACE_ID:
        traceId = scanTraceId(reader, end, batch.traceIds, row);
        break;
      case SPAN_ID:
        spanId = scanSpanId(reader, end, batch.spanIds, row);
        break;
      case PARENT_SPAN_ID:
        parentSpanId = scanSpanId(reader, end, batch.parentSpanIds, row);
        break;
      case NAME: {
        const name = scan.text(reader.openMessage(end), scan.lastName);
        scan.lastName = name;
        batch.names[row] = name;
        template = memory.spanTemplates.at(name);
        break;
      }
      case START_TIME:
        batch.startTimesUnixNano[row] = reader.view.getBigUint64(reader.fixed(8, end), true);
        break;
      case END_TIME:
        batch.endTimesUnixNano[row] = reader.view.getBigUint64(reader.fixed(8, end), true);
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
    return;
  }
  scanCutMarks(scan, attributes);
  if (leftOutCount > 0) addTo(batch.droppedAttributesCounts, row, leftOutCount);
  memory.spanTemplates.set(batch.names[row] ?? 0, attributesStart);
  batch.attributesEnd[row] = attributes.count;
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
  const { reader, memory, limits } = scan;
  const { events } = scan.batch;
  const { attributes } = events;
  const attributesStart = attributes.count;
  const outerCuts = limits.cuts;
  let leftOutCount = 0;
  limits.check();
  limits.cuts = undefined;
  const row = events.reserve();
  clearEvent(events, row);
  let template = memory.eventTemplates.at(0);
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case EVENT_TIME:
        events.timesUnixNano[row] = reader.view.getBigUint64(reader.fixed(8, end), true);
        break;
      case EVENT_NAME: {
        const name = scan.text(reader.openMessage(end), 0);
        events.names[row] = name;
        template = memory.eventTemplates.at(name);
        break;
      }
      case EVENT_ATTRIBUTES:
        if (attributes.count - attributesStart >= limits.limits.attributeCountMax) {
          leftOutCount += leaveOut(scan, end);
          break;
        }
        scanAttribute(scan, attributes, template, reader.openMessage(end));
        template += 1;
        break;
      case EVENT_DROPPED:
        events.droppedAttributesCounts[row] = reader.uint32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  memory.eventTemplates.set(events.names[row] ?? 0, attributesStart);
  scanCutMarks(scan, attributes);
  limits.cuts = outerCuts;
  if (leftOutCount > 0) addTo(events.droppedAttributesCounts, row, leftOutCount);
  events.attributesEnd[row] = attributes.count;
}

/** A link is kept even when its ids cannot be used: its attributes still say something. */
function scanLink(scan: TracesScan, end: number): void {
  const { reader, limits } = scan;
  const { links } = scan.batch;
  const { attributes } = links;
  const attributesStart = attributes.count;
  const outerCuts = limits.cuts;
  let leftOutCount = 0;
  limits.check();
  limits.cuts = undefined;
  // Links have no name; the one before is as good a guess as any.
  let template = links.count < 2 ? 0 : (links.attributesEnd[links.count - 2] ?? 0);
  const row = links.reserve();
  clearLink(links, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  while (reader.position < end) {
    const tag = reader.tag(end);
    switch (tag) {
      case LINK_TRACE_ID:
        traceId = scanTraceId(reader, end, links.traceIds, row);
        break;
      case LINK_SPAN_ID:
        spanId = scanSpanId(reader, end, links.spanIds, row);
        break;
      case LINK_TRACE_STATE:
        links.traceStates[row] = scan.text(reader.openMessage(end), 0);
        break;
      case LINK_FLAGS:
        links.flags[row] = reader.view.getUint32(reader.fixed(4, end), true);
        break;
      case LINK_ATTRIBUTES:
        if (attributes.count - attributesStart >= limits.limits.attributeCountMax) {
          leftOutCount += leaveOut(scan, end);
          break;
        }
        scanAttribute(scan, attributes, template, reader.openMessage(end));
        template += 1;
        break;
      case LINK_DROPPED:
        links.droppedAttributesCounts[row] = reader.uint32(end);
        break;
      default:
        reader.skip(tag, end);
    }
  }
  if (traceId !== IdState.valid || spanId !== IdState.valid) scan.losses.count("link_id_invalid");
  scanCutMarks(scan, attributes);
  limits.cuts = outerCuts;
  if (leftOutCount > 0) addTo(links.droppedAttributesCounts, row, leftOutCount);
  links.attributesEnd[row] = attributes.count;
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
