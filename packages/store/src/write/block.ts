/*
 * A batch, encoded for ClickHouse and independent of the batch: what is inserted as one and under
 * one token. Loads no client, so that a thread which only encodes stays small.
 */
import type { InstrumentationScope, LogBatch, Resource, SpanBatch } from "@spoor/trace";

import { SCRATCH_BYTES_KEPT_MAX } from "../base/limits.ts";
import { fillBuckets } from "../schema/time-bucket.ts";
import { type BlockCatalogue, blockCatalogue } from "./block-catalogue.ts";
import { type DimensionRow, resourceRow, scopeRow } from "./dimension-rows.ts";
import { logBlock } from "./log-block.ts";
import type { DimensionIds } from "./row-columns.ts";
import { takeBackScratch } from "./scratch.ts";
import { spanBlock } from "./span-block.ts";

/** Encoded rows of any table. May be sent to another thread; transfer `bytes.buffer` then. */
export interface RowBlock {
  /** Names of the columns in `bytes`, in their order. */
  readonly columns: readonly string[];
  /** One block in ClickHouse's Native format, in a buffer of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Rows that these rows refer to; they are written first. */
  readonly resources: readonly DimensionRow[];
  readonly scopes: readonly DimensionRow[];
}

/** Encoded spans. */
export interface SpanBlock extends RowBlock {
  readonly spanCount: number;
  /** Trace ids of the newest spans, 16 bytes each, repeated or not: for those who watch. */
  readonly newestTraceIds: Uint8Array<ArrayBuffer>;
  /** What the spans are about; counted once for a token. */
  readonly catalogue: BlockCatalogue;
}

/** Encoded log records. */
export interface LogBlock extends RowBlock {
  readonly logRecordCount: number;
}

/** A live view shows fewer traces than this; copying more ids would serve nobody. */
const NEWEST_SPANS_MAX = 2_000;

/**
 * Encodes a batch. The same batch and time give the same rows.
 *
 * `nowUnixNano` decides which start times are plausible (time-bucket.ts): pass the time when the
 * spans were received. Cost: about that of decoding them.
 */
export function encodeSpanBlock(
  batch: SpanBatch,
  { nowUnixNano }: { readonly nowUnixNano: bigint },
): SpanBlock {
  takeBackScratch(SCRATCH_BYTES_KEPT_MAX);
  const { ids, ...dimensions } = dimensionsOf(batch);
  const buckets = new Uint32Array(batch.spanCount);
  fillBuckets(buckets, batch.startTimesUnixNano, nowUnixNano);
  const { columns, parts } = spanBlock(batch, ids, buckets);
  return {
    spanCount: batch.spanCount,
    columns,
    bytes: joined(parts),
    ...dimensions,
    newestTraceIds: newestTraceIds(batch),
    catalogue: blockCatalogue(batch, buckets),
  };
}

/** Encodes a batch of log records, under the same rules as {@link encodeSpanBlock}. */
export function encodeLogBlock(
  batch: LogBatch,
  { nowUnixNano }: { readonly nowUnixNano: bigint },
): LogBlock {
  takeBackScratch(SCRATCH_BYTES_KEPT_MAX);
  const { ids, ...dimensions } = dimensionsOf(batch);
  const { columns, parts } = logBlock(batch, ids, nowUnixNano);
  return { logRecordCount: batch.logRecordCount, columns, bytes: joined(parts), ...dimensions };
}

interface Dimensions extends Pick<RowBlock, "resources" | "scopes"> {
  readonly ids: DimensionIds;
}

function dimensionsOf(batch: {
  readonly resources: readonly Resource[];
  readonly scopes: readonly InstrumentationScope[];
}): Dimensions {
  const resources = batch.resources.map(resourceRow);
  const scopes = batch.scopes.map(scopeRow);
  const ids = {
    resources: BigUint64Array.from(resources, ({ id }) => BigInt(id)),
    scopes: BigUint64Array.from(scopes, ({ id }) => BigInt(id)),
  };
  return { resources, scopes, ids };
}

/** The parts in a buffer of their own. */
function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  // Not from Node's pool, because it is sent to another thread, and not filled with zeros first.
  const bytes = Buffer.allocUnsafeSlow(parts.reduce((sum, { length }) => sum + length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

function newestTraceIds(batch: SpanBatch): Uint8Array<ArrayBuffer> {
  const first = Math.max(0, batch.spanCount - NEWEST_SPANS_MAX);
  return new Uint8Array(batch.traceIds.subarray(first * 16, batch.spanCount * 16));
}
