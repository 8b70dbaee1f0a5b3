import { runProcess } from "./paired-runs.ts";
import type { SpanCost } from "./span-process.ts";

const SOURCE = "--conditions=@spoor/source";

/** What one process measured for a case. */
export function spanCost(sdk: string, caseName: string, spans: number): SpanCost {
  const args = [sdk, caseName, String(spans), "cpu"];
  return runProcess("span-process.ts", args, [SOURCE]) as SpanCost; // what that file prints
}

/** Allocated bytes, in a process whose young generation holds them all. */
export function heapCost(sdk: string, caseName: string, spans: number): SpanCost {
  const args = [sdk, caseName, String(spans), "heap"];
  const flags = [SOURCE, "--min-semi-space-size=512", "--max-semi-space-size=512"];
  return runProcess("span-process.ts", args, flags) as SpanCost; // what that file prints
}
