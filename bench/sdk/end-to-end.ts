/*
 * What a span costs from its start to the answer of the receiver, over OTLP/gRPC to another process
 * of this machine, for this SDK and the official one; and how long sending blocks the event loop.
 *
 * The loop that makes the spans has a cost, too. It is measured with the API alone, which makes
 * nothing, and taken off the cost of both.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface, type Interface } from "node:readline";
import { fileURLToPath } from "node:url";
import { median } from "../measure/statistics.ts";
import { type Figures, type Report, rounded } from "../report/report.ts";
import type { ExportCost } from "./export-process.ts";
import type { LongestTurns } from "./turn-times.ts";

/** How long and how often. */
export interface EndToEndOptions {
  /** Pairs of runs, one of each SDK, in turn. */
  readonly rounds: number;
  readonly milliseconds: number;
  readonly warmUpMilliseconds: number;
}

const SDKS = ["none", "unsent", "spoor", "official"] as const;
type SdkName = (typeof SDKS)[number];

/**
 * The figures `endToEndRatio`, official by ours; and the longest turns of the event loop, without
 * collections of garbage and with them. The same loop whose spans are encoded and then dropped
 * (`unsent`) says what of it is not due to sending.
 */
export async function measureEndToEnd(options: EndToEndOptions, report: Report): Promise<Figures> {
  const costs: Record<SdkName, ExportCost[]> = { none: [], unsent: [], spoor: [], official: [] };
  for (let round = 0; round < options.rounds; round += 1) {
    for (const sdk of SDKS) {
      const { cost, takenCount } = await runOnce(sdk, options);
      costs[sdk].push(cost);
      report.line(
        `${sdk}: ${cost.cpuMicros.toFixed(1)} µs of CPU per span, longest turn ` +
          `${cost.longestTurns.withoutCollections.toFixed(2)} ms, with collections ` +
          `${cost.longestTurns.withCollections.toFixed(2)} ms, ` +
          `${takenCount} of ${cost.spanCount} spans arrived`,
      );
    }
  }
  // Of each round by itself, so that all of it met the same noise.
  const added = (sdk: "spoor" | "official"): number[] =>
    costs[sdk].map(({ cpuMicros }, round) => cpuMicros - (costs.none[round]?.cpuMicros ?? 0));
  const turn = (sdk: SdkName, kind: keyof LongestTurns): number =>
    rounded(median(costs[sdk].map(({ longestTurns }) => longestTurns[kind])));
  const ours = added("spoor");
  const ratios = added("official").map((theirs, round) => theirs / (ours[round] ?? Number.NaN));
  return {
    endToEndRatio: rounded(median(ratios)),
    endToEndMicros: rounded(median(ours)),
    officialEndToEndMicros: rounded(median(added("official"))),
    longestExportBlockMs: turn("spoor", "withoutCollections"),
    unsentLongestBlockMs: turn("unsent", "withoutCollections"),
    officialLongestExportBlockMs: turn("official", "withoutCollections"),
    longestTurnMs: turn("spoor", "withCollections"),
    unsentLongestTurnMs: turn("unsent", "withCollections"),
    officialLongestTurnMs: turn("official", "withCollections"),
  };
}

interface Run {
  readonly cost: ExportCost;
  readonly takenCount: number;
}

async function runOnce(sdk: SdkName, options: EndToEndOptions): Promise<Run> {
  const sink = startNode("sink-process.ts", []);
  const lines = createInterface({ input: sink.stdout ?? process.stdin });
  try {
    const port = await nextLine(lines);
    const sender = startNode("export-process.ts", [
      sdk,
      port,
      String(options.milliseconds),
      String(options.warmUpMilliseconds),
    ]);
    const output: Buffer[] = [];
    sender.stdout?.on("data", (chunk: Buffer) => output.push(chunk));
    await once(sender, "close");
    if (sender.exitCode !== 0) throw new Error(`measuring ${sdk} ended with ${sender.exitCode}`);
    // Written by export-process.ts, a line ago.
    const cost = JSON.parse(Buffer.concat(output).toString()) as ExportCost;
    sink.stdin?.write("\n");
    return { cost, takenCount: Number(await nextLine(lines)) };
  } finally {
    sink.kill();
  }
}

function startNode(file: string, args: readonly string[]): ChildProcess {
  const path = fileURLToPath(new URL(file, import.meta.url));
  return spawn(process.execPath, ["--conditions=@spoor/source", path, ...args], {
    stdio: ["pipe", "pipe", "inherit"],
  });
}

function nextLine(lines: Interface): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  lines.once("line", resolve);
  return promise;
}
