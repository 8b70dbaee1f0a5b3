import { LossLedger } from "@spoor/trace/loss";

/** What a provider did since it was made. */
export class TracerCounts {
  /** Calls of `startSpan` that were not suppressed. */
  spansStarted = 0;
  spansRecorded = 0;
  spansEnded = 0;
  /** Spans of which nothing is kept, because the sampler said so. */
  spansSampledOut = 0;
  /** Values that were cut at the length limit. */
  attributesCut = 0;
  /** Calls on spans that had ended already, which have no effect. */
  callsAfterEnd = 0;
  /** What was not kept, by reason. */
  readonly losses: LossLedger = new LossLedger();
}
