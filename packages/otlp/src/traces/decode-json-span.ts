import {
  type AttributeColumns,
  AttributeType,
  type AttributeValue,
  hexToBytes,
  isSpanKind,
  isStatusCode,
  type LossLedger,
  SPAN_ID_BYTES,
  type SpanBatch,
  toAnyValue,
  TRACE_ID_BYTES,
} from "@spoor/trace";
import { clearEvent, clearLink, clearSpan, dropLastSpan, IdState } from "./batch-rows.ts";
import { decodeJsonKey, decodeJsonValue } from "./decode-json-value.ts";
import {
  enumField,
  type JsonNode,
  nodeField,
  nodesField,
  textField,
  uint32Field,
  uint64Field,
} from "./json-fields.ts";
import type { JsonTexts } from "./json-texts.ts";

const KIND_NAMES = [
  "SPAN_KIND_UNSPECIFIED",
  "SPAN_KIND_INTERNAL",
  "SPAN_KIND_SERVER",
  "SPAN_KIND_CLIENT",
  "SPAN_KIND_PRODUCER",
  "SPAN_KIND_CONSUMER",
] as const;

const STATUS_CODE_NAMES = ["STATUS_CODE_UNSET", "STATUS_CODE_OK", "STATUS_CODE_ERROR"] as const;

const encoder = new TextEncoder();
const words = new DataView(new ArrayBuffer(8));

/** One request that is being appended. */
export interface JsonTarget {
  readonly texts: JsonTexts;
  readonly batch: SpanBatch;
  readonly losses: LossLedger;
}

/** Appends one span, or counts why it cannot. Resource and scope index are the caller's to fill. */
export function appendJsonSpan(target: JsonTarget, node: JsonNode): void {
  const { batch, losses } = target;
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
  appendAttributes(target, batch.attributes, nodesField(node, "attributes"));
  batch.droppedAttributesCounts[row] = uint32Field(node, "droppedAttributesCount");
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

function appendEvent(target: JsonTarget, node: JsonNode): void {
  const { events } = target.batch;
  const row = events.reserve();
  clearEvent(events, row);
  events.timesUnixNano[row] = uint64Field(node, "timeUnixNano");
  events.names[row] = textId(target, textField(node, "name"));
  appendAttributes(target, events.attributes, nodesField(node, "attributes"));
  events.droppedAttributesCounts[row] = uint32Field(node, "droppedAttributesCount");
  events.attributesEnd[row] = events.attributes.count;
}

function appendLink(target: JsonTarget, node: JsonNode): void {
  const { links } = target.batch;
  const row = links.reserve();
  clearLink(links, row);
  const traceId = setId(links.traceIds, row, TRACE_ID_BYTES, textField(node, "traceId"));
  const spanId = setId(links.spanIds, row, SPAN_ID_BYTES, textField(node, "spanId"));
  const hasIds = traceId === IdState.valid && spanId === IdState.valid;
  if (!hasIds) target.losses.count("link_id_invalid");
  links.traceStates[row] = textId(target, textField(node, "traceState"));
  links.flags[row] = uint32Field(node, "flags");
  appendAttributes(target, links.attributes, nodesField(node, "attributes"));
  links.droppedAttributesCounts[row] = uint32Field(node, "droppedAttributesCount");
  links.attributesEnd[row] = links.attributes.count;
}

function setStatus(target: JsonTarget, row: number, node: JsonNode | undefined): void {
  if (node === undefined) return;
  const { batch, losses } = target;
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

/** The number of an enum value; -1 for a name that is not known, 0 when absent. */
function enumNumber(value: string | number | undefined, names: readonly string[]): number {
  return typeof value === "string" ? names.indexOf(value) : (value ?? 0);
}

/** Writes the bytes of a hex id into its column; zeros if it is not an id. */
function setId(column: Uint8Array, row: number, byteCount: number, hex: string): IdState {
  const offset = row * byteCount;
  if (hex === "") return IdState.none;
  const isHex = hexToBytes(hex, column, { offset, byteCount });
  if (!isHex) column.fill(0, offset, offset + byteCount);
  if (!isHex) return IdState.invalid;
  for (let index = 0; index < byteCount; index += 1) {
    if (column[offset + index] !== 0) return IdState.valid;
  }
  return IdState.none;
}

function textId({ texts, losses }: JsonTarget, text: string): number {
  return texts.intern(text, losses);
}

function appendAttributes(
  target: JsonTarget,
  rows: AttributeColumns,
  keyValues: readonly JsonNode[],
): void {
  for (const keyValue of keyValues) {
    const key = textId(target, decodeJsonKey(keyValue, target.losses));
    appendValue(target, rows, key, decodeJsonValue(keyValue, { depth: 0, losses: target.losses }));
  }
}

function appendValue(
  { texts, batch, losses }: JsonTarget,
  rows: AttributeColumns,
  key: number,
  value: AttributeValue,
): void {
  switch (typeof value) {
    case "string":
      texts.push(rows, key, value, losses);
      return;
    case "boolean":
      rows.push(key, AttributeType.bool, value ? 1 : 0, 0);
      return;
    case "bigint":
      words.setBigInt64(0, value, true);
      rows.push(key, AttributeType.int, words.getInt32(0, true), words.getInt32(4, true));
      return;
    case "number":
      words.setFloat64(0, value, true);
      rows.push(key, AttributeType.double, words.getInt32(0, true), words.getInt32(4, true));
      return;
    default:
  }
  if (value === null) {
    rows.push(key, AttributeType.empty, 0, 0);
    return;
  }
  const isBytes = value instanceof Uint8Array;
  const bytes = isBytes ? value : encoder.encode(JSON.stringify(toAnyValue(value)));
  const offset = batch.heap.append(bytes, 0, bytes.length);
  rows.push(key, isBytes ? AttributeType.bytes : AttributeType.nested, offset, bytes.length);
}
