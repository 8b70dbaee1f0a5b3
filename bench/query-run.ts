/*
 * How long questions take among many spans, warm.
 *
 * 1. A server takes the spans in, spread over the last six hours.
 * 2. Traces are asked for through the API of that server.
 * 3. The server stops. The other questions are put to a store that is opened instead, after it
 *    derived all minutes.
 *
 * Every question is asked several times about something else each time, after two runs that do not
 * count, and its answer is checked. The figure is the median.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedStore } from "@spoor/store";
import { type Clock, systemClock } from "@spoor/trace";
import { removeDataPath, type SpoorProcess, startSpoor } from "../test/spoor-process.ts";
import { untilQuiet, untilStored } from "./measure/quiet.ts";
import { median } from "./measure/statistics.ts";
import { type AskSql, storedSpans, withEngine } from "./measure/stored-data.ts";
import { apiQuestions, type Question, storeQuestions, type Subject } from "./query-questions.ts";
import { type Figures, type Report, rounded } from "./report/report.ts";
import { Sender } from "./send/sender.ts";
import { Workload, type WorkloadOptions } from "./workload/workload.ts";

/** How much to run. */
export interface QueryOptions {
  readonly seed: number;
  readonly spans: number;
  /** Runs of each question that count. */
  readonly runs: number;
  readonly templateRequests: number;
  readonly quietMsMax: number;
}

const HOURS = 6;
const WARM_UP_RUNS = 2;

/** Measures, prints, and returns the figures. @throws when an answer is wrong. */
export async function runQueries(options: QueryOptions, report: Report): Promise<Figures> {
  report.header(`Questions among ${options.spans} spans of ${HOURS} hours`);
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-bench-"));
  try {
    const endUnixNano = BigInt(Date.now()) * 1_000_000n;
    const workloadOptions: WorkloadOptions = {
      name: "realistic",
      seed: options.seed,
      templateRequests: options.templateRequests,
      startUnixNano: endUnixNano - BigInt(HOURS * 3600) * 1_000_000_000n,
      spansPerSecond: options.spans / (HOURS * 3600),
    };
    const workload = new Workload(workloadOptions);
    const requests = workload.requestsFor(options.spans);
    const subject: Subject = {
      workload,
      traces: Math.max(1, workload.wholeTracesBefore(requests)),
      endUnixNano,
    };
    const server = await startSpoor({ dataPath });
    const api = await load({ server, workloadOptions, requests, subject, options, report });
    const ofStore = await askStore({ dataPath, subject, options, report });
    await withEngine(dataPath, (ask) => checkStored(ask, workload, requests));
    return {
      ...api,
      ...ofStore,
      spans: workload.spansBefore(requests),
      seed: options.seed,
    };
  } finally {
    await removeDataPath(dataPath);
  }
}

async function load(parts: {
  readonly server: SpoorProcess;
  readonly workloadOptions: WorkloadOptions;
  readonly requests: number;
  readonly subject: Subject;
  readonly options: QueryOptions;
  readonly report: Report;
}): Promise<Figures> {
  const { server, workloadOptions, requests, subject, options, report } = parts;
  try {
    const startedMs = performance.now();
    await using sender = await Sender.start({ workload: workloadOptions, port: server.grpcPort });
    const summary = await sender.send({ first: 0, count: requests });
    if (summary.failedSpans + summary.rejectedSpans > 0) {
      throw new Error(`spans were not taken: ${summary.failures.join("; ")}`);
    }
    await untilStored(server, subject.workload.traceId(0));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    const isQuiet = await untilQuiet(server.pid, options.quietMsMax);
    report.line(`loaded in ${seconds} s${isQuiet ? "" : ", merges still going on"}\n`);
    return await measureAll(apiQuestions(subject, server.url), options.runs, report);
  } finally {
    await server.stop();
  }
}

async function askStore(parts: {
  readonly dataPath: string;
  readonly subject: Subject;
  readonly options: QueryOptions;
  readonly report: Report;
}): Promise<Figures> {
  const { dataPath, subject, options, report } = parts;
  await using store = await openEmbeddedStore({ dataPath, clock: DONE_CLOCK });
  const startedMs = performance.now();
  await store.countMinutes();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  report.line(`all minutes derived in ${seconds} s\n`);
  return await measureAll(storeQuestions(subject, store), options.runs, report);
}

/** An hour ahead, so that no minute waits for spans that may still come. */
const DONE_CLOCK: Clock = {
  nowUnixNano: () => systemClock.nowUnixNano() + 3_600_000_000_000n,
  monotonicMs: () => systemClock.monotonicMs(),
};

async function checkStored(ask: AskSql, workload: Workload, requests: number): Promise<void> {
  const { spans, idXor } = await storedSpans(ask);
  if (spans !== workload.spansBefore(requests) || idXor !== workload.spanIdXorBefore(requests)) {
    throw new Error(`${spans} spans are stored, which are not the ones that were sent`);
  }
}

async function measureAll(
  questions: readonly Question[],
  runs: number,
  report: Report,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  for (const { name, meaning, ask } of questions) {
    const all: number[] = [];
    for (let run = 0; run < runs + WARM_UP_RUNS; run += 1) {
      const startedMs = performance.now();
      const problem = await ask(run);
      const tookMs = performance.now() - startedMs;
      if (problem !== undefined) throw new Error(`${name}: ${problem}`);
      if (run >= WARM_UP_RUNS) all.push(tookMs);
    }
    figures[name] = rounded(median(all));
    report.line(
      `${name.padEnd(20)} ${median(all).toFixed(1).padStart(8)} ms, ` +
        `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}: ${meaning}`,
    );
  }
  return figures;
}
