import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { Report } from "../report/report.ts";
import { percentile } from "../measure/statistics.ts";

/** How much is measured. */
export interface SdkRunOptions {
  /** In each process, after the warm-up. */
  readonly spans: number;
  /** Processes of each SDK; they take turns, so that both meet the same noise. */
  readonly runs: number;
}

/** The SDKs, ours last. */
const SDKS = ["official", "spoor"] as const;

/** Measures both SDKs in turns; the median of the official one divided by ours. */
export function pairedRatio(
  name: string,
  { runs }: SdkRunOptions,
  report: Report,
  measure: (sdk: string) => number,
): number {
  const costs: Record<string, number[]> = { official: [], spoor: [] };
  for (let run = 0; run < runs; run += 1) {
    for (const sdk of SDKS) costs[sdk]?.push(measure(sdk));
  }
  const [theirs, ours] = SDKS.map((sdk) => percentile(costs[sdk] ?? [], 0.5));
  const ratio = (theirs ?? 0) / (ours ?? 1);
  const text = `official ${theirs?.toFixed(0)}, spoor ${ours?.toFixed(0)}: ${ratio.toFixed(1)} times`;
  report.line(`${name}: ${text}`);
  return Math.round(ratio * 100) / 100;
}

/** Runs a file beside this one in a Node.js of its own, and reads the JSON that it prints. */
export function runProcess(
  file: string,
  args: readonly string[],
  flags: readonly string[],
): unknown {
  const path = join(import.meta.dirname, file);
  const run = spawnSync(process.execPath, [...flags, path, ...args], { encoding: "utf8" });
  if (run.status !== 0) throw new Error(`${file} ${args.join(" ")} failed: ${run.stderr}`);
  return JSON.parse(run.stdout);
}
