import type { Figures, Report } from "../report/report.ts";
import { pairedRatio, runProcess, type SdkRunOptions } from "./paired-runs.ts";

const OFFICIAL = "@opentelemetry/sdk-node";

/**
 * CPU of loading the SDK: the built package against the package of `NodeSDK`. And of loading and
 * starting it: ours with all its instrumentations, the official one with none.
 */
export function importRatios(options: SdkRunOptions, report: Report): Figures {
  return {
    importRatio: pairedRatio("import, CPU µs", options, report, (sdk) =>
      cpuOf(sdk === "spoor" ? ["@spoor/sdk"] : [OFFICIAL]),
    ),
    startRatio: pairedRatio("import and start, CPU µs", options, report, (sdk) =>
      cpuOf(sdk === "spoor" ? ["@spoor/sdk/auto"] : [OFFICIAL, "start"]),
    ),
  };
}

function cpuOf(args: readonly string[]): number {
  // What that file prints.
  const { cpuMicro } = runProcess("import-process.ts", args, []) as { readonly cpuMicro: number };
  return cpuMicro;
}
