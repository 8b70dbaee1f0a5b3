/*
 * npm run fuzz: damages real requests and decodes them, for as long as it is told; or compares the
 * scanner with protobufjs on spans without damage. Exits with 1 at the first thing that went wrong.
 *
 *   npm run fuzz -- --minutes 10 --seed 7    --case 1234 runs that one case of the seed again
 *   npm run fuzz -- --differential --attributes 1000000
 *
 * The cases run on a thread of their own, so that one that never ends is seen from outside. What is
 * on the heap after a collection must not grow from the tenth part of the time to the end.
 */
import { parseArgs } from "node:util";
import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { CASE_MS_MAX, FuzzRun } from "./fuzz-run.fuzz.ts";
import { compareWithProtobufjs } from "./protobufjs-spans.fuzz.ts";

/** What a run may keep: tables and columns that stay as large as they became. */
const LEAK_BYTES_MAX = 32 * 1024 * 1024;
const CASES_PER_LOOK = 500;

interface FuzzOptions {
  readonly seed: number;
  readonly msMax: number;
  readonly onlyCase: number | undefined;
  /** Two words: the number of the case that runs, and a count that moves with each look. */
  readonly progress: Int32Array<SharedArrayBuffer>;
}

function heapBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

/** On the thread of the cases. */
function runCases({ seed, msMax, onlyCase, progress }: FuzzOptions): void {
  const run = new FuzzRun(seed);
  if (onlyCase !== undefined) return run.run(onlyCase);
  const started = performance.now();
  let number = 0;
  let warmBytes: number | undefined;
  let elapsedMs = 0;
  while (elapsedMs < msMax) {
    for (let count = 0; count < CASES_PER_LOOK; count += 1) {
      Atomics.store(progress, 0, number);
      run.run(number);
      number += 1;
    }
    Atomics.add(progress, 1, 1);
    elapsedMs = performance.now() - started;
    if (warmBytes === undefined && elapsedMs > msMax / 10) warmBytes = heapBytes();
  }
  const grownBytes = heapBytes() - (warmBytes ?? 0);
  for (const [name, { caseCount, acceptedCount, msMax: longestMs }] of run.tallies) {
    console.log(
      `${name.padEnd(20)} ${caseCount} cases, ${acceptedCount} accepted, ` +
        `the longest took ${longestMs.toFixed(1)} ms`,
    );
  }
  console.log(`after a collection the heap has ${Math.round(grownBytes / 1024)} KiB more`);
  if (grownBytes > LEAK_BYTES_MAX) throw new Error(`${grownBytes} bytes were not let go`);
}

/** Ends the process when a case takes too long. */
async function watchCases(options: FuzzOptions): Promise<void> {
  const { seed, progress } = options;
  const worker = new Worker(import.meta.filename, { workerData: options });
  let seen = -1;
  const watch = setInterval(() => {
    const looks = Atomics.load(progress, 1);
    if (looks === seen) {
      console.error(`seed ${seed}, case ${Atomics.load(progress, 0)} does not end`);
      process.exit(1);
    }
    seen = looks;
  }, CASE_MS_MAX * 4);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  worker.once("error", reject);
  worker.once("exit", () => resolve());
  await promise;
  clearInterval(watch);
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      minutes: { type: "string", default: "1" },
      seed: { type: "string", default: String(1 + Math.floor(Math.random() * 1e6)) },
      case: { type: "string" },
      differential: { type: "boolean", default: false },
      attributes: { type: "string", default: "1000000" },
    },
  });
  const seed = Number(values.seed);
  console.log(`seed ${seed}`);
  if (values.differential) {
    const counts = compareWithProtobufjs({ seed, attributeCountMin: Number(values.attributes) });
    console.log(JSON.stringify({ seed, ...counts, differences: 0 }));
    return;
  }
  await watchCases({
    seed,
    msMax: Number(values.minutes) * 60_000,
    onlyCase: values.case === undefined ? undefined : Number(values.case),
    progress: new Int32Array(new SharedArrayBuffer(8)),
  });
}

if (isMainThread) await main();
// Written by watchCases, one thread away.
else if (parentPort !== null) runCases(workerData as FuzzOptions);
