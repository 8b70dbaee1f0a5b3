import { LOSS_REASONS, LossLedger } from "@spoor/trace";
import { memoryOf } from "./batch-memory.ts";
import { guarded, type Malformed } from "../protobuf/malformed.ts";
import type { DecodeLimits } from "@spoor/trace";
import { RequestLimits } from "./request-limits.ts";
import { ResourceShares, type RowShare } from "./resource-shares.ts";
import type { SignalBatch } from "./signal-batch.ts";

/** A request that could be read, and what could not be kept of it. */
export interface DecodedInto {
  readonly malformed?: undefined;
  readonly losses: LossLedger;
  /** In words for the sender, one per kind: `partial_success.error_message`. Often empty. */
  readonly problems: readonly string[];
  /** Who sent how much: one for each distinct resource that came with a row. */
  readonly shares: readonly RowShare[];
}

/** Where a decoder counts, and what it keeps to. */
export interface DecodeInto {
  readonly ledger: LossLedger;
  readonly limits: DecodeLimits;
  readonly bodyBytes: number;
}

/** What a decoder counts in. */
export interface Decoding {
  /** Of the whole request; envelopes count in ledgers of their own that are added to it. */
  readonly losses: LossLedger;
  readonly limits: RequestLimits;
  readonly shares: ResourceShares;
}

/** A batch that can go back to a point. */
interface Rewindable<Mark> extends SignalBatch {
  mark(): Mark;
  rollback(mark: Mark): void;
}

/**
 * Runs `decode`, which appends to `batch` and counts what it does not keep. Where it finds its
 * input malformed, or more than may be, the batch is as before and nothing is counted: the whole
 * request is refused, and whoever refuses it counts that. `heldCount` tells the rows of all kinds
 * in the batch.
 */
export function decodeInto<Mark>(
  batch: Rewindable<Mark>,
  { ledger, limits, bodyBytes, heldCount }: DecodeInto & { readonly heldCount: () => number },
  decode: (decoding: Decoding) => void,
): DecodedInto | Malformed {
  const losses = new LossLedger();
  const shares = new ResourceShares();
  const mark = batch.mark();
  const result = guarded(() => {
    decode({ losses, shares, limits: new RequestLimits(limits, heldCount, bodyBytes) });
  });
  if (result?.malformed !== undefined) {
    batch.rollback(mark);
    memoryOf(batch).forgetRows();
    return result;
  }
  const entries = losses.entries();
  ledger.add(entries);
  const problems = entries.map(({ reason, count }) => `${count} x ${LOSS_REASONS[reason]}`);
  return { losses, problems, shares: shares.list() };
}
