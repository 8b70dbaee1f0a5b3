import type { Report } from "../report/report.ts";
import { pairedRatio, type SdkRunOptions } from "./paired-runs.ts";
import { spanCost } from "./span-cost.ts";

/** Such spans are cheap: more of them are needed to see anything. */
const SPANS_MORE = 4;

/** CPU of a root span with ten attributes that a ratio leaves out. */
export function unsampledRatio(options: SdkRunOptions, report: Report): number {
  return pairedRatio("unsampled span, 10 attributes, CPU ns", options, report, (sdk) => {
    return spanCost(sdk, "unsampled10", options.spans * SPANS_MORE).cpuNano;
  });
}
