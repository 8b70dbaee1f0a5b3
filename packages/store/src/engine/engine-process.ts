import { type ChildProcessByStdio, spawn } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";

import { type Clock, SpoorError } from "@spoor/trace";

import {
  ENGINE_DIRECTORY_WAIT_MS_MAX,
  ENGINE_KNOCK_INTERVAL_MS,
  ENGINE_ORPHAN_CHECK_MS,
  ENGINE_OUTPUT_BYTES_MAX,
  ENGINE_PORT_ATTEMPTS,
  ENGINE_START_MS_MAX,
  ENGINE_STOP_MS_MAX,
} from "../base/limits.ts";
import type { Endpoint } from "./endpoint.ts";
import { engineConfig, type EngineNode, newEndpoint } from "./engine-config.ts";
import { MEMORY_HINT } from "./engine-library.ts";

/** What a process of the engine needs. */
export interface EngineOptions {
  /** The engine keeps its files in `engine/` below this directory. */
  readonly dataPath: string;
  readonly libraryPath: string;
  readonly clock: Clock;
  /** A port to try; by default one that was free a moment ago. */
  readonly choosePort?: () => Promise<number>;
  /** Who may log in at the port; by default users with new secrets. */
  readonly endpointAt?: (port: number) => Endpoint;
  /** Makes it a node of a cluster. */
  readonly node?: EngineNode;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

// Development runs the sources, an installed package what was built from them.
const CHILD_PATH = fileURLToPath(
  new URL(import.meta.url.endsWith(".ts") ? "engine-child.ts" : "engine-child.js", import.meta.url),
);

/** One run of the embedded engine, from the first answer to the end of its process. */
export class EngineProcess implements AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly pid: number;
  /** Resolves with the reason, in words, when the process has ended. */
  readonly ended: Promise<string>;
  readonly #child: Child;

  private constructor(child: Child, run: { endpoint: Endpoint; ended: Promise<string> }) {
    this.#child = child;
    this.pid = child.pid ?? 0;
    this.endpoint = run.endpoint;
    this.ended = run.ended;
  }

  /**
   * Starts the engine on a free port and waits for its first answer.
   *
   * @throws SPOOR_STORE_ENGINE_START when it ends or does not answer.
   */
  static async start(options: EngineOptions): Promise<EngineProcess> {
    const { choosePort = freePort, endpointAt = newEndpoint } = options;
    const startedMs = options.clock.monotonicMs();
    for (let portAttempt = 1; ;) {
      const run = launch(options, endpointAt(await choosePort()));
      const failure = await Promise.race([firstAnswer(run, options.clock), run.ended]);
      if (failure === undefined) return new EngineProcess(run.child, run);
      run.child.kill("SIGKILL");
      await run.ended;
      const waitedMs = options.clock.monotonicMs() - startedMs;
      if (failure.includes("Cannot lock file") && waitedMs < ENGINE_DIRECTORY_WAIT_MS_MAX) {
        // The engine of a parent that was killed a moment ago is still stopping.
        await pause(ENGINE_KNOCK_INTERVAL_MS * 10);
      } else if (failure.includes("in use") && portAttempt < ENGINE_PORT_ATTEMPTS) {
        portAttempt += 1;
      } else {
        throw startError(failure);
      }
    }
  }

  /** Lets the engine stop in an orderly way, or kills it when that takes too long. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const timer = setTimeout(() => this.#child.kill("SIGKILL"), ENGINE_STOP_MS_MAX);
    await this.ended;
    clearTimeout(timer);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

interface EngineRun {
  readonly child: Child;
  readonly endpoint: Endpoint;
  readonly ended: Promise<string>;
}

function launch(options: EngineOptions, endpoint: Endpoint): EngineRun {
  const enginePath = join(options.dataPath, "engine");
  const configPath = join(options.dataPath, "engine.xml");
  mkdirSync(enginePath, { recursive: true, mode: 0o700 });
  // `mode` counts only for a new file, and this one holds passwords.
  rmSync(configPath, { force: true });
  writeFileSync(configPath, engineConfig({ endpoint, configPath, node: options.node }), {
    mode: 0o600,
  });
  const childOptions = {
    libraryPath: options.libraryPath,
    dataPath: enginePath,
    configPath,
    port: Number(new URL(endpoint.url).port),
    tcpPort: options.node?.tcpPort,
    orphanCheckMs: ENGINE_ORPHAN_CHECK_MS,
  };
  const child = spawn(process.execPath, [CHILD_PATH, JSON.stringify(childOptions)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  // Writing to a dead engine's stdin is no news: `ended` tells.
  child.stdin.on("error", () => undefined);
  return { child, endpoint, ended: endOf(child) };
}

function endOf(child: Child): Promise<string> {
  let output = "";
  const collect = (chunk: string): void => {
    output = (output + chunk).slice(-ENGINE_OUTPUT_BYTES_MAX);
  };
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding("utf8").on("data", collect);
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code, signal) => {
      const end = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      const said = output.trim();
      resolve(said === "" ? end : `${said} (${end})`);
    });
  });
}

/** Undefined after the first answer, or why there was none. Does not notice the engine's end. */
async function firstAnswer(run: EngineRun, clock: Clock): Promise<string | undefined> {
  const deadlineMs = clock.monotonicMs() + ENGINE_START_MS_MAX;
  const { child } = run;
  const isRunning = (): boolean => child.exitCode === null && child.signalCode === null;
  while (clock.monotonicMs() < deadlineMs && isRunning()) {
    if (await knock(run.endpoint)) return undefined;
    await pause(ENGINE_KNOCK_INTERVAL_MS);
  }
  return `it did not answer within ${ENGINE_START_MS_MAX} ms`;
}

/** Any HTTP server may say 200 on a port that the engine did not get; this one calculates. */
const KNOCK_QUERY = "SELECT 6 * 7";
const KNOCK_ANSWER = "42\n";

/** Whether the engine answers a query of the writer: listening alone proves nothing. */
function knock(endpoint: Endpoint): Promise<boolean> {
  return new Promise((resolve) => {
    const headers = {
      ...endpoint.headers,
      "X-ClickHouse-User": endpoint.writer.username,
      "X-ClickHouse-Key": endpoint.writer.password,
    };
    // No agent: a socket kept alive would keep the engine from stopping.
    const options = { headers, agent: false };
    const url = `${endpoint.url}/?query=${encodeURIComponent(KNOCK_QUERY)}`;
    const knocking = request(url, options, (response) => {
      text(response).then(
        (answer) => resolve(response.statusCode === 200 && answer === KNOCK_ANSWER),
        () => resolve(false),
      );
    });
    knocking.once("error", () => resolve(false));
    knocking.end();
  });
}

/** A port that was free a moment ago; whether it still is shows when the engine takes it. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function startError(failure: string): SpoorError {
  return new SpoorError(`cannot start the embedded ClickHouse: ${failure}`, {
    code: "SPOOR_STORE_ENGINE_START",
    hint: MEMORY_HINT,
  });
}
