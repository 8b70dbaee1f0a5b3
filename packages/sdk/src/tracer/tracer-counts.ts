import { LossLedger } from "@spoor/trace/loss";
import type { StoredValue } from "../base/attribute-value.ts";

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
  /** Told of each of them, with all that the value was. */
  onValueCut: ((key: string, value: StoredValue) => void) | undefined = undefined;
  /** Calls on spans that had ended already, which have no effect. */
  callsAfterEnd = 0;
  /** What was not kept, by reason. */
  readonly losses: LossLedger = new LossLedger();
}
