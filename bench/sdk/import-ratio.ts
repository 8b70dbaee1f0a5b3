import type { Report } from "../report/report.ts";
import { pairedRatio, runProcess, type SdkRunOptions } from "./paired-runs.ts";

/** CPU of loading the SDK: the built package against the package of `NodeSDK`. */
export function importRatio(options: SdkRunOptions, report: Report): number {
  return pairedRatio("import, CPU µs", options, report, (sdk) => {
    const name = sdk === "spoor" ? "@spoor/sdk" : "@opentelemetry/sdk-node";
    // What that file prints.
    const { cpuMicro } = runProcess("import-process.ts", [name], []) as { cpuMicro: number };
    return cpuMicro;
  });
}
