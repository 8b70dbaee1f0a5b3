/*
 * A batch of log records as one Native block for `logs`.
 *
 * Ids and times go out as the bytes they are in the batch; no object is made per log record.
 */
import type { LogBatch } from "@spoor/trace";

import { fillBuckets } from "../schema/time-bucket.ts";
import { taggedValues } from "./attribute-maps.ts";
import {
  LowCardinalityColumn,
  type NativeColumn,
  nativeBlock,
  RawColumn,
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
export function logBlock(
  batch: LogBatch,
  ids: DimensionIds,
  nowUnixNano: bigint,
): { readonly columns: readonly string[]; readonly parts: Uint8Array[] } {
  const { logRecordCount: count, strings } = batch;
  const columns = [
    new RawColumn("trace_id", "FixedString(16)", batch.traceIds.subarray(0, count * 16)),
    new RawColumn("span_id", "FixedString(8)", batch.spanIds.subarray(0, count * 8)),
    ...timeColumns(batch, nowUnixNano),
    serviceColumn(batch, count),
    new RawColumn("severity", "UInt8", batch.severityNumbers.subarray(0, count)),
    new LowCardinalityColumn("severity_text", strings, batch.severityTexts.subarray(0, count)),
    new LowCardinalityColumn("event_name", strings, batch.eventNames.subarray(0, count)),
    new RawColumn("body", "String", taggedValues(batch, batch.bodies, count)),
    ...attributeMapColumns(batch, { count, ends: batch.attributesEnd }),
    new RawColumn("dropped_attrs", "UInt32", batch.droppedAttributesCounts.subarray(0, count)),
    new RawColumn("flags", "UInt32", batch.flags.subarray(0, count)),
    ...dimensionColumns(batch, ids, count),
  ];
  return { columns: columns.map(({ name }) => name), parts: nativeBlock(count, columns) };
}

/** `ts` is the time of a log record or, where the sender knew none, when it was observed. */
function timeColumns(batch: LogBatch, nowUnixNano: bigint): NativeColumn[] {
  const { logRecordCount: count } = batch;
  const observed = batch.observedTimesUnixNano.subarray(0, count);
  const times = batch.timesUnixNano.slice(0, count);
  const hasTime = new Uint8Array(count);
  // Words instead of 64-bit elements: reading one of those makes a BigInt.
  const timeWords = new Uint32Array(times.buffer);
  const observedWords = new Uint32Array(observed.buffer, observed.byteOffset, count * 2);
  for (let row = 0; row < count; row += 1) {
    const at = row * 2;
    if (timeWords[at] !== 0 || timeWords[at + 1] !== 0) {
      hasTime[row] = 1;
      continue;
    }
    timeWords[at] = observedWords[at] ?? 0;
    timeWords[at + 1] = observedWords[at + 1] ?? 0;
  }
  const buckets = new Uint32Array(count);
  fillBuckets(buckets, times, nowUnixNano);
  return [
    new RawColumn("tb", "DateTime('UTC')", buckets),
    new RawColumn("ts", TIME, times),
    new RawColumn("observed_ts", TIME, observed),
    new RawColumn("has_time", "UInt8", hasTime),
    new RawColumn(
      "seq",
      "UInt32",
      Uint32Array.from({ length: count }, (_, row) => row),
    ),
  ];
}
