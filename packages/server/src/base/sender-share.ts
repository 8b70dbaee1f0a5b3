import type { LossEntry, SenderName } from "@spoor/trace";
import type { ProcessPlace } from "./process-place.ts";

/** How many spans of one sender. Crosses threads. */
export interface SenderCount extends SenderName {
  readonly spanCount: number;
}

/** What one sender contributed to a request. */
export interface SenderShare extends SenderCount {
  /** Which process it is; undefined where its resource does not say. */
  readonly place?: ProcessPlace;
  /** Spans that were refused singly. */
  readonly rejectedSpanCount: number;
  /** Everything that was not kept as it was sent, the refused spans included. */
  readonly losses: readonly LossEntry[];
}
