import { LOSS_REASONS, LossLedger, type SpanBatch } from "@spoor/trace";
import { guarded, type Malformed } from "../protobuf/malformed.ts";

/** What became of one request. */
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

/**
 * Runs `decode`, which appends to `batch` and counts what it does not keep. Where it finds its
 * input malformed the batch is as before and nothing is counted: the whole request is refused,
 * and whoever refuses it counts that.
 */
export function decodeInto(
  batch: SpanBatch,
  ledger: LossLedger,
  decode: (losses: LossLedger) => void,
): DecodeResult {
  const losses = new LossLedger();
  const mark = batch.mark();
  const result = guarded(() => {
    decode(losses);
  });
  if (result?.malformed !== undefined) {
    batch.rollback(mark);
    return result;
  }
  const entries = losses.entries();
  ledger.add(entries);
  return {
    spanCount: batch.spanCount - mark.spanCount,
    rejectedSpanCount: losses.of("span_id_invalid"),
    problems: entries.map(({ reason, count }) => `${count} x ${LOSS_REASONS[reason]}`),
  };
}
