import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, resolve } from "node:path";
import type { ListenerStatus } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage, wholeNumber } from "../arguments/parse-arguments.ts";
import { SIGNAL_ECHO_MS_MAX } from "../base/limits.ts";
import { CLICKHOUSE_FLAGS, clickhouseOf } from "./clickhouse-flags.ts";
import type { Command, CommandContext } from "./command.ts";
import { decodeLimitsOf, INTAKE_FLAGS, syncModeOf } from "./intake-flags.ts";
import { RETENTION_FLAGS, retentionOf } from "./retention-flags.ts";

const DEFAULT_UI_PORT = 4319;

const declaration: VerbDeclaration = {
  name: "up",
  summary: "receive spans, keep them, and show them in the browser",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: [
    portFlag("grpc-port", "4317", "the port for OTLP/gRPC"),
    portFlag("http-port", "4318", "the port for OTLP/HTTP"),
    portFlag("ui-port", String(DEFAULT_UI_PORT), "the port for the page and the API"),
    {
      kind: "value",
      name: "host",
      placeholder: "<address>",
      fallback: "127.0.0.1",
      summary: "the address to listen on; 0.0.0.0 lets other machines in",
    },
    {
      kind: "value",
      name: "data",
      placeholder: "<folder>",
      fallback: "./.spoor",
      summary: "where to keep the spans",
    },
    {
      kind: "switch",
      name: "memory",
      summary: "keep spans in memory only, and lose them at the end",
    },
    ...CLICKHOUSE_FLAGS,
    ...INTAKE_FLAGS,
    ...RETENTION_FLAGS,
  ],
  details: [
    "Prints one line for each open port, where the data lies, and what to do next; from then on " +
      "it is ready. A port of 0 takes any free one.",
    "SIGINT (Ctrl-C) and SIGTERM stop it: it stores what it has acknowledged, closes, and exits " +
      "with 0, because a server that was told to stop and did has not failed.",
    "With --clickhouse the spans go to a ClickHouse that you run, and the data folder holds only " +
      "what waits for it. A cluster may be given by the addresses of several nodes, with commas " +
      "between them: the first that answers is used. A password is safer in " +
      "SPOOR_CLICKHOUSE_URL, because everybody on a machine sees the command lines on it.",
    "A sender is told that its spans are kept when they are on the disk (--spool fsync), so that " +
      "not even a power cut loses one. With --spool os they are with the operating system then: " +
      "a crash of the server loses none, a power cut may lose the last seconds. With --spool none " +
      "they are in memory only: a crash of the server loses what is not stored yet, about a " +
      "second of spans, and while the store is away senders are soon told to try again.",
  ],
  examples: [
    "spoor up",
    "spoor up --retention 7d --retention-errors 30d",
    "spoor up --memory --ui-port 8080",
    "spoor up --max-attribute-value 1MiB",
    "spoor up --clickhouse http://spoor@clickhouse:8123 --clickhouse-cluster main",
  ],
};

/** `spoor up`. */
export const upCommand: Command = {
  declaration,
  run: async (given, context) => {
    const source = { verb: declaration, environment: context.environment };
    const retention = retentionOf(given, source);
    const syncMode = syncModeOf(given, source);
    const decodeLimits = decodeLimitsOf(given, source);
    const stop = listenForStop(context);
    const { startServer } = await import("@spoor/server");
    const isMemory = given.count("memory") > 0;
    if (isMemory && given.value("clickhouse") !== undefined) {
      throw usage(declaration, "--memory and --clickhouse are two places for the spans");
    }
    const clickhouse = isMemory ? undefined : clickhouseOf(given, source);
    if (isMemory && retention !== undefined) {
      context.stderr.write("Retention does nothing with --memory, which keeps the newest spans.\n");
    }
    const server = await startServer({
      host: given.value("host") ?? "127.0.0.1",
      grpcPort: port(given, "grpc-port", 4317),
      httpPort: port(given, "http-port", 4318),
      uiPort: port(given, "ui-port", DEFAULT_UI_PORT),
      dataPath: resolve(given.value("data") ?? ".spoor"),
      useMemoryStore: isMemory,
      clickhouse,
      retention,
      syncMode,
      decodeLimits,
      uiFilesPath: findUiFiles(context),
      version: context.version,
      clock: context.clock,
      onProblem: (message) => context.stderr.write(`${message}\n`),
    });
    context.stdout.write(readyText(server));
    await stop;
    await server.close();
    return "done";
  },
};

/**
 * Resolves at the first signal. A later one is answered with the word that it is stopping, unless
 * it is the echo of the same key press.
 */
export function listenForStop({
  clock,
  onSignal,
  stderr,
}: Pick<CommandContext, "clock" | "onSignal" | "stderr">): Promise<void> {
  const { promise, resolve: stop } = Promise.withResolvers<void>();
  let stoppedAtMs: number | undefined;
  onSignal((signal) => {
    const nowMs = clock.monotonicMs();
    if (stoppedAtMs === undefined) {
      stoppedAtMs = nowMs;
      stop();
    } else if (nowMs - stoppedAtMs > SIGNAL_ECHO_MS_MAX) {
      stderr.write(`${signal}: already stopping, storing what was acknowledged.\n`);
    }
  });
  return promise;
}

function portFlag(name: string, fallback: string, summary: string): VerbDeclaration["flags"][0] {
  return { kind: "value", name, placeholder: "<port>", fallback, summary };
}

function port(given: ParsedArguments, name: string, fallback: number): number {
  const text = given.value(name);
  if (text === undefined) return fallback;
  return wholeNumber(text, { verb: declaration, name: `--${name}`, min: 0, max: 65_535 });
}

/** The folder of the page's built files; says so when there are none, the rest works without. */
function findUiFiles({ stderr }: CommandContext): string {
  const require = createRequire(import.meta.url);
  const path = join(dirname(require.resolve("@spoor/ui/package.json")), "dist");
  if (!existsSync(join(path, "index.html"))) {
    stderr.write(`The page is not built, so the browser will show none: ${path} is empty.\n`);
  }
  return path;
}

interface Ready {
  readonly listeners: readonly ListenerStatus[];
  readonly storePath: string;
}

/** What is printed once the server is ready: ports, data, what to do next; nothing else. */
export function readyText({ listeners, storePath }: Ready): string {
  const rows = listeners.map((listener): [string, string] => [listener.name, address(listener)]);
  rows.push(["data", storePath === "" ? "in memory, lost when this ends" : storePath]);
  rows.push(["next", nextSteps(listeners)]);
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `${name.padEnd(width)}  ${text}\n`).join("");
}

/** gRPC exporters take an address in the form of a URL too. */
function address({ host, port: number }: ListenerStatus): string {
  return `http://${host.includes(":") ? `[${host}]` : host}:${number}`;
}

function nextSteps(listeners: readonly ListenerStatus[]): string {
  const ui = listeners.find(({ name }) => name === "UI and API");
  const url = ui === undefined || ui.port === DEFAULT_UI_PORT ? "" : ` --url ${address(ui)}`;
  const page = ui === undefined ? "" : `, or open ${address(ui)}`;
  return `send a trace to one of the OTLP ports, then run "npx spoor show @last${url}"${page}`;
}
