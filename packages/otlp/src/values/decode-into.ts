import { LOSS_REASONS, LossLedger } from "@spoor/trace";
import { guarded, type Malformed } from "../protobuf/malformed.ts";

/** A request that could be read, and what could not be kept of it. */
export interface DecodedInto {
  readonly malformed?: undefined;
  readonly losses: LossLedger;
  /** In words for the sender, one per kind: `partial_success.error_message`. Often empty. */
  readonly problems: readonly string[];
}

/** A batch that can go back to a point. */
interface Rewindable<Mark> {
  mark(): Mark;
  rollback(mark: Mark): void;
}

/**
 * Runs `decode`, which appends to `batch` and counts what it does not keep. Where it finds its
 * input malformed the batch is as before and nothing is counted: the whole request is refused,
 * and whoever refuses it counts that.
 */
export function decodeInto<Mark>(
  batch: Rewindable<Mark>,
  ledger: LossLedger,
  decode: (losses: LossLedger) => void,
): DecodedInto | Malformed {
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
  const problems = entries.map(({ reason, count }) => `${count} x ${LOSS_REASONS[reason]}`);
  return { losses, problems };
}
