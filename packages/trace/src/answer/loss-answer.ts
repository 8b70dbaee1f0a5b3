/*
 * What `GET /api/v1/loss` answers: an account of every span since the start of the server.
 *
 * In every account, and in their sum, without exception:
 *
 *   received = acknowledged + refused
 *   acknowledged + recovered = stored + waiting + given up
 *
 * A request that was refused before anybody knew what is in it (too large, malformed, overload) is
 * a request in `requests`, and in no account: nobody knows its spans or its sender.
 */

import type { SenderName } from "../report/sender-name.ts";

/** `GET /api/v1/loss`. */
export interface LossAnswer {
  readonly startedAtUnixNano: string;
  readonly nowUnixNano: string;
  /** The sum of all senders. */
  readonly total: SpanAccount;
  /** Most spans first. */
  readonly senders: readonly SenderAccount[];
  /** Senders beyond this number share one account. */
  readonly senderLimit: number;
  readonly requests: RequestAccount;
  /** What waits on disk for the store. */
  readonly spool: SpoolBacklog;
  /** Everything that was counted, spans, requests and attributes alike. */
  readonly losses: readonly LossLine[];
  /** What senders say that they lost before it got here. In none of the accounts above. */
  readonly senderLosses: readonly SenderLoss[];
  /** Traces with more spans than are read at once, found since the start. All of them is kept. */
  readonly largeTraceCount: number;
  /** The last of these, newest first. */
  readonly largeTraces: readonly LargeTrace[];
}

/** A trace with more spans than are read at once. */
export interface LargeTrace {
  readonly traceId: string;
  /** When it was found; it may have grown. */
  readonly spanCount: number;
  /** Of its root, or of its earliest span. */
  readonly service: string;
  readonly name: string;
}

/** Where spans went. */
export interface SpanAccount {
  /** In requests that could be read. */
  readonly receivedSpanCount: number;
  /** Success was answered: they are on disk, or in a store that has none. */
  readonly acknowledgedSpanCount: number;
  /** Found in the spool at the start; acknowledged by the process before this one. */
  readonly recoveredSpanCount: number;
  readonly storedSpanCount: number;
  /** In the spool, on their way into the store. */
  readonly waitingSpanCount: number;
  /** The sender was told; by reason. */
  readonly refused: readonly LossLine[];
  /** Acknowledged and not stored after all; by reason. */
  readonly givenUp: readonly LossLine[];
  /** Kept, but not as they were sent; by reason. Counts things, not spans. */
  readonly changed: readonly LossLine[];
}

/** The account of one sender; without a name for the account that many senders share. */
export interface SenderAccount extends SpanAccount, SenderName {
  /** True for the account of all senders beyond the limit. */
  readonly isShared: boolean;
}

/** What became of requests. */
export interface RequestAccount {
  readonly acknowledgedCount: number;
  readonly refused: readonly LossLine[];
}

/** What waits on disk for the store. */
export interface SpoolBacklog {
  readonly segmentCount: number;
  readonly bytes: number;
}

/** A reason, how often, and what it means for a person. */
export interface LossLine {
  readonly reason: string;
  readonly count: number;
  readonly meaning: string;
}

/** What one process says that it lost before it could send it. */
export interface SenderLoss extends SenderName {
  /** Totals since the start of the process. */
  readonly losses: readonly LossLine[];
}
