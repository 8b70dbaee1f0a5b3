import {
  isSpanKind,
  isStatusCode,
  type LossLedger,
  SPAN_ID_BYTES,
  type SpanBatch,
  TRACE_ID_BYTES,
} from "@spoor/trace";
import {
  appendOwnedAttributes,
  enumNumber,
  type JsonTarget,
  textId,
} from "../values/append-json-value.ts";
import {
  enumField,
  type JsonNode,
  nodeField,
  nodesField,
  textField,
  uint32Field,
  uint64Field,
} from "../values/json-fields.ts";
import { IdState, setId } from "../values/scan-id.ts";
import { KIND_NAMES, STATUS_CODE_NAMES } from "./enum-names.ts";
import { clearEvent, clearLink, clearSpan, dropLastSpan } from "./batch-rows.ts";

type SpanTarget = JsonTarget<SpanBatch>;

/** Appends one span, or counts why it cannot. Resource and scope index are the caller's to fill. */
export function appendJsonSpan(target: SpanTarget, node: JsonNode): void {
  const { batch, limits } = target;
  const { losses } = limits;
  limits.check();
  const row = batch.reserveSpan();
  const heapStart = batch.heap.length;
  clearSpan(batch, row);
  const traceId = setId(batch.traceIds, row, TRACE_ID_BYTES, textField(node, "traceId"));
  const spanId = setId(batch.spanIds, row, SPAN_ID_BYTES, textField(node, "spanId"));
  const parent = setId(batch.parentSpanIds, row, SPAN_ID_BYTES, textField(node, "parentSpanId"));
  batch.traceStates[row] = textId(target, textField(node, "traceState"));
  batch.flags[row] = uint32Field(node, "flags");
  batch.names[row] = textId(target, textField(node, "name"));
  batch.kinds[row] = kindOf(node, losses);
  batch.startTimesUnixNano[row] = uint64Field(node, "startTimeUnixNano");
  batch.endTimesUnixNano[row] = uint64Field(node, "endTimeUnixNano");
  appendOwnedAttributes(target, batch, row, node);
  for (const event of nodesField(node, "events")) appendEvent(target, event);
  batch.droppedEventsCounts[row] = uint32Field(node, "droppedEventsCount");
  for (const link of nodesField(node, "links")) appendLink(target, link);
  batch.droppedLinksCounts[row] = uint32Field(node, "droppedLinksCount");
  setStatus(target, row, nodeField(node, "status"));
  const hasIds = traceId === IdState.valid && spanId === IdState.valid;
  if (!hasIds || parent === IdState.invalid) {
    losses.count("span_id_invalid");
    batch.heap.length = heapStart;
    dropLastSpan(batch);
    return;
  }
  batch.attributesEnd[row] = batch.attributes.count;
  batch.eventsEnd[row] = batch.events.count;
  batch.linksEnd[row] = batch.links.count;
}

function appendEvent(target: SpanTarget, node: JsonNode): void {
  const { events } = target.batch;
  target.limits.check();
  const row = events.reserve();
  clearEvent(events, row);
  events.timesUnixNano[row] = uint64Field(node, "timeUnixNano");
  events.names[row] = textId(target, textField(node, "name"));
  appendOwnedAttributes(target, events, row, node);
  events.attributesEnd[row] = events.attributes.count;
}

function appendLink(target: SpanTarget, node: JsonNode): void {
  const { links } = target.batch;
  target.limits.check();
  const row = links.reserve();
  clearLink(links, row);
  const traceId = setId(links.traceIds, row, TRACE_ID_BYTES, textField(node, "traceId"));
  const spanId = setId(links.spanIds, row, SPAN_ID_BYTES, textField(node, "spanId"));
  const hasIds = traceId === IdState.valid && spanId === IdState.valid;
  if (!hasIds) target.limits.losses.count("link_id_invalid");
  links.traceStates[row] = textId(target, textField(node, "traceState"));
  links.flags[row] = uint32Field(node, "flags");
  appendOwnedAttributes(target, links, row, node);
  links.attributesEnd[row] = links.attributes.count;
}

function setStatus(target: SpanTarget, row: number, node: JsonNode | undefined): void {
  if (node === undefined) return;
  const { batch, limits } = target;
  const { losses } = limits;
  batch.statusMessages[row] = textId(target, textField(node, "message"));
  const code = enumNumber(enumField(node, "code"), STATUS_CODE_NAMES);
  if (!isStatusCode(code)) losses.count("status_code_unknown");
  batch.statusCodes[row] = isStatusCode(code) ? code : 0;
}

function kindOf(node: JsonNode, losses: LossLedger): number {
  const kind = enumNumber(enumField(node, "kind"), KIND_NAMES);
  if (isSpanKind(kind)) return kind;
  losses.count("span_kind_unknown");
  return 0;
}
