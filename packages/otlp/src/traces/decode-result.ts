import type { LossLedger, SpanBatch } from "@spoor/trace";
import type { Malformed } from "../protobuf/malformed.ts";
import { decodeInto } from "../values/decode-into.ts";

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
}

/** {@link decodeInto} for spans. */
export function decodeSpansInto(
  batch: SpanBatch,
  ledger: LossLedger,
  decode: (losses: LossLedger) => void,
): DecodeResult {
  const countBefore = batch.spanCount;
  const result = decodeInto(batch, ledger, decode);
  if (result.malformed !== undefined) return result;
  return {
    spanCount: batch.spanCount - countBefore,
    rejectedSpanCount: result.losses.of("span_id_invalid"),
    problems: result.problems,
  };
}
