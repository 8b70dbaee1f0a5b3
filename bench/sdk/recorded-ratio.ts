import type { Report } from "../report/report.ts";
import { pairedRatio, type SdkRunOptions } from "./paired-runs.ts";
import { spanCost } from "./span-cost.ts";

/** CPU of a recorded span with ten attributes, as bytes of an OTLP request. */
export function recordedRatio(options: SdkRunOptions, report: Report, peer?: string): number {
  return pairedRatio(
    "recorded span, 10 attributes, CPU ns",
    options,
    report,
    (sdk) => {
      return spanCost(sdk, "recorded10", options.spans).cpuNano;
    },
    peer,
  );
}
