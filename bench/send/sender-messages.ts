import type { WorkloadOptions } from "../workload/workload.ts";

/** Where to send what. */
export interface SenderOptions {
  readonly workload: WorkloadOptions;
  readonly port: number;
}

/** Requests by number, from `first` on. */
export interface RequestRange {
  readonly first: number;
  readonly count: number;
}

/** How to send them. */
export interface SendOptions extends RequestRange {
  /** Open loop: each request leaves at its moment, whatever came of those before it. */
  readonly spansPerSecond?: number;
  /** Closed loop, when no speed is given: so many requests are on their way at any time. */
  readonly inFlight?: number;
  /** Asks for spans that were just acknowledged until they are there, one after another. */
  readonly visible?: { readonly url: string; readonly everyMs: number };
}

/** What came of sending. */
export interface SendSummary {
  readonly acknowledgedSpans: number;
  /** Spans of requests that were refused, or whose answer did not come. */
  readonly failedSpans: number;
  readonly rejectedSpans: number;
  readonly failures: readonly string[];
  /** From the moment at which a request should have left to its answer. */
  readonly latenciesMs: readonly number[];
  /** From the acknowledgement to the end of the first answer that has the spans. */
  readonly visibleMs: readonly number[];
  readonly elapsedMs: number;
}

/** To the process that sends. */
export type ToSender =
  | { readonly kind: "start"; readonly options: SenderOptions }
  | { readonly kind: "prepare"; readonly range: RequestRange }
  | { readonly kind: "send"; readonly send: SendOptions };

/** From it: one answer for each message, in their order. */
export type FromSender =
  | { readonly kind: "ready" }
  | { readonly kind: "sent"; readonly summary: SendSummary };
