/*
 * Where every span went, for each sender.
 *
 * 1. What a request held is known when it was decoded: its spans are received, and then either
 *    acknowledged or refused.
 * 2. Acknowledged spans wait under the sequence number of their segment until that is done with.
 * 3. What a segment held is counted once more when it is encoded for the store, from its rows, and
 *    that is what becomes stored. Where both counts are of this process they must agree; what was
 *    left by the process before has only the second one, and is recovered.
 *
 * The sums of docs/decisions/0017 hold at every moment, because each step moves a number.
 */
import {
  LOSS_REASONS,
  type LossEntry,
  LossLedger,
  type LossLine,
  type LossReason,
  type SenderAccount,
  type SpanAccount,
} from "@spoor/trace";
import { SENDERS_MAX } from "../base/limits.ts";
import type { SenderCount, SenderShare } from "../base/sender-share.ts";

class Account {
  readonly service: string;
  readonly instance: string;
  acknowledgedSpanCount = 0;
  recoveredSpanCount = 0;
  storedSpanCount = 0;
  waitingSpanCount = 0;
  readonly refused: LossLedger = new LossLedger();
  readonly givenUp: LossLedger = new LossLedger();
  readonly changed: LossLedger = new LossLedger();

  constructor(service: string, instance: string) {
    this.service = service;
    this.instance = instance;
  }
}

/** Owns the accounts of all senders. Lives as long as the server. */
export class SpanAccounts {
  readonly #accounts = new Map<string, Account>();
  readonly #shared = new Account("", "");
  readonly #waiting = new Map<bigint, Map<Account, number>>();
  readonly #sendersMax: number;

  constructor(sendersMax: number = SENDERS_MAX) {
    this.#sendersMax = sendersMax;
  }

  /** A request was acknowledged; its spans lie in this segment. */
  acknowledged(sequence: bigint, shares: readonly SenderShare[]): void {
    for (const share of shares) {
      const account = this.#countRead(share);
      if (share.spanCount === 0) continue;
      account.acknowledgedSpanCount += share.spanCount;
      account.waitingSpanCount += share.spanCount;
      const segment = this.#segment(sequence);
      segment.set(account, (segment.get(account) ?? 0) + share.spanCount);
    }
  }

  /** A request was acknowledged by a store that needs no spool. */
  acknowledgedAndStored(shares: readonly SenderShare[]): void {
    for (const share of shares) {
      const account = this.#countRead(share);
      account.acknowledgedSpanCount += share.spanCount;
      account.storedSpanCount += share.spanCount;
    }
  }

  /** A request could be read and was refused as a whole. */
  refused(shares: readonly SenderShare[], reason: LossReason): void {
    for (const share of shares) {
      this.#countRead(share).refused.count(reason, share.spanCount);
    }
  }

  /** A segment is in the store. Returns the spans that should have been in it and were not. */
  stored(sequence: bigint, counts: readonly SenderCount[]): number {
    for (const { account, spanCount } of this.#found(counts)) {
      account.storedSpanCount += spanCount;
    }
    return this.#settle(sequence, counts);
  }

  /**
   * A segment was given up; `counts` is undefined when it could not be read. Returns its spans, as
   * far as they are known.
   */
  setAside(sequence: bigint, counts: readonly SenderCount[] | undefined): number {
    const waiting = this.#waiting.get(sequence) ?? new Map<Account, number>();
    const known =
      counts === undefined
        ? Array.from(waiting, ([account, spanCount]) => ({ account, spanCount }))
        : this.#found(counts);
    let total = 0;
    for (const { account, spanCount } of known) {
      account.givenUp.count("span_set_aside", spanCount);
      total += spanCount;
    }
    if (counts !== undefined) this.#settle(sequence, counts);
    else {
      for (const [account, spanCount] of waiting) account.waitingSpanCount -= spanCount;
      this.#waiting.delete(sequence);
    }
    return total;
  }

  /** All accounts, and their sum. */
  answer(): { readonly total: SpanAccount; readonly senders: readonly SenderAccount[] } {
    const accounts = [...this.#accounts.values()];
    if (receivedCount(this.#shared) + this.#shared.recoveredSpanCount > 0) {
      accounts.push(this.#shared);
    }
    const senders = accounts
      .map((account) => ({
        service: account.service,
        instance: account.instance,
        isShared: account === this.#shared,
        ...spanAccount(account),
      }))
      .toSorted((a, b) => b.receivedSpanCount - a.receivedSpanCount);
    return { total: spanAccount(sumOf(accounts)), senders };
  }

  /** Takes what left a segment off what waits, by both counts of it. */
  #settle(sequence: bigint, counts: readonly SenderCount[]): number {
    const waiting = this.#waiting.get(sequence);
    this.#waiting.delete(sequence);
    const left = new Map(waiting);
    for (const { account, spanCount } of this.#found(counts)) {
      const waitingCount = left.get(account) ?? 0;
      // Left by the process before, or kept although its sender was told otherwise.
      account.recoveredSpanCount += Math.max(0, spanCount - waitingCount);
      left.set(account, Math.max(0, waitingCount - spanCount));
    }
    for (const [account, spanCount] of waiting ?? []) account.waitingSpanCount -= spanCount;
    let unreadableCount = 0;
    for (const [account, spanCount] of left) {
      account.givenUp.count("span_unreadable", spanCount);
      unreadableCount += spanCount;
    }
    return unreadableCount;
  }

  /** Counts what was wrong with single spans of a request that could be read. */
  #countRead(share: SenderShare): Account {
    const account = this.#accountOf(share);
    account.refused.count("span_id_invalid", share.rejectedSpanCount);
    account.changed.add(share.losses.filter(({ reason }) => reason !== "span_id_invalid"));
    return account;
  }

  /** Senders that share an account are added up. */
  #found(
    counts: readonly SenderCount[],
  ): { readonly account: Account; readonly spanCount: number }[] {
    const sums = new Map<Account, number>();
    for (const count of counts) {
      const account = this.#accountOf(count);
      sums.set(account, (sums.get(account) ?? 0) + count.spanCount);
    }
    return Array.from(sums, ([account, spanCount]) => ({ account, spanCount }));
  }

  #segment(sequence: bigint): Map<Account, number> {
    let segment = this.#waiting.get(sequence);
    if (segment === undefined) {
      segment = new Map();
      this.#waiting.set(sequence, segment);
    }
    return segment;
  }

  #accountOf({ service, instance }: Pick<SenderCount, "service" | "instance">): Account {
    const name = `${service}\0${instance}`;
    const known = this.#accounts.get(name);
    if (known !== undefined) return known;
    if (this.#accounts.size >= this.#sendersMax) return this.#shared;
    const account = new Account(service, instance);
    this.#accounts.set(name, account);
    return account;
  }
}

/** Entries with what they mean. */
export function lossLines(entries: readonly LossEntry[]): LossLine[] {
  return entries.map(({ reason, count }) => ({ reason, count, meaning: LOSS_REASONS[reason] }));
}

function sumOf(accounts: readonly Account[]): Account {
  const sum = new Account("", "");
  for (const account of accounts) {
    sum.acknowledgedSpanCount += account.acknowledgedSpanCount;
    sum.recoveredSpanCount += account.recoveredSpanCount;
    sum.storedSpanCount += account.storedSpanCount;
    sum.waitingSpanCount += account.waitingSpanCount;
    sum.refused.add(account.refused.entries());
    sum.givenUp.add(account.givenUp.entries());
    sum.changed.add(account.changed.entries());
  }
  return sum;
}

function spanAccount(account: Account): SpanAccount {
  return {
    receivedSpanCount: receivedCount(account),
    acknowledgedSpanCount: account.acknowledgedSpanCount,
    recoveredSpanCount: account.recoveredSpanCount,
    storedSpanCount: account.storedSpanCount,
    waitingSpanCount: account.waitingSpanCount,
    refused: lossLines(account.refused.entries()),
    givenUp: lossLines(account.givenUp.entries()),
    changed: lossLines(account.changed.entries()),
  };
}

function receivedCount({ acknowledgedSpanCount, refused }: Account): number {
  return refused.entries().reduce((sum, { count }) => sum + count, acknowledgedSpanCount);
}
