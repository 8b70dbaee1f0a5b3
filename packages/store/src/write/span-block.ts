/*
 * A batch of spans as one Native block for `spoor.spans`.
 *
 * Ids and times go out as the bytes they are in the batch; text columns as one index per row; no
 * object is made per span.
 */
import { serviceName, type SpanBatch, StringTable, UNKNOWN_SERVICE } from "@spoor/trace";

import { fillBuckets } from "../schema/time-bucket.ts";
import { type AttributeOwners, taggedMap, typedMaps } from "./attribute-maps.ts";
import {
  ArrayColumn,
  type ArrayElements,
  arrayEnds,
  LowCardinalityColumn,
  lowCardinalityElements,
  MapColumn,
  type NativeColumn,
  nativeBlock,
  RawColumn,
  rawElements,
  stringData,
} from "./native-columns.ts";

/** Ids under which the resources and scopes of a batch are stored, by their index in it. */
export interface DimensionIds {
  readonly resources: BigUint64Array;
  readonly scopes: BigUint64Array;
}

const TIME = "DateTime64(9, 'UTC')";

/**
 * The pieces of the block, to be sent one after another. They refer to the columns of `batch`,
 * which must not change until they were sent.
 */
export function spanBlock(
  batch: SpanBatch,
  ids: DimensionIds,
  nowUnixNano: bigint,
): { readonly columns: readonly string[]; readonly parts: Uint8Array[] } {
  const columns = [
    ...identityColumns(batch, nowUnixNano),
    ...textColumns(batch),
    ...wordColumns(batch, ids),
    ...attributeColumns(batch),
    ...eventColumns(batch),
    ...linkColumns(batch),
  ];
  return { columns: columns.map(({ name }) => name), parts: nativeBlock(batch.spanCount, columns) };
}

function identityColumns(batch: SpanBatch, nowUnixNano: bigint): NativeColumn[] {
  const { spanCount } = batch;
  const buckets = new Uint32Array(spanCount);
  fillBuckets(buckets, batch.startTimesUnixNano, nowUnixNano);
  return [
    new RawColumn("trace_id", "FixedString(16)", batch.traceIds.subarray(0, spanCount * 16)),
    new RawColumn("span_id", "FixedString(8)", batch.spanIds.subarray(0, spanCount * 8)),
    new RawColumn("parent_id", "FixedString(8)", batch.parentSpanIds.subarray(0, spanCount * 8)),
    new RawColumn("tb", "DateTime('UTC')", buckets),
    new RawColumn("ts", TIME, batch.startTimesUnixNano.subarray(0, spanCount)),
    new RawColumn("dur", "Int64", durations(batch)),
  ];
}

/** `end - start` modulo 2^64, in words. */
function durations(batch: SpanBatch): Uint32Array {
  const { spanCount, startTimesUnixNano: starts, endTimesUnixNano: ends } = batch;
  const start = new Uint32Array(starts.buffer, starts.byteOffset, spanCount * 2);
  const end = new Uint32Array(ends.buffer, ends.byteOffset, spanCount * 2);
  const durationWords = new Uint32Array(spanCount * 2);
  for (let at = 0; at < durationWords.length; at += 2) {
    const low = (end[at] ?? 0) - (start[at] ?? 0);
    durationWords[at] = low;
    durationWords[at + 1] = (end[at + 1] ?? 0) - (start[at + 1] ?? 0) - (low < 0 ? 1 : 0);
  }
  return durationWords;
}

function textColumns(batch: SpanBatch): NativeColumn[] {
  const { spanCount, strings } = batch;
  const services = new StringTable();
  const idOfResource = batch.resources.map((resource) =>
    services.internText(serviceName(resource)),
  );
  const unknown = services.internText(UNKNOWN_SERVICE);
  const serviceIds = new Uint32Array(spanCount);
  for (let row = 0; row < spanCount; row += 1) {
    serviceIds[row] = idOfResource[batch.resourceIndices[row] ?? 0] ?? unknown;
  }
  return [
    new LowCardinalityColumn("service", services, serviceIds),
    new LowCardinalityColumn("name", strings, batch.names.subarray(0, spanCount)),
    new LowCardinalityColumn("status_msg", strings, batch.statusMessages.subarray(0, spanCount)),
    new LowCardinalityColumn("trace_state", strings, batch.traceStates.subarray(0, spanCount)),
  ];
}

function wordColumns(batch: SpanBatch, ids: DimensionIds): NativeColumn[] {
  const { spanCount } = batch;
  const resourceIds = idColumn(ids.resources, batch.resourceIndices, spanCount);
  const scopeIds = idColumn(ids.scopes, batch.scopeIndices, spanCount);
  const words = (name: string, column: Uint32Array): NativeColumn =>
    new RawColumn(name, "UInt32", column.subarray(0, spanCount));
  return [
    new RawColumn("kind", "UInt8", batch.kinds.subarray(0, spanCount)),
    new RawColumn("status", "UInt8", batch.statusCodes.subarray(0, spanCount)),
    words("flags", batch.flags),
    new RawColumn("resource_id", "UInt64", resourceIds),
    new RawColumn("scope_id", "UInt64", scopeIds),
    words("dropped_attrs", batch.droppedAttributesCounts),
    words("dropped_events", batch.droppedEventsCounts),
    words("dropped_links", batch.droppedLinksCounts),
  ];
}

/** `ids[indices[row]]` for each row, moved as words. */
function idColumn(ids: BigUint64Array, indices: Uint32Array, spanCount: number): Uint32Array {
  const idWords = new Uint32Array(ids.buffer, ids.byteOffset, ids.length * 2);
  const column = new Uint32Array(spanCount * 2);
  for (let row = 0; row < spanCount; row += 1) {
    const at = (indices[row] ?? 0) * 2;
    column[row * 2] = idWords[at] ?? 0;
    column[row * 2 + 1] = idWords[at + 1] ?? 0;
  }
  return column;
}

function attributeColumns(batch: SpanBatch): NativeColumn[] {
  const owners: AttributeOwners = { count: batch.spanCount, ends: batch.attributesEnd };
  const maps = typedMaps(batch, batch.attributes, owners);
  return [
    new MapColumn("attrs_s", maps.text),
    new MapColumn("attrs_i", maps.int),
    new MapColumn("attrs_d", maps.double),
    new MapColumn("attrs_b", maps.bool),
  ];
}

function eventColumns(batch: SpanBatch): NativeColumn[] {
  const { events, strings } = batch;
  const { count } = events;
  const ends = arrayEnds(batch.eventsEnd.subarray(0, batch.spanCount));
  const column = (name: string, inner: ArrayElements): NativeColumn =>
    new ArrayColumn(`events.${name}`, ends, inner);
  return [
    column("ts", rawElements(TIME, events.timesUnixNano.subarray(0, count))),
    column("name", lowCardinalityElements(strings, events.names.subarray(0, count))),
    column("attrs", taggedMap(batch, events.attributes, { count, ends: events.attributesEnd })),
    column("dropped", rawElements("UInt32", events.droppedAttributesCounts.subarray(0, count))),
  ];
}

function linkColumns(batch: SpanBatch): NativeColumn[] {
  const { links, strings } = batch;
  const { count } = links;
  const ends = arrayEnds(batch.linksEnd.subarray(0, batch.spanCount));
  const column = (name: string, inner: ArrayElements): NativeColumn =>
    new ArrayColumn(`links.${name}`, ends, inner);
  const traceStates = stringData(strings, links.traceStates.subarray(0, count));
  return [
    column("trace_id", rawElements("FixedString(16)", links.traceIds.subarray(0, count * 16))),
    column("span_id", rawElements("FixedString(8)", links.spanIds.subarray(0, count * 8))),
    column("trace_state", rawElements("String", traceStates)),
    column("flags", rawElements("UInt32", links.flags.subarray(0, count))),
    column("attrs", taggedMap(batch, links.attributes, { count, ends: links.attributesEnd })),
    column("dropped", rawElements("UInt32", links.droppedAttributesCounts.subarray(0, count))),
  ];
}
