/*
 * A batch of spans as one Native block for `spans`.
 *
 * Ids and times go out as the bytes they are in the batch; text columns as one index per row; no
 * object is made per span.
 */
import type { SpanBatch } from "@spoor/trace";

import { taggedMap } from "./attribute-maps.ts";
import {
  ArrayColumn,
  type ArrayElements,
  arrayEnds,
  LowCardinalityColumn,
  lowCardinalityElements,
  type NativeColumn,
  nativeBlock,
  RawColumn,
  rawElements,
  stringData,
} from "./native-columns.ts";
import {
  attributeMapColumns,
  dimensionColumns,
  type DimensionIds,
  serviceColumn,
} from "./row-columns.ts";

const TIME = "DateTime64(9, 'UTC')";

/**
 * The pieces of the block, to be sent one after another. They refer to the columns of `batch`,
 * which must not change until they were sent.
 */
export function spanBlock(
  batch: SpanBatch,
  ids: DimensionIds,
  buckets: Uint32Array,
): { readonly columns: readonly string[]; readonly parts: Uint8Array[] } {
  const columns = [
    ...identityColumns(batch, buckets),
    ...textColumns(batch),
    ...wordColumns(batch, ids),
    ...attributeColumns(batch),
    ...eventColumns(batch),
    ...linkColumns(batch),
  ];
  return { columns: columns.map(({ name }) => name), parts: nativeBlock(batch.spanCount, columns) };
}

function identityColumns(batch: SpanBatch, buckets: Uint32Array): NativeColumn[] {
  const { spanCount } = batch;
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
  return [
    serviceColumn(batch, spanCount),
    new LowCardinalityColumn("name", strings, batch.names.subarray(0, spanCount)),
    new LowCardinalityColumn("status_msg", strings, batch.statusMessages.subarray(0, spanCount)),
    new LowCardinalityColumn("trace_state", strings, batch.traceStates.subarray(0, spanCount)),
  ];
}

function wordColumns(batch: SpanBatch, ids: DimensionIds): NativeColumn[] {
  const { spanCount } = batch;
  const words = (name: string, column: Uint32Array): NativeColumn =>
    new RawColumn(name, "UInt32", column.subarray(0, spanCount));
  return [
    new RawColumn("kind", "UInt8", batch.kinds.subarray(0, spanCount)),
    new RawColumn("status", "UInt8", batch.statusCodes.subarray(0, spanCount)),
    words("flags", batch.flags),
    ...dimensionColumns(batch, ids, spanCount),
    words("dropped_attrs", batch.droppedAttributesCounts),
    words("dropped_events", batch.droppedEventsCounts),
    words("dropped_links", batch.droppedLinksCounts),
  ];
}

function attributeColumns(batch: SpanBatch): NativeColumn[] {
  return attributeMapColumns(batch, { count: batch.spanCount, ends: batch.attributesEnd });
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
