/*
 * A batch of spans, encoded for ClickHouse and independent of the batch: what is inserted as one
 * and under one token. Loads no client, so that a thread which only encodes stays small.
 */
import type { SpanBatch } from "@spoor/trace";

import { type DimensionRow, resourceRow, scopeRow } from "./dimension-rows.ts";
import { spanBlock } from "./span-block.ts";

/** Encoded spans. May be sent to another thread; transfer `bytes.buffer` then. */
export interface SpanBlock {
  readonly spanCount: number;
  /** Names of the columns in `bytes`, in their order. */
  readonly columns: readonly string[];
  /** One block in ClickHouse's Native format, in a buffer of its own. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Rows that the spans refer to; they are written first. */
  readonly resources: readonly DimensionRow[];
  readonly scopes: readonly DimensionRow[];
  /** Trace ids of the newest spans, 16 bytes each, repeated or not: for those who watch. */
  readonly newestTraceIds: Uint8Array<ArrayBuffer>;
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
  const resources = batch.resources.map(resourceRow);
  const scopes = batch.scopes.map(scopeRow);
  const ids = {
    resources: BigUint64Array.from(resources, ({ id }) => BigInt(id)),
    scopes: BigUint64Array.from(scopes, ({ id }) => BigInt(id)),
  };
  const { columns, parts } = spanBlock(batch, ids, nowUnixNano);
  return {
    spanCount: batch.spanCount,
    columns,
    bytes: joined(parts),
    resources,
    scopes,
    newestTraceIds: newestTraceIds(batch),
  };
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
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
