/*
 * What survives `kill -9`: nothing that was acknowledged is lost, and nothing is stored twice.
 *
 * 1. Requests of one trace each are sent at a steady speed, without a pause, whatever happens.
 * 2. In each round a moment is drawn; at that moment the server, or in every other round its
 *    ClickHouse, is killed. In half of the rounds of each the next moment is waited for at which
 *    ClickHouse is writing the rows of an insert. ClickHouse is started again by the server, the
 *    server by this command, on the same data. Every fifth round's server is killed again while it
 *    starts, in the middle of storing what the one before it left in its spool.
 * 3. A request whose answer did not come is not sent again: it may be stored or not, but once.
 * 4. In the end every trace is asked for by its id, and its spans are counted.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { removeDataPath, type SpoorProcess, startSpoor } from "../test/spoor-process.ts";
import { TraceLoad } from "./crash-load.ts";
import { untilInserting } from "./insert-watch.ts";
import { childrenOf } from "./measure/process-tree.ts";
import { untilStored } from "./measure/quiet.ts";
import type { Figures, Report } from "./report/report.ts";
import { Random } from "./workload/random.ts";

/** How much to run. */
export interface CrashOptions {
  readonly rounds: number;
  readonly seed: number;
  readonly requestsPerSecond: number;
  /** The latest moment of a kill, from the start of a round. */
  readonly roundMsMax: number;
}

const ROUND_MS_MIN = 50;
const START_KILL_EVERY = 5;
const START_MS_MAX = 1_500;
const ENGINE_BACK_MS_MAX = 20_000;
/** Inserts come every 0.6 s. */
const INSERT_WAIT_MS_MAX = 5_000;

/** Kills, restarts, counts. */
export async function runCrash(options: CrashOptions, report: Report): Promise<Figures> {
  report.header(`Crash: ${options.rounds} rounds of kill -9, seed ${options.seed}`);
  const dataPath = await mkdtemp(join(tmpdir(), "spoor-crash-"));
  const random = new Random(options.seed);
  const load = new TraceLoad({ seed: options.seed, requestsPerSecond: options.requestsPerSecond });
  let server = await startSpoor({ dataPath });
  load.target(server.grpcPort);
  const kills = { server: 0, engine: 0, midInsert: 0, starting: 0 };
  try {
    for (let round = 1; round <= options.rounds; round += 1) {
      const momentMs = ROUND_MS_MIN + random.next(options.roundMsMax - ROUND_MS_MIN);
      await pause(momentMs);
      const isServer = round % 2 === 1;
      const isInserting = round % 4 >= 2 && (await untilInserting(dataPath, INSERT_WAIT_MS_MAX));
      const acknowledged = load.acknowledgedSpans;
      if (isInserting) kills.midInsert += 1;
      if (isServer) {
        await server.stop("SIGKILL");
        kills.server += 1;
        if (round % START_KILL_EVERY === 0) {
          await killWhileStarting(dataPath, random);
          kills.starting += 1;
        }
        server = await startSpoor({ dataPath });
        load.target(server.grpcPort);
      } else {
        await killEngine(server);
        kills.engine += 1;
      }
      report.line(
        `round ${round}: killed the ${isServer ? "server" : "engine"} after ${momentMs} ms` +
          `${isInserting ? ", in an insert" : ""}, ${acknowledged} spans acknowledged so far`,
      );
    }
    await load.stop();
    const found = await load.compare(server.url, (traceId) => untilStored(server, traceId));
    for (const problem of found.problems.slice(0, 10)) report.line(problem);
    return {
      rounds: options.rounds,
      seed: options.seed,
      serverKills: kills.server,
      engineKills: kills.engine,
      midInsertKills: kills.midInsert,
      startKills: kills.starting,
      ...found.figures,
    };
  } finally {
    await load.stop();
    await server.stop();
    await removeDataPath(dataPath);
  }
}

/** Its only child process is the engine. Waits until the server has started another one. */
async function killEngine(server: SpoorProcess): Promise<void> {
  const before = childrenOf(server.pid);
  for (const pid of before) process.kill(pid, "SIGKILL");
  const startedMs = performance.now();
  while (performance.now() - startedMs < ENGINE_BACK_MS_MAX) {
    const isNew = childrenOf(server.pid).some((pid) => !before.includes(pid));
    if (isNew && (await server.status()).store.ready) return;
    await pause(20);
  }
  throw new Error(`the engine is not back after ${ENGINE_BACK_MS_MAX} ms`);
}

const CLI_PATH = fileURLToPath(new URL("../packages/cli/bin/spoor.js", import.meta.url));
const FREE_PORTS = ["--grpc-port=0", "--http-port=0", "--ui-port=0"];

/** Starts a server on the data and kills it before, or just after, it is ready. */
async function killWhileStarting(dataPath: string, random: Random): Promise<void> {
  const child = spawn(process.execPath, [CLI_PATH, "up", ...FREE_PORTS, "--data", dataPath], {
    stdio: "ignore",
  });
  const exited = once(child, "exit");
  await pause(random.next(START_MS_MAX));
  child.kill("SIGKILL");
  await exited;
}
