import type { LossReason } from "./reasons.ts";

/** One line of the ledger. */
export interface LossEntry {
  readonly reason: LossReason;
  readonly count: number;
}

/**
 * Counts what was not kept, by reason. The only way to discard anything in Spoor is to count it
 * here, so that the sum of all ledgers is the whole truth about what is missing.
 */
export class LossLedger {
  /** Made by the first loss: most ledgers, one for each envelope of a request, never have one. */
  #counts: Map<LossReason, number> | undefined;

  /** Adds `count` losses. Cost: one map look-up. */
  count(reason: LossReason, count: number = 1): void {
    if (count === 0) return;
    this.#counts ??= new Map();
    this.#counts.set(reason, (this.#counts.get(reason) ?? 0) + count);
  }

  /** How often `reason` was counted since the start. */
  of(reason: LossReason): number {
    return this.#counts?.get(reason) ?? 0;
  }

  /** Adds all of `other` to this ledger. */
  add(entries: Iterable<LossEntry>): void {
    for (const { reason, count } of entries) this.count(reason, count);
  }

  /** Every reason that was counted at least once, in the order of first occurrence. */
  entries(): LossEntry[] {
    return this.#counts === undefined
      ? []
      : [...this.#counts].map(([reason, count]) => ({ reason, count }));
  }
}
