/*
 * What tracing adds to the CPU time of a request: a service with Express, PostgreSQL and Redis,
 * without tracing, with our SDK, with the official one as its documentation sets it up, and with
 * the official one told to make no more spans than ours does.
 *
 * The services run side by side and are loaded in turn, so that a noisy machine is noisy for all of
 * them; each round compares them anew, and the medians of the rounds are reported. What is measured
 * is the CPU time of the service's process, all its threads and the sending included. The spans
 * that each of them sends are counted by the receiver.
 */
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { setTimeout as delay } from "node:timers/promises";
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

const MODES = ["none", "spoor", "official", "sameSpans"] as const;

type Mode = (typeof MODES)[number];

/** The services that are traced: how their figures begin, and what they are called. */
const TRACED = [
  { mode: "spoor", figure: "request", label: "spoor" },
  { mode: "official", figure: "officialRequest", label: "official" },
  {
    mode: "sameSpans",
    figure: "sameSpansRequest",
    label: "official without the spans that spoor does not make",
  },
] as const;

/** The same for both, and short enough to wait for. */
const SEND_DELAY_MS = 400;
const SETTLE_MS = 600;

interface Service {
  readonly child: ChildProcess;
  readonly port: number;
}

/**
 * Runs all services under load. `requestOverheadRatio` says how many times more the official SDK
 * adds to a request than ours, `requestSameSpansRatio` the same for as many spans; the other
 * figures are CPU in µs, and spans of a request.
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
    const rounds: Round[] = [];
    await delay(SETTLE_MS);
    for (let round = 0; round < load.roundCount; round += 1) {
      rounds.push(await measureRound({ services, sink }, load));
    }
    return summary(rounds, report);
  } finally {
    for (const { child } of [...services.values(), sink]) await stop(child);
  }
}

/** What a request cost in one round: CPU in µs, and the spans that arrived. */
type Round = Record<Mode, { readonly cpuMicros: number; readonly spanCount: number }>;

function summary(rounds: readonly Round[], report: Report): Figures {
  const requestMicros = median(rounds.map(({ none }) => none.cpuMicros));
  const addedBy = (mode: Mode): number =>
    median(rounds.map((round) => round[mode].cpuMicros - round.none.cpuMicros));
  const addedMicros = addedBy("spoor");
  const figures: Record<string, number> = {
    requestOverheadRatio: rounded(addedBy("official") / addedMicros),
    requestSameSpansRatio: rounded(addedBy("sameSpans") / addedMicros),
    requestMicros: rounded(requestMicros),
  };
  report.line(`request, untraced: ${requestMicros.toFixed(0)} µs of CPU`);
  for (const { mode, figure, label } of TRACED) {
    const added = addedBy(mode);
    const spanCount = median(rounds.map((round) => round[mode].spanCount));
    report.line(`request, ${label}: +${added.toFixed(0)} µs, ${spanCount.toFixed(1)} spans`);
    figures[`${figure}AddedMicros`] = rounded(added);
    figures[`${figure}Spans`] = rounded(spanCount);
  }
  return figures;
}

async function measureRound(
  { services, sink }: { readonly services: ReadonlyMap<Mode, Service>; readonly sink: Service },
  load: RequestLoad,
): Promise<Round> {
  const nothing = { cpuMicros: 0, spanCount: 0 };
  const round = { none: nothing, spoor: nothing, official: nothing, sameSpans: nothing };
  for (const [mode, service] of services) {
    const cpuBefore = await cpuOf(service.child);
    const spansBefore = await spansOf(sink.child);
    await loadRound(service, load);
    // What a service sends later than its answers is part of what they cost.
    await delay(SETTLE_MS);
    round[mode] = {
      cpuMicros: ((await cpuOf(service.child)) - cpuBefore) / load.requestsPerRound,
      spanCount: ((await spansOf(sink.child)) - spansBefore) / load.requestsPerRound,
    };
  }
  return round;
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
    sameSpans: ["--import", official],
  };
  return start("request-app.ts", {
    flags: modules[mode],
    env: {
      ...env,
      OTEL_SERVICE_NAME: "orders",
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/protobuf",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${sink.port}`,
      OTEL_BSP_SCHEDULE_DELAY: String(SEND_DELAY_MS),
      BENCH_SAME_SPANS: mode === "sameSpans" ? "1" : "0",
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
  // What request-app.ts answers.
  const { cpu } = (await ask(child)) as { readonly cpu: NodeJS.CpuUsage };
  return cpu.user + cpu.system;
}

async function spansOf(child: ChildProcess): Promise<number> {
  // What request-sink.ts answers.
  const { spanCount } = (await ask(child)) as { readonly spanCount: number };
  return spanCount;
}

async function ask(child: ChildProcess): Promise<unknown> {
  const answered = once(child, "message");
  child.send("");
  const [answer]: unknown[] = await answered;
  return answer;
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
