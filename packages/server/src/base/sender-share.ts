import type { LossEntry } from "@spoor/trace";

/** How many spans of one sender. Crosses threads. */
export interface SenderCount {
  /** `service.name`. */
  readonly service: string;
  /** `service.instance.id`, or empty. */
  readonly instance: string;
  readonly spanCount: number;
}

/** What one sender contributed to a request. */
export interface SenderShare extends SenderCount {
  /** Spans that were refused singly. */
  readonly rejectedSpanCount: number;
  /** Everything that was not kept as it was sent, the refused spans included. */
  readonly losses: readonly LossEntry[];
}
