/*
 * One measurement in a process of its own: `span-process.ts SDK CASE SPANS heap|cpu`. Prints what
 * a span costs, as JSON. The compiler of one SDK must not learn from the spans of the other.
 */
import { setImmediate as nextTurn } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { SPAN_CASES } from "./span-cases.ts";
import { TRACERS } from "./tracers.ts";

/** What one process measured. */
export interface SpanCost {
  readonly cpuNano: number;
  readonly heapBytes: number;
  readonly outputBytes: number;
}

/** Spans between two turns of the event loop: a batch of the official SDK. */
const SLICE_SPAN_COUNT = 512;
/** Until the compilers are done with both SDKs: a server runs for days. */
const WARM_UP_SPAN_COUNT = 300_000;

const [sdkName = "", caseName = "", spans = "0", figure = "cpu"] = process.argv.slice(2);
const makeTracer = TRACERS[sdkName];
const spanCase = SPAN_CASES[caseName];
if (makeTracer === undefined || spanCase === undefined) throw new Error("unknown SDK or case");
const { tracer, flush } = await makeTracer(spanCase.sampling);

let index = 0;

async function runSpans(spanCount: number): Promise<void> {
  for (let made = 0; made < spanCount;) {
    const sliceEnd = Math.min(made + SLICE_SPAN_COUNT, spanCount);
    for (; made < sliceEnd; made += spanCase?.spanCount ?? 1) {
      spanCase?.run(tracer, index);
      index += 1;
    }
    await nextTurn();
  }
}

await runSpans(WARM_UP_SPAN_COUNT);
const bytesBefore = await flush();
setFlagsFromString("--expose-gc");
runInNewContext("gc")();

const spanCount = Number(spans);
const heapBefore = process.memoryUsage();
const cpuBefore = process.cpuUsage();
await runSpans(spanCount);
const outputBytes = (await flush()) - bytesBefore;
const cpu = process.cpuUsage(cpuBefore);
const heap = process.memoryUsage();
// Only where no collection ran in between, which a large young generation sees to.
const allocated =
  heap.heapUsed - heapBefore.heapUsed + (heap.arrayBuffers - heapBefore.arrayBuffers);
const cost: SpanCost = {
  cpuNano: ((cpu.user + cpu.system) * 1000) / spanCount,
  heapBytes: figure === "heap" ? allocated / spanCount : 0,
  outputBytes: outputBytes / spanCount,
};
process.stdout.write(JSON.stringify(cost));
