/*
 * Spans in OTLP/JSON straight into the columns of a batch; what scan-span.ts is for protobuf.
 */
import { isSpanKind, isStatusCode, type SpanBatch } from "@spoor/trace";
import { JsonFieldNames } from "../values/json-field-names.ts";
import { addTo } from "../values/scan-attribute.ts";
import { IdState, scanHexId, scanJsonTime } from "../values/scan-id.ts";
import { type JsonScan, scanJsonAttributes } from "../values/scan-json-attribute.ts";
import { clearEvent, clearLink, clearSpan, dropLastSpan } from "./batch-rows.ts";
import { KIND_NAMES, STATUS_CODE_NAMES } from "./enum-names.ts";
import type { SpanOwners } from "./scan-span.ts";

const SPAN = new JsonFieldNames([
  "traceId",
  "spanId",
  "parentSpanId",
  "traceState",
  "flags",
  "name",
  "kind",
  "startTimeUnixNano",
  "endTimeUnixNano",
  "attributes",
  "droppedAttributesCount",
  "events",
  "droppedEventsCount",
  "links",
  "droppedLinksCount",
  "status",
]);
const EVENT = new JsonFieldNames(["timeUnixNano", "name", "attributes", "droppedAttributesCount"]);
const LINK = new JsonFieldNames([
  "traceId",
  "spanId",
  "traceState",
  "flags",
  "attributes",
  "droppedAttributesCount",
]);
const STATUS = new JsonFieldNames(["message", "code"]);

type SpansScan = JsonScan<SpanBatch, SpanOwners>;

/** Appends the span that follows, or counts why it cannot. */
export function scanJsonSpan(scan: SpansScan): void {
  const { cursor, batch, memory, limits } = scan;
  const owner = scan.owners.span;
  limits.check();
  owner.begin();
  owner.follow(memory.spanTemplates, 0);
  const heapStart = batch.heap.length;
  const row = batch.reserveSpan();
  clearSpan(batch, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let parentSpanId: IdState = IdState.none;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(SPAN, seen);
    seen |= cursor.fieldBit;
    switch (field) {
      case -1:
        break;
      case 0:
        traceId = scanHexId(cursor, batch.traceIdWords, row, 4);
        break;
      case 1:
        spanId = scanHexId(cursor, batch.spanIdWords, row, 2);
        break;
      case 2:
        parentSpanId = scanHexId(cursor, batch.parentSpanIdWords, row, 2);
        break;
      case 5: {
        const name = scan.textId(batch.names[row - 1] ?? 0);
        batch.names[row] = name;
        owner.follow(memory.spanTemplates, name);
        break;
      }
      case 7:
        scanJsonTime(cursor, batch.startTimeWords, row);
        break;
      case 8:
        scanJsonTime(cursor, batch.endTimeWords, row);
        break;
      case 9:
        scanJsonAttributes(scan, owner);
        break;
      default:
        scanRareField(scan, row, field);
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

function scanRareField(scan: SpansScan, row: number, field: number): void {
  const { cursor, batch } = scan;
  switch (field) {
    case 3:
      batch.traceStates[row] = scan.textId(0);
      break;
    case 4:
      batch.flags[row] = cursor.uint32();
      break;
    case 6:
      batch.kinds[row] = scanKind(scan);
      break;
    case 10:
      batch.droppedAttributesCounts[row] = cursor.uint32();
      break;
    case 11:
      for (let more = cursor.openList(); more; more = cursor.nextElement()) scanEvent(scan);
      break;
    case 12:
      batch.droppedEventsCounts[row] = cursor.uint32();
      break;
    case 13:
      for (let more = cursor.openList(); more; more = cursor.nextElement()) scanLink(scan);
      break;
    case 14:
      batch.droppedLinksCounts[row] = cursor.uint32();
      break;
    default:
      scanStatus(scan, row);
  }
}

function scanEvent(scan: SpansScan): void {
  const { cursor, memory } = scan;
  const { events } = scan.batch;
  const owner = scan.owners.event;
  scan.limits.check();
  owner.begin();
  owner.follow(memory.eventTemplates, 0);
  const row = events.reserve();
  clearEvent(events, row);
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(EVENT, seen);
    seen |= cursor.fieldBit;
    if (field === 0) scanJsonTime(cursor, events.timeWords, row);
    else if (field === 1) {
      const name = scan.textId(events.names[row - 1] ?? 0);
      events.names[row] = name;
      owner.follow(memory.eventTemplates, name);
    } else if (field === 2) scanJsonAttributes(scan, owner);
    else if (field === 3) events.droppedAttributesCounts[row] = cursor.uint32();
  }
  addTo(events.droppedAttributesCounts, row, owner.finish());
  memory.eventTemplates.set(events.names[row] ?? 0, owner.start, owner.end);
  events.attributesEnd[row] = owner.rows.count;
}

/** A link is kept even when its ids cannot be used: its attributes still say something. */
function scanLink(scan: SpansScan): void {
  const { cursor } = scan;
  const { links } = scan.batch;
  const owner = scan.owners.link;
  scan.limits.check();
  owner.begin();
  const row = links.reserve();
  clearLink(links, row);
  let traceId: IdState = IdState.none;
  let spanId: IdState = IdState.none;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(LINK, seen);
    seen |= cursor.fieldBit;
    if (field === 0) traceId = scanHexId(cursor, links.traceIdWords, row, 4);
    else if (field === 1) spanId = scanHexId(cursor, links.spanIdWords, row, 2);
    else if (field === 2) links.traceStates[row] = scan.textId(0);
    else if (field === 3) links.flags[row] = cursor.uint32();
    else if (field === 4) scanJsonAttributes(scan, owner);
    else if (field === 5) links.droppedAttributesCounts[row] = cursor.uint32();
  }
  if (traceId !== IdState.valid || spanId !== IdState.valid) scan.losses.count("link_id_invalid");
  addTo(links.droppedAttributesCounts, row, owner.finish());
  links.attributesEnd[row] = owner.rows.count;
}

function scanStatus(scan: SpansScan, row: number): void {
  const { cursor, batch } = scan;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(STATUS, seen);
    seen |= cursor.fieldBit;
    if (field === 0) batch.statusMessages[row] = scan.textId(0);
    else if (field === 1) batch.statusCodes[row] = scanStatusCode(scan);
  }
}

function scanStatusCode({ cursor, losses }: SpansScan): number {
  const code = cursor.enumNumber(STATUS_CODE_NAMES);
  if (isStatusCode(code)) return code;
  losses.count("status_code_unknown");
  return 0;
}

function scanKind({ cursor, losses }: SpansScan): number {
  const kind = cursor.enumNumber(KIND_NAMES);
  if (isSpanKind(kind)) return kind;
  losses.count("span_kind_unknown");
  return 0;
}
