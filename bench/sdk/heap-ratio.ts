import type { Report } from "../report/report.ts";
import { pairedRatio, type SdkRunOptions } from "./paired-runs.ts";
import { heapCost } from "./span-cost.ts";

/** So few that nothing is collected meanwhile. */
const SPAN_COUNT = 20_480;

/** Bytes allocated for a recorded span with ten attributes, its bytes on the wire included. */
export function heapRatio(options: SdkRunOptions, report: Report): number {
  return pairedRatio("recorded span, 10 attributes, heap bytes", options, report, (sdk) => {
    return heapCost(sdk, "recorded10", SPAN_COUNT).heapBytes;
  });
}
