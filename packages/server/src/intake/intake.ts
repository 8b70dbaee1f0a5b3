import type { LossReason, SpoolBacklog } from "@spoor/trace";
import { REQUEST_BYTES_MAX, RETRY_DELAY_MS } from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import type { SenderShare } from "../base/sender-share.ts";
import type { LiveNews } from "../live/live-news.ts";

/**
 * Stored, with spans that were rejected singly and warnings in words. A log record is never
 * rejected singly.
 */
export interface Accepted {
  readonly kind: "accepted";
  readonly spanCount: number;
  readonly rejectedSpanCount: number;
  readonly logRecordCount: number;
  /** For partial_success.error_message; empty when all is well. */
  readonly errorMessage: string;
  readonly shares: readonly SenderShare[];
  /** What it says about the present. */
  readonly news: LiveNews;
}

/** Refused as a whole; nothing of it is kept. */
export interface Refused {
  readonly kind: "refused";
  readonly reason: LossReason;
  readonly message: string;
  /** Present when the same request may succeed after this long. */
  readonly retryDelayMs?: number;
  /** Who sent how much, where that is known: it could be decoded, and could not be kept. */
  readonly shares?: readonly SenderShare[];
}

/** The outcome of a request. */
export type IntakeReply = Accepted | Refused;

/** Takes request bodies, whatever they came over. */
export interface Intake {
  /**
   * Decompresses, decodes and keeps a request. Resolves when it is durable, or refused. The body
   * belongs to the intake from now on. Never rejects.
   */
  take(request: ReceivedRequest): Promise<IntakeReply>;
  /** Whether a request that came now could be kept. */
  isReady(): Promise<boolean>;
  /**
   * Makes what was acknowledged so far visible in the store, without waiting for its segment to
   * grow. Resolves with false when that takes too long: an answer from the store is not complete.
   */
  freshen(): Promise<boolean>;
  /** What waits on disk for the store. */
  readonly backlog: SpoolBacklog;
  /** Stores what was taken, as far as the store takes it in time. */
  close(): Promise<void>;
}

/** Whether a request is refused for its size: it must be split, and never sent again as it is. */
export function isTooLarge({ reason }: Refused): boolean {
  return reason === "request_too_large" || reason === "request_row_count";
}

const MIB = 1024 * 1024;

/** The refusal of a body above `limitBytes`, as sent or after decompression. */
export function refusedAsTooLarge(what: string, limitBytes: number): Refused {
  const message = `${what}; the limit is ${Math.floor(limitBytes / MIB)} MiB: send smaller batches`;
  return { kind: "refused", reason: "request_too_large", message };
}

/** The refusal of a request that is too large as it was sent. */
export function refusedAsTooLargeAsSent(): Refused {
  return refusedAsTooLarge("the request is too large", REQUEST_BYTES_MAX);
}

/** The refusal of a request for which there was no room. */
export function refusedAsOverload(): Refused {
  return {
    kind: "refused",
    reason: "request_overload",
    message: "too many requests are in flight; send again later",
    retryDelayMs: RETRY_DELAY_MS,
  };
}

/** The refusal of a request of which a part never came. */
export function refusedAsTooLate(): Refused {
  const message = "the request did not arrive whole in time";
  return { kind: "refused", reason: "request_timeout", message };
}

/** The refusal of a request that cannot be decoded. */
export function refusedAsMalformed(message: string): Refused {
  return { kind: "refused", reason: "request_malformed", message };
}

/** The refusal of a request that holds more than one may. */
export function refusedAsOverLimit(message: string): Refused {
  return { kind: "refused", reason: "request_row_count", message };
}

/** The refusal of a request that could not be kept, by no fault of its sender. */
export function refusedAsNotKept(why: string, shares: readonly SenderShare[] = []): Refused {
  return {
    kind: "refused",
    shares,
    reason: "store_unavailable",
    message: `the request could not be kept: ${why}`,
    retryDelayMs: RETRY_DELAY_MS,
  };
}
