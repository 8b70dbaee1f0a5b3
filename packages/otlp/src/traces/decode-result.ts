import type { LossEntry, Resource, SpanBatch } from "@spoor/trace";
import type { Malformed } from "../protobuf/malformed.ts";
import { type DecodeInto, decodeInto, type Decoding } from "../values/decode-into.ts";

/** What became of one trace request. */
export type DecodeResult = Decoded | Malformed;

/** A request that could be read; what could not be kept of it is in `problems`. */
export interface Decoded {
  readonly malformed?: undefined;
  /** Spans appended to the batch. */
  readonly spanCount: number;
  /** Spans that were left out singly: `partial_success.rejected_spans`. */
  readonly rejectedSpanCount: number;
  /** In words for the sender, one per kind: `partial_success.error_message`. Often empty. */
  readonly problems: readonly string[];
  /** Who sent how much: one for each distinct resource that came with a span. */
  readonly shares: readonly ResourceShare[];
}

/** What one resource sent in a request. */
export interface ResourceShare {
  readonly resource: Resource;
  readonly spanCount: number;
  readonly rejectedSpanCount: number;
  readonly losses: readonly LossEntry[];
}

/** {@link decodeInto} for spans. */
export function decodeSpansInto(
  batch: SpanBatch,
  options: DecodeInto,
  decode: (decoding: Decoding) => void,
): DecodeResult {
  const countBefore = batch.spanCount;
  const heldCount = (): number => rowCount(batch);
  const result = decodeInto(batch, { ...options, heldCount }, decode);
  if (result.malformed !== undefined) return result;
  return {
    spanCount: batch.spanCount - countBefore,
    rejectedSpanCount: result.losses.of("span_id_invalid"),
    problems: result.problems,
    shares: result.shares.map((share) => ({
      resource: share.resource,
      spanCount: share.rowCount,
      rejectedSpanCount: share.rejectedCount,
      losses: share.losses,
    })),
  };
}

function rowCount({ spanCount, attributes, events, links }: SpanBatch): number {
  return (
    spanCount +
    attributes.count +
    events.count +
    events.attributes.count +
    links.count +
    links.attributes.count
  );
}
