import type { Figures, Report } from "../report/report.ts";
import { installDdTrace } from "./dd-trace.ts";
import { measureEndToEnd } from "./end-to-end.ts";
import { heapRatio } from "./heap-ratio.ts";
import { importRatios } from "./import-ratio.ts";
import type { SdkRunOptions } from "./paired-runs.ts";
import { recordedRatio } from "./recorded-ratio.ts";
import { measureRequestOverhead } from "./request-overhead.ts";
import { unsampledRatio } from "./unsampled-ratio.ts";

/** Long enough for the compilers to be done, and for some hundred requests. */
const END_TO_END = { rounds: 3, milliseconds: 4000, warmUpMilliseconds: 4000 };

/** Measures each figure: the official SDK's cost divided by ours. */
export async function runSdk(options: SdkRunOptions, report: Report): Promise<Figures> {
  report.header("The cost of tracing: the official OpenTelemetry SDK against @spoor/sdk");
  return {
    recordedRatio: recordedRatio(options, report),
    unsampledRatio: unsampledRatio(options, report),
    heapRatio: heapRatio(options, report),
    ...importRatios(options, report),
    ...(await measureEndToEnd(END_TO_END, report)),
    ...(await measureRequestOverhead(report)),
    ...ddTraceRatio(options, report),
  };
}

/**
 * Only the CPU of a recorded span: dd-trace makes unsampled spans as it makes others, and collects
 * garbage while it sends. None where it cannot be installed.
 */
function ddTraceRatio(options: SdkRunOptions, report: Report): Figures {
  const problem = installDdTrace();
  if (problem !== undefined) {
    report.line(`dd-trace is not measured, it could not be installed: ${problem}`);
    return {};
  }
  return { ddTraceRecordedRatio: recordedRatio(options, report, "dd-trace") };
}
