import type { Figures, Report } from "../report/report.ts";
import { heapRatio } from "./heap-ratio.ts";
import { importRatio } from "./import-ratio.ts";
import type { SdkRunOptions } from "./paired-runs.ts";
import { recordedRatio } from "./recorded-ratio.ts";
import { unsampledRatio } from "./unsampled-ratio.ts";

/** Measures each figure: the official SDK's cost divided by ours. */
export async function runSdk(options: SdkRunOptions, report: Report): Promise<Figures> {
  report.header("The cost of tracing: @opentelemetry/sdk-trace against @spoor/sdk");
  report.line(
    "dd-trace is not measured: it needs a version of @opentelemetry/api below 1.10, and so a " +
      "second copy of the API in the process, and it brings native code",
  );
  return {
    recordedRatio: recordedRatio(options, report),
    unsampledRatio: unsampledRatio(options, report),
    heapRatio: heapRatio(options, report),
    importRatio: importRatio(options, report),
  };
}
