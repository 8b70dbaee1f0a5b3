/*
 * A real server for a whole-system test: `spoor up` in a process of its own, on free ports.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StatusAnswer } from "@spoor/trace";

const CLI_PATH = fileURLToPath(new URL("../packages/cli/bin/spoor.js", import.meta.url));

/** Long enough for a cold machine that runs other tests; a warm start takes a second. */
const START_MS_MAX = 60_000;
const POLL_MS = 25;

/** How to start it. */
export interface SpoorProcessOptions {
  readonly useMemoryStore?: boolean;
  /** Kept after the stop; without it a temporary folder is made and removed. */
  readonly dataPath?: string;
  /** More flags. */
  readonly flags?: readonly string[];
  /** More of the environment. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly grpcPort?: number;
  readonly httpPort?: number;
  readonly uiPort?: number;
}

/** A server that is ready. */
export interface SpoorProcess {
  readonly pid: number;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly uiPort: number;
  /** Of the page and the native API, without a slash at the end. */
  readonly url: string;
  /** Everything it printed on stdout so far. */
  stdout(): string;
  stderr(): string;
  status(): Promise<StatusAnswer>;
  /** Resolves when that many spans have been acknowledged since the start. */
  waitForSpans(count: number): Promise<void>;
  /** Sends the signal and waits for the end; returns the exit code, or null after a kill. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * Starts a server and waits until it is ready.
 *
 * @throws an error with what the server printed on stderr when it ends instead.
 */
export async function startSpoor(options: SpoorProcessOptions = {}): Promise<SpoorProcess> {
  const ownedPath =
    options.useMemoryStore === true || options.dataPath !== undefined
      ? undefined
      : await mkdtemp(join(tmpdir(), "spoor-test-"));
  const dataPath = options.dataPath ?? ownedPath;
  const child = spawn(process.execPath, [CLI_PATH, "up", ...flagsOf(options, dataPath)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, NO_COLOR: "1", ...options.environment },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const exited = once(child, "exit");
  const stop = async (signal: NodeJS.Signals = "SIGTERM"): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await exited;
    if (ownedPath !== undefined) await removeDataPath(ownedPath);
    return child.exitCode;
  };
  try {
    const ports = await readyPorts(child, output);
    return runningProcess({ child, output, ports, stop });
  } catch (error) {
    await stop("SIGKILL");
    throw error;
  }
}

/**
 * Removes the data of a server that has ended. The engine of one that was killed notices that a
 * moment later and writes until then, so that a folder which was just emptied is no longer empty.
 */
export async function removeDataPath(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
}

function flagsOf(options: SpoorProcessOptions, dataPath: string | undefined): string[] {
  const { grpcPort = 0, httpPort = 0, uiPort = 0, flags: more = [] } = options;
  const ports = `--grpc-port=${grpcPort} --http-port=${httpPort} --ui-port=${uiPort}`.split(" ");
  const store = dataPath === undefined ? ["--memory"] : ["--data", dataPath];
  return [...ports, ...store, ...more];
}

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

interface Ports {
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly uiPort: number;
}

/** The server prints its ports, one line each, once all are open. */
async function readyPorts(child: ChildProcess, output: Output): Promise<Ports> {
  const deadline = performance.now() + START_MS_MAX;
  while (performance.now() < deadline) {
    if (child.exitCode !== null || child.signalCode !== null) {
      throw new Error(
        `spoor up ended with ${child.exitCode ?? child.signalCode}: ${output.stderr}`,
      );
    }
    const [grpcPort, httpPort, uiPort] = [...output.stdout.matchAll(/:(\d+)\b/g)].map((match) =>
      Number(match[1]),
    );
    if (uiPort !== undefined && grpcPort !== undefined && httpPort !== undefined) {
      return { grpcPort, httpPort, uiPort };
    }
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  throw new Error(`spoor up is not ready after ${START_MS_MAX} ms: ${output.stderr}`);
}

function runningProcess(parts: {
  readonly child: ChildProcess;
  readonly output: Output;
  readonly ports: Ports;
  readonly stop: SpoorProcess["stop"];
}): SpoorProcess {
  const { child, output, ports, stop } = parts;
  const url = `http://127.0.0.1:${ports.uiPort}`;
  const status = async (): Promise<StatusAnswer> =>
    // The server under test is the one that defines this answer.
    (await (await fetch(`${url}/api/v1/status`)).json()) as StatusAnswer;
  return {
    ...ports,
    pid: child.pid ?? 0,
    url,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    status,
    stop,
    waitForSpans: async (count) => {
      while ((await status()).received.spans < count) {
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
  };
}
