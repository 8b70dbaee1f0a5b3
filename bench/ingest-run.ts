/*
 * What it costs to take spans in, with everything that follows: OTLP/gRPC with gzip until the spans
 * are durable, in every answer, and merged.
 *
 * 1. A server starts on an empty data directory; its memory is read while it does nothing.
 * 2. Slices are sent as fast as the server takes them. The CPU time of a slice is that of the
 *    server, all its threads and its engine, from its first byte until nothing is left to merge.
 *    One slice before them is not counted: it compiles and fills caches.
 * 3. Spans are sent at a steady speed, each request at its moment whatever came of those before
 *    it, for the latency of the answers and the memory at that speed.
 * 4. The same speed again, while somebody asks for the spans that were just acknowledged.
 * 5. The server stops. The engine counts the spans, combines their ids and says how large they are;
 *    the sums must be those of what was sent.
 *
 * Requests are made and compressed ahead, in a process that is not counted.
 */
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { removeDataPath, type SpoorProcess, startSpoor } from "../test/spoor-process.ts";
import { AnswerDelay } from "./measure/answer-delay.ts";
import { LoopDelay } from "./measure/loop-delay.ts";
import { PeakMemory } from "./measure/peak-memory.ts";
import { childrenCpuSeconds, treeAnonymousMiB, treeCpuSeconds } from "./measure/process-tree.ts";
import { untilQuiet, untilStored } from "./measure/quiet.ts";
import { measureScanner } from "./measure/scanner.ts";
import { mean, median, percentile } from "./measure/statistics.ts";
import {
  columnSizes,
  storedSpans,
  tableSizes,
  totalBytes,
  withEngine,
} from "./measure/stored-data.ts";
import { type Figures, type Report, rounded } from "./report/report.ts";
import type { SendSummary } from "./send/sender-messages.ts";
import { Sender } from "./send/sender.ts";
import { Workload, type WorkloadOptions } from "./workload/workload.ts";

/** How much to run. */
export interface IngestOptions {
  readonly workload: string;
  readonly seed: number;
  readonly spans: number;
  readonly slices: number;
  readonly pacedSpansPerSecond: number;
  readonly pacedSeconds: number;
  /** With questions for what was just acknowledged. */
  readonly watchedSeconds: number;
  readonly scannerRounds: number;
  readonly templateRequests: number;
  /** How long to wait for merges after each slice. */
  readonly quietMsMax: number;
}

interface Slice {
  readonly cpuSecondsPerMillion: number;
  /** The part of it that the engine used. */
  readonly engineCpuSecondsPerMillion: number;
  readonly spansPerSecond: number;
  readonly isQuiet: boolean;
}

/** Measures, prints, and returns the figures. @throws when anything was lost or stored twice. */
export async function runIngest(options: IngestOptions, report: Report): Promise<Figures> {
  report.header(`Ingest: ${options.spans} spans of the workload "${options.workload}"`);
  const scanner = await measureScanner(options.scannerRounds);
  report.line(`\n${scanner.table}\n`);
  const workload = workloadOf(options);
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-bench-"));
  try {
    const sent = await sendAll({ options, workload, dataPath, report });
    const stored = await checkStored({ dataPath, workload, requests: sent.requests, report });
    return {
      scannerCpuSecondsPerMillion: rounded(scanner.cpuSecondsPerMillion),
      scannerTimesCheaperThanProtobufjs: rounded(scanner.timesCheaper),
      heapBytesPerSpan: rounded(scanner.heapBytesPerSpan),
      ...sent.figures,
      ...stored,
      workload: options.workload,
      seed: options.seed,
    };
  } finally {
    await removeDataPath(dataPath);
  }
}

function workloadOf(options: IngestOptions): WorkloadOptions {
  const spanSeconds = options.spans / options.pacedSpansPerSecond + options.pacedSeconds;
  return {
    name: options.workload,
    seed: options.seed,
    templateRequests: options.templateRequests,
    // The last span ends about now.
    startUnixNano: BigInt(Date.now() - Math.round(spanSeconds * 1000)) * 1_000_000n,
    spansPerSecond: options.pacedSpansPerSecond,
  };
}

interface Run {
  readonly options: IngestOptions;
  readonly workload: WorkloadOptions;
  readonly dataPath: string;
  readonly report: Report;
}

async function sendAll(
  run: Run,
): Promise<{ readonly figures: Figures; readonly requests: number }> {
  const { options, dataPath, report } = run;
  const loop = new LoopDelay(`${dataPath}-loop.json`);
  const server = await startSpoor({ dataPath, environment: loop.environment });
  try {
    await untilQuiet(server.pid, options.quietMsMax);
    const rssIdleMiB = treeAnonymousMiB(server.pid);
    await using sender = await Sender.start({ workload: run.workload, port: server.grpcPort });
    const workload = new Workload(run.workload);
    const perSlice = workload.requestsFor(options.spans / options.slices);
    using memory = new PeakMemory(server.pid);
    const delay = new AnswerDelay(server.url);
    const slices: Slice[] = [];
    for (let slice = 0; slice <= options.slices; slice += 1) {
      const sending = { options, server, sender, workload, ...(slice > 0 ? { loop } : {}) };
      const measured = await sendSlice(sending, slice * perSlice, perSlice);
      report.line(sliceText(slice, measured));
      if (slice > 0) slices.push(measured);
    }
    const mainThreadP99Ms = await delay.stop();
    const costs = slices.map((each) => each.cpuSecondsPerMillion);
    const first = (options.slices + 1) * perSlice;
    const paced = await sendPaced({ options, server, sender, workload }, first);
    const watched = await sendWatched(
      { options, server, sender, workload },
      first + paced.requests,
    );
    const figures = {
      pathCpuSecondsPerMillion: rounded(median(costs)),
      // Merges come in some slices and not in others; this counts them as often as they come.
      pathCpuSecondsPerMillionMean: rounded(mean(costs)),
      engineCpuSecondsPerMillionMean: rounded(
        mean(slices.map((each) => each.engineCpuSecondsPerMillion)),
      ),
      spansPerSecond: Math.round(median(slices.map((each) => each.spansPerSecond))),
      mergesIdle: slices.every(({ isQuiet }) => isQuiet),
      mainLoopP99Ms: rounded(loop.p99Ms),
      mainLoopOwnP99Ms: rounded(loop.ownP99Ms),
      mainThreadP99Ms: rounded(mainThreadP99Ms),
      ...paced.figures,
      ...watched.figures,
      rssIdleMiB: Math.round(rssIdleMiB),
      rssSaturatedMiB: Math.round(memory.peakMiB),
    };
    return { figures, requests: first + paced.requests + watched.requests };
  } finally {
    await server.stop();
  }
}

interface Sending {
  /** Of what counts. */
  readonly loop?: LoopDelay;
  readonly options: IngestOptions;
  readonly server: SpoorProcess;
  readonly sender: Sender;
  readonly workload: Workload;
}

async function sendSlice(sending: Sending, first: number, count: number): Promise<Slice> {
  const { options, server, sender, workload, loop } = sending;
  await sender.prepare({ first, count });
  const spans = workload.spansBefore(first + count) - workload.spansBefore(first);
  const cpuBefore = treeCpuSeconds(server.pid);
  const engineBefore = childrenCpuSeconds(server.pid);
  const startedMs = performance.now();
  const send = (): Promise<SendSummary> => sender.send({ first, count });
  const summary = await (loop === undefined ? send() : loop.during(server.pid, send));
  if (summary.acknowledgedSpans !== spans) {
    throw new Error(`${summary.failedSpans} spans were not taken: ${summary.failures.join("; ")}`);
  }
  await untilStored(server, workload.traceId(0));
  const seconds = (performance.now() - startedMs) / 1000;
  const isQuiet = await untilQuiet(server.pid, options.quietMsMax);
  const millions = spans / 1e6;
  return {
    cpuSecondsPerMillion: (treeCpuSeconds(server.pid) - cpuBefore) / millions,
    engineCpuSecondsPerMillion: (childrenCpuSeconds(server.pid) - engineBefore) / millions,
    spansPerSecond: spans / seconds,
    isQuiet,
  };
}

function sliceText(slice: number, measured: Slice): string {
  const name = slice === 0 ? "warm-up" : `slice ${slice}`;
  const cpu = measured.cpuSecondsPerMillion.toFixed(2);
  const engine = measured.engineCpuSecondsPerMillion.toFixed(2);
  const speed = Math.round(measured.spansPerSecond).toLocaleString("en-US");
  const merges = measured.isQuiet ? "" : ", merges went on";
  return (
    `${name.padEnd(8)} ${cpu} CPU s per million spans, ${engine} of them in the engine, ` +
    `${speed} spans/s until stored${merges}`
  );
}

async function sendPaced(
  { options, server, sender, workload }: Sending,
  first: number,
): Promise<{ readonly figures: Figures; readonly requests: number }> {
  const { pacedSpansPerSecond: spansPerSecond, pacedSeconds } = options;
  const requests = workload.requestsFor(spansPerSecond * pacedSeconds);
  await sender.prepare({ first, count: requests });
  await pause(1000);
  using memory = new PeakMemory(server.pid);
  const summary = await sender.send({ first, count: requests, spansPerSecond });
  if (summary.failedSpans > 0) {
    throw new Error(`${summary.failedSpans} spans were not taken: ${summary.failures.join("; ")}`);
  }
  await untilStored(server, workload.traceId(0));
  const { latenciesMs } = summary;
  return {
    requests,
    figures: {
      ackP50Ms: rounded(percentile(latenciesMs, 0.5)),
      ackP99Ms: rounded(percentile(latenciesMs, 0.99)),
      ackMaxMs: rounded(Math.max(...latenciesMs)),
      pacedSpansPerSecond: spansPerSecond,
      rssMiB: Math.round(memory.peakMiB),
    },
  };
}

/** The same speed, while somebody asks all the time for what was just acknowledged. */
async function sendWatched(
  { options, server, sender, workload }: Sending,
  first: number,
): Promise<{ readonly figures: Figures; readonly requests: number }> {
  const { pacedSpansPerSecond: spansPerSecond, watchedSeconds } = options;
  const count = workload.requestsFor(spansPerSecond * watchedSeconds);
  await sender.prepare({ first, count });
  const visible = { url: server.url, everyMs: 50 };
  const summary = await sender.send({ first, count, spansPerSecond, visible });
  if (summary.failedSpans > 0) {
    throw new Error(`${summary.failedSpans} spans were not taken: ${summary.failures.join("; ")}`);
  }
  await untilStored(server, workload.traceId(0));
  const { visibleMs } = summary;
  return {
    requests: count,
    figures: {
      visibleP50Ms: rounded(percentile(visibleMs, 0.5)),
      visibleP99Ms: rounded(percentile(visibleMs, 0.99)),
      visibleQuestions: visibleMs.length,
    },
  };
}

/** @throws when what is stored is not what was sent. */
async function checkStored(parts: {
  readonly dataPath: string;
  readonly workload: WorkloadOptions;
  readonly requests: number;
  readonly report: Report;
}): Promise<Figures> {
  const workload = new Workload(parts.workload);
  const spans = workload.spansBefore(parts.requests);
  const idXor = workload.spanIdXorBefore(parts.requests);
  return withEngine(parts.dataPath, async (ask) => {
    const stored = await storedSpans(ask);
    if (stored.spans !== spans || stored.idXor !== idXor) {
      throw new Error(
        `sent ${spans} spans, ids ${idXor}; stored ${stored.spans} spans, ids ${stored.idXor}`,
      );
    }
    const sizes = await tableSizes(ask);
    for (const { table, bytes, parts: count } of sizes) {
      const each = (bytes / spans).toFixed(2);
      parts.report.line(`${table.padEnd(24)} ${each} bytes per span in ${count} parts`);
    }
    await ask("OPTIMIZE TABLE spoor.spans FINAL");
    const merged = await tableSizes(ask);
    parts.report.line("\nbytes per span of the largest columns, once all is merged:");
    for (const { column, bytes } of await columnSizes(ask)) {
      parts.report.line(`${column.padEnd(24)} ${(bytes / spans).toFixed(2)}`);
    }
    return {
      bytesPerSpan: rounded(totalBytes(sizes) / spans),
      bytesPerSpanMerged: rounded(totalBytes(merged) / spans),
      spans,
      checksum: idXor.toString(16).padStart(16, "0"),
    };
  });
}
