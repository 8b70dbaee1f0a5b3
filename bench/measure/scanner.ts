import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const BENCH_PATH = fileURLToPath(
  new URL("../../packages/otlp/src/traces/decode-protobuf.bench.ts", import.meta.url),
);

/** What the decoder costs, beside protobufjs in the same run. */
export interface ScannerFigures {
  readonly cpuSecondsPerMillion: number;
  readonly timesCheaper: number;
  /** Bytes of JavaScript objects that it makes for each span. */
  readonly heapBytesPerSpan: number;
  /** What the benchmark printed for people. */
  readonly table: string;
}

/** Runs the decoding benchmark in a process of its own. */
export async function measureScanner(rounds: number): Promise<ScannerFigures> {
  const { stdout } = await promisify(execFile)(process.execPath, [
    "--conditions=@spoor/source",
    BENCH_PATH,
    String(rounds),
    "spoor protobuf",
    "protobufjs columns",
  ]);
  const lines = stdout.trimEnd().split("\n");
  // Written by our own benchmark, one process ago.
  const { scanner, ...figures } = JSON.parse(lines.at(-1) ?? "") as {
    scanner: number;
    timesCheaper: number;
    heapBytesPerSpan: number;
  };
  return {
    cpuSecondsPerMillion: scanner,
    ...figures,
    table: lines.slice(0, -1).join("\n"),
  };
}
