/*
 * What tracing adds to the CPU time of a request: a service with Express, PostgreSQL and Redis,
 * without tracing, with our SDK, with the official one.
 *
 * The three services run side by side and are loaded in turn, so that a noisy machine is noisy for
 * all of them; each round compares them anew, and the medians of the rounds are reported. What is
 * measured is the CPU time of the service's process, all its threads and the sending included.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { fileURLToPath } from "node:url";
import { startStores } from "../../test/instrument/stores.ts";
import { median } from "../measure/statistics.ts";
import { type Figures, type Report, rounded } from "../report/report.ts";

/** How much load; the default takes about a minute on two cores. */
export interface RequestLoad {
  /** Not measured: they open connections, and compile what a server compiles once in days. */
  readonly warmUpRoundCount: number;
  readonly roundCount: number;
  readonly requestsPerRound: number;
  readonly concurrency: number;
}

/** The load of the report. */
const REQUEST_LOAD: RequestLoad = {
  warmUpRoundCount: 4,
  roundCount: 7,
  requestsPerRound: 1500,
  concurrency: 16,
};

const MODES = ["none", "spoor", "official"] as const;

type Mode = (typeof MODES)[number];

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Runs all three services under load. `requestOverheadRatio` says how many times more the official
 * SDK adds to a request than ours; the other figures are CPU in µs.
 *
 * @throws Error where Redis is not installed.
 */
export async function measureRequestOverhead(
  report: Report,
  load: RequestLoad = REQUEST_LOAD,
): Promise<Figures> {
  await using stores = await startStores();
  if (stores.redisUrl === undefined) throw new Error("cannot measure: redis-server is missing");
  const env = { ...process.env, DATABASE_URL: stores.databaseUrl, REDIS_URL: stores.redisUrl };
  const sink = await start("request-sink.ts", { flags: [], env });
  const services = new Map<Mode, Service>();
  try {
    for (const mode of MODES) services.set(mode, await startService(mode, { sink, env }));
    for (let round = 0; round < load.warmUpRoundCount; round += 1) {
      for (const service of services.values()) await loadRound(service, load);
    }
    const rounds: Record<Mode, number>[] = [];
    for (let round = 0; round < load.roundCount; round += 1) {
      rounds.push(await measureRound(services, load));
    }
    return summary(rounds, report);
  } finally {
    for (const { child } of [...services.values(), sink]) await stop(child);
  }
}

function summary(rounds: readonly Record<Mode, number>[], report: Report): Figures {
  const requestMicros = median(rounds.map(({ none }) => none));
  const addedMicros = median(rounds.map(({ none, spoor }) => spoor - none));
  const officialAddedMicros = median(rounds.map(({ none, official }) => official - none));
  report.line(
    `request, CPU µs: untraced ${requestMicros.toFixed(0)}, official ` +
      `+${officialAddedMicros.toFixed(0)}, spoor +${addedMicros.toFixed(0)}`,
  );
  return {
    requestOverheadRatio: rounded(officialAddedMicros / addedMicros),
    requestMicros: rounded(requestMicros),
    requestAddedMicros: rounded(addedMicros),
    officialRequestAddedMicros: rounded(officialAddedMicros),
  };
}

async function measureRound(
  services: ReadonlyMap<Mode, Service>,
  load: RequestLoad,
): Promise<Record<Mode, number>> {
  const cpuUs: Record<Mode, number> = { none: 0, spoor: 0, official: 0 };
  for (const [mode, service] of services) {
    const before = await cpuOf(service.child);
    await loadRound(service, load);
    cpuUs[mode] = ((await cpuOf(service.child)) - before) / load.requestsPerRound;
  }
  return cpuUs;
}

function startService(
  mode: Mode,
  { sink, env }: { readonly sink: Service; readonly env: NodeJS.ProcessEnv },
): Promise<Service> {
  const official = new URL("official-sdk.ts", import.meta.url).href;
  const modules: Readonly<Record<Mode, readonly string[]>> = {
    none: [],
    spoor: ["--import", "@spoor/sdk/auto"],
    official: ["--import", official],
  };
  return start("request-app.ts", {
    flags: modules[mode],
    env: {
      ...env,
      OTEL_SERVICE_NAME: "orders",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
      SPOOR_QUIET: "1",
    },
  });
}

async function start(
  file: string,
  { flags, env }: { readonly flags: readonly string[]; readonly env: NodeJS.ProcessEnv },
): Promise<Service> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ["--conditions=@spoor/source", ...flags],
    env,
  });
  // What the programs of this folder say first.
  const [{ port }] = (await once(child, "message")) as [{ readonly port: number }];
  return { child, port };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.disconnect();
  await ended;
}

async function cpuOf(child: ChildProcess): Promise<number> {
  const answered = once(child, "message");
  child.send("cpu");
  // What request-app.ts answers.
  const [{ cpu }] = (await answered) as [{ readonly cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

async function loadRound({ port }: Service, load: RequestLoad): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: load.concurrency });
  let left = load.requestsPerRound;
  const worker = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await order(port, { agent, number: left });
    }
  };
  await Promise.all(Array.from({ length: load.concurrency }, worker));
  agent.destroy();
}

async function order(
  port: number,
  { agent, number }: { readonly agent: Agent; readonly number: number },
): Promise<void> {
  const asked = request({
    agent,
    port,
    host: "127.0.0.1",
    method: "POST",
    path: `/orders/${number % 100}/items`,
    headers: { "content-type": "application/json" },
  });
  asked.end('{"item":"item_42","count":2}');
  // The first argument of "response".
  const [response] = (await once(asked, "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`a request was answered ${response.statusCode}`);
}
