/*
 * An application that is traced by `@spoor/sdk/auto` alone, in a process of its own.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const REPOSITORY = fileURLToPath(new URL("../..", import.meta.url));

/** A process that takes longer hangs. */
const END_MS_MAX = 60_000;

/** What to start. */
export interface TracedProcessOptions {
  /** In this folder. */
  readonly program?: string;
  readonly story?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** With the built SDK, as an application that installed it has it, and not with its sources. */
  readonly isBuilt?: boolean;
  /** Another Node than that of the tests. */
  readonly node?: string;
}

/** How it ended. */
export interface ProcessEnd {
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly elapsedMs: number;
}

/** A started application. */
export interface TracedProcess {
  readonly child: ChildProcess;
  readonly ended: Promise<ProcessEnd>;
  stdout(): string;
  stderr(): string;
  /** Resolves when stdout and stderr together contain `text`. */
  waitForText(text: string): Promise<void>;
}

/** Starts an application; nothing but flags of Node and the environment says that it is traced. */
export function startTraced(options: TracedProcessOptions): TracedProcess {
  const { program = "application.mjs", story = "", environment = {}, isBuilt = false } = options;
  const { node = process.execPath } = options;
  const startMs = performance.now();
  const child = spawn(
    node,
    [
      ...(isBuilt ? [] : ["--conditions=@spoor/source"]),
      "--import",
      "@spoor/sdk/auto",
      fileURLToPath(new URL(program, import.meta.url)),
      story,
    ],
    {
      cwd: REPOSITORY,
      stdio: ["ignore", "pipe", "pipe"],
      timeout: END_MS_MAX,
      killSignal: "SIGKILL",
      env: {
        ...withoutTelemetry(process.env),
        OTEL_SERVICE_NAME: "application",
        // These tests count requests, and a process also says now and then that nothing hangs.
        SPOOR_OPEN_SPANS: "false",
        ...environment,
      },
    },
  );
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output.stdout += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (output.stderr += text));
  const ended = once(child, "close").then(() => ({
    exitCode: child.exitCode,
    signal: child.signalCode,
    ...output,
    elapsedMs: performance.now() - startMs,
  }));
  return {
    child,
    ended,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    waitForText: async (text) => {
      while (!`${output.stdout}${output.stderr}`.includes(text)) {
        if (child.exitCode !== null || child.signalCode !== null) {
          throw new Error(`ended before ${text}: ${output.stderr}`);
        }
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  };
}

/** Starts an application and waits for its end. */
export function runTraced(options: TracedProcessOptions): Promise<ProcessEnd> {
  return startTraced(options).ended;
}

/** The machine's own settings must not decide what a test finds. */
function withoutTelemetry(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(
    Object.entries(environment).filter(([name]) => !/^(?:OTEL|SPOOR|NODE_OPTIONS)/.test(name)),
  );
}
