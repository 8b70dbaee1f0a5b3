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

/** Measures an SDK and ours in turns; the median of the other one divided by ours. */
export function pairedRatio(
  name: string,
  { runs }: SdkRunOptions,
  report: Report,
  measure: (sdk: string) => number,
  peer = "official",
): number {
  const costs: { readonly theirs: number[]; readonly ours: number[] } = { theirs: [], ours: [] };
  for (let run = 0; run < runs; run += 1) {
    costs.theirs.push(measure(peer));
    costs.ours.push(measure("spoor"));
  }
  const [theirs, ours] = [percentile(costs.theirs, 0.5), percentile(costs.ours, 0.5)];
  const ratio = theirs / ours;
  const text = `${peer} ${theirs.toFixed(0)}, spoor ${ours.toFixed(0)}: ${ratio.toFixed(1)} times`;
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
