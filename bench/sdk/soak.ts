/*
 * npm run soak:sdk: one process makes 24,000,000 spans, and its memory stays where it was. Prints
 * the resident set as it goes, and fails if it ends higher than it was after the first tenth.
 */
import { parseArgs } from "node:util";
import { setImmediate as nextTurn } from "node:timers/promises";
import { wholeNumber } from "../report/flags.ts";
import { SPAN_CASES } from "./span-cases.ts";
import { TRACERS } from "./tracers.ts";

const MIB = 2 ** 20;
/** What the heap may swing by between two collections. */
const SWING_MIB_MAX = 48;
const STEPS = 20;

const { values } = parseArgs({ options: { spans: { type: "string", default: "24000000" } } });
const spanCount = wholeNumber("spans", values.spans);
const { recorded10 } = SPAN_CASES;
const makeTracer = TRACERS["spoor"];
if (recorded10 === undefined || makeTracer === undefined) throw new Error("no case to run");
const { tracer, flush } = await makeTracer("on");
const series: number[] = [];
for (let made = 1; made <= spanCount; made += 1) {
  recorded10.run(tracer, made);
  if (made % 512 === 0) await nextTurn();
  if (made % Math.ceil(spanCount / STEPS) !== 0) continue;
  series.push(process.memoryUsage.rss() / MIB);
  process.stdout.write(`${made} spans  ${series.at(-1)?.toFixed(0)} MiB\n`);
}
const byteCount = await flush();
const [early = 0] = series.slice(STEPS / 10);
const late = process.memoryUsage.rss() / MIB;
const isFlat = late < early + SWING_MIB_MAX;
process.stdout.write(`${JSON.stringify({ spanCount, byteCount, early, late, isFlat })}\n`);
process.exitCode = isFlat ? 0 : 1;
