/*
 * One measurement in a process of its own: `export-process.ts SDK PORT MS WARM_UP_MS`. Makes spans
 * with ten attributes at a steady rate, sends them over OTLP/gRPC, and prints what a span costs
 * from its start to the answer, in CPU time, and the longest turns of the event loop.
 */
import { setImmediate as nextTurn, setTimeout as delay } from "node:timers/promises";
import { EXPORTERS } from "./exporters.ts";
import { SPAN_CASES } from "./span-cases.ts";
import { type LongestTurns, TurnTimes } from "./turn-times.ts";

/** What one process measured. */
export interface ExportCost {
  readonly spanCount: number;
  readonly cpuMicros: number;
  readonly longestTurns: LongestTurns;
}

/** Spans between two turns: so few that making them is no block of its own. */
const TURN_SPAN_COUNT = 16;
/** 512 spans every 40 ms are 12,800 spans/s, which the official SDK can send without loss. */
const TURNS_PER_SLICE = 32;
const SLICE_MS = 40;
/** Faster at first: until the compilers are done, a span costs more than it does for days. */
const WARM_UP_FACTOR = 2;

const [sdkName = "", port = "", milliseconds = "0", warmUp = "0"] = process.argv.slice(2);
const makeExporter = EXPORTERS[sdkName];
const spanCase = SPAN_CASES["recorded10"];
if (makeExporter === undefined || spanCase === undefined) throw new Error("unknown SDK");
const sender = await makeExporter(Number(port));

let index = 0;
const turns = new TurnTimes();

async function drive(durationMs: number, sliceMs: number): Promise<number> {
  const first = index;
  const end = performance.now() + durationMs;
  for (let next = performance.now(); next < end; next += sliceMs) {
    for (let turn = 0; turn < TURNS_PER_SLICE; turn += 1) {
      const endTurn = turns.begin();
      for (let made = 0; made < TURN_SPAN_COUNT; made += 1) spanCase?.run(sender.tracer, index++);
      await nextTurn();
      endTurn();
    }
    const restMs = next + sliceMs - performance.now();
    if (restMs > 0) await delay(restMs);
  }
  return index - first;
}

await drive(Number(warmUp), SLICE_MS / WARM_UP_FACTOR);
await sender.flush();
turns.reset();
const cpuBefore = process.cpuUsage();
const spanCount = await drive(Number(milliseconds), SLICE_MS);
await sender.flush();
const cpu = process.cpuUsage(cpuBefore);
const cost: ExportCost = {
  spanCount: index,
  cpuMicros: (cpu.user + cpu.system) / spanCount,
  longestTurns: turns.longest(),
};
process.stdout.write(JSON.stringify(cost), () => process.exit(0));
