/* What the native API answers about whether the parts of stored traces fit together. */
import type { ClockOffset } from "../analysis/clock-offsets.ts";
import type { MissingCallee, SamplingDifference } from "../analysis/sampling-differences.ts";
import type { Coverage } from "./answers.ts";
import type { AskedInterval } from "./search-answer.ts";

/** `GET /api/v1/consistency`: what the newest traces show of clocks and of sampling. */
export interface ConsistencyAnswer extends Coverage, AskedInterval {
  /** Traces that were looked at. */
  readonly traceCount: number;
  readonly spanCount: number;
  /** Calls between services in them: without any, nothing can be said. */
  readonly callCount: number;
  /** Traces that were not looked at, because they are too large. */
  readonly skippedCount: number;
  readonly clockOffsets: readonly ClockOffset[];
  readonly samplingDifferences: readonly SamplingDifference[];
  readonly missingCallees: readonly MissingCallee[];
}
