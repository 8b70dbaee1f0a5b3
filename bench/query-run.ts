/*
 * How long questions take among many spans, warm, through the API.
 *
 * 1. A server takes the spans in, spread over the last six hours, until its merges are done.
 * 2. It stops, and a store in its place derives all minutes, which a server does in the background.
 * 3. A server on those data is asked. Each question is asked several times about something else
 *    each time, after runs that do not count, and its answer is checked. The figure is the median.
 *
 * With a folder of its own the data stay there, and the next run begins with the second step.
 */
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openEmbeddedStore } from "@spoor/store";
import { type Clock, systemClock } from "@spoor/trace";
import { removeDataPath, startSpoor } from "../test/spoor-process.ts";
import { untilQuiet, untilStored } from "./measure/quiet.ts";
import { median } from "./measure/statistics.ts";
import { storedSpans, tableSizes, totalBytes, withEngine } from "./measure/stored-data.ts";
import { allQuestions, type Question, type Subject } from "./query-questions.ts";
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
  /** Where the data stay; without it they are removed. */
  readonly keptPath?: string | undefined;
}

const HOURS = 6;
/** After so many a server that was just started answers like one that has run for a while. */
const WARM_UP_RUNS_MAX = 12;

/** Measures, prints, and returns the figures. @throws when an answer is wrong. */
export async function runQueries(options: QueryOptions, report: Report): Promise<Figures> {
  report.header(`Questions among ${options.spans} spans of ${HOURS} hours`);
  const dataPath = options.keptPath ?? (await mkdtemp(join(tmpdir(), "spoor-bench-")));
  try {
    const { endUnixNano } = (await keptLoad(dataPath, options)) ?? {
      endUnixNano: await load(dataPath, options, report),
    };
    const { workload, requests } = sent(options, endUnixNano);
    await deriveAll(dataPath, report);
    const figures = await askAll(dataPath, { options, endUnixNano, report });
    const bytes = await withEngine(dataPath, async (ask) => {
      const { spans, idXor } = await storedSpans(ask);
      if (spans !== workload.spansBefore(requests) || idXor !== workload.spanIdXorBefore(requests))
        throw new Error(`${spans} spans are stored, which are not the ones that were sent`);
      return totalBytes(await tableSizes(ask));
    });
    const spans = workload.spansBefore(requests);
    return { ...figures, bytesPerSpan: rounded(bytes / spans), spans, seed: options.seed };
  } finally {
    if (options.keptPath === undefined) await removeDataPath(dataPath);
  }
}

/** What was loaded into a folder: the same options would load the same. */
interface Load {
  readonly endUnixNano: bigint;
}

async function keptLoad(dataPath: string, options: QueryOptions): Promise<Load | undefined> {
  const text = await readFile(noteIn(dataPath), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const [of, endUnixNano] = text.split("\n");
  if (of !== sizeOf(options)) throw new Error(`${dataPath} holds other data: ${of}`);
  return { endUnixNano: BigInt(endUnixNano ?? "") };
}

function noteIn(dataPath: string): string {
  return join(dataPath, "bench-query.txt");
}

function sizeOf({ seed, spans, templateRequests }: QueryOptions): string {
  return `seed ${seed}, ${spans} spans, ${templateRequests} requests in the template`;
}

interface Sent {
  readonly workloadOptions: WorkloadOptions;
  readonly workload: Workload;
  readonly requests: number;
}

function sent(options: QueryOptions, endUnixNano: bigint): Sent {
  const workloadOptions: WorkloadOptions = {
    name: "realistic",
    seed: options.seed,
    templateRequests: options.templateRequests,
    startUnixNano: endUnixNano - BigInt(HOURS * 3600) * 1_000_000_000n,
    spansPerSecond: options.spans / (HOURS * 3600),
  };
  const workload = new Workload(workloadOptions);
  return { workloadOptions, workload, requests: workload.requestsFor(options.spans) };
}

/** Loads, and returns when the six hours end. */
async function load(dataPath: string, options: QueryOptions, report: Report): Promise<bigint> {
  const endUnixNano = systemClock.nowUnixNano();
  const { workloadOptions, workload, requests } = sent(options, endUnixNano);
  const server = await startSpoor({ dataPath });
  try {
    const startedMs = performance.now();
    await using sender = await Sender.start({ workload: workloadOptions, port: server.grpcPort });
    const summary = await sender.send({ first: 0, count: requests });
    if (summary.failedSpans + summary.rejectedSpans > 0) {
      throw new Error(`spans were not taken: ${summary.failures.join("; ")}`);
    }
    await untilStored(server, workload.traceId(0));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    const isQuiet = await untilQuiet(server.pid, options.quietMsMax);
    report.line(`loaded in ${seconds} s${isQuiet ? "" : ", merges still going on"}`);
  } finally {
    await server.stop();
  }
  await writeFile(noteIn(dataPath), `${sizeOf(options)}\n${endUnixNano}\n`);
  return endUnixNano;
}

async function deriveAll(dataPath: string, report: Report): Promise<void> {
  await using store = await openEmbeddedStore({ dataPath, clock: DONE_CLOCK });
  const startedMs = performance.now();
  await store.countMinutes();
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
  report.line(`all minutes derived in ${seconds} s\n`);
}

/** An hour ahead, so that no minute waits for spans that may still come. */
const DONE_CLOCK: Clock = {
  nowUnixNano: () => systemClock.nowUnixNano() + 3_600_000_000_000n,
  monotonicMs: () => systemClock.monotonicMs(),
};

async function askAll(
  dataPath: string,
  parts: {
    readonly options: QueryOptions;
    readonly endUnixNano: bigint;
    readonly report: Report;
  },
): Promise<Figures> {
  const { options, endUnixNano, report } = parts;
  const { workload, requests } = sent(options, endUnixNano);
  const traces = Math.max(1, workload.wholeTracesBefore(requests));
  const server = await startSpoor({ dataPath });
  try {
    const subject: Subject = { workload, traces, endUnixNano, url: server.url };
    return await measureAll(allQuestions(subject), options.runs, report);
  } finally {
    await server.stop();
  }
}

async function measureAll(
  questions: readonly Question[],
  runs: number,
  report: Report,
): Promise<Figures> {
  const figures: Record<string, number> = {};
  const warmUpRuns = Math.min(runs * 2, WARM_UP_RUNS_MAX);
  for (const { name, meaning, ask } of questions) {
    const all: number[] = [];
    for (let run = 0; run < runs + warmUpRuns; run += 1) {
      const startedMs = performance.now();
      const problem = await ask(run);
      const tookMs = performance.now() - startedMs;
      if (problem !== undefined) throw new Error(`${name}: ${problem}`);
      if (run >= warmUpRuns) all.push(tookMs);
    }
    figures[name] = rounded(median(all));
    report.line(
      `${name.padEnd(20)} ${median(all).toFixed(1).padStart(8)} ms, ` +
        `${Math.min(...all).toFixed(1)} to ${Math.max(...all).toFixed(1)}: ${meaning}`,
    );
  }
  return figures;
}
