/** Starts applications with tracing and collects what they make, until they are stopped. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { ProcessMessage, SeenFinding, SeenLog, SeenSpan } from "./messages.ts";

const TRACED = new URL("traced.ts", import.meta.url).href;

/** How to start an application. */
export interface AppOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Its arguments. */
  readonly args?: readonly string[];
  /** Instrumentation settings that differ from the defaults. */
  readonly settings?: Readonly<Record<string, unknown>>;
  /** Without `--import`: the application starts the tracing itself, or not at all. */
  readonly isBare?: boolean;
  /** With the whole SDK, which sends what it makes to a receiver. */
  readonly isAuto?: boolean;
}

/** An application that runs, and everything it told so far. */
export class App implements AsyncDisposable {
  readonly spans: SeenSpan[] = [];
  readonly logs: SeenLog[] = [];
  readonly findings: SeenFinding[] = [];
  readonly messages: ProcessMessage[] = [];
  output = "";
  errorOutput = "";
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #changed = Promise.withResolvers<void>();
  #isClosed = false;

  constructor(file: string, options: AppOptions) {
    const { env, args = [], settings, isBare = false, isAuto = false } = options;
    const path = fileURLToPath(new URL(file, new URL("apps/", import.meta.url)));
    const imports = isBare ? [] : ["--import", isAuto ? "@spoor/sdk/auto" : TRACED];
    const flags = ["--conditions=@spoor/source", ...imports];
    this.#child = spawn(process.execPath, [...flags, path, ...args], {
      env: { ...process.env, ...env, TEST_TRACING: JSON.stringify(settings ?? {}) },
      stdio: ["ignore", "pipe", "pipe", "ipc"],
    });
    this.#child.stdout?.on("data", (chunk: Buffer) => (this.output += chunk.toString()));
    this.#child.stderr?.on("data", (chunk: Buffer) => (this.errorOutput += chunk.toString()));
    // The other side is traced.ts, or an application of this folder.
    this.#child.on("message", (message) => this.#take(message as ProcessMessage));
    this.#closed = this.#untilClosed();
  }

  /** Waits until `ready` answers something. @throws Error when the application ends first. */
  async until<T>(ready: () => T | undefined): Promise<T> {
    for (;;) {
      const value = ready();
      if (value !== undefined) return value;
      if (this.#isClosed) throw new Error(`the application ended:\n${this.errorOutput}`);
      await this.#changed.promise;
    }
  }

  /** `http://127.0.0.1:port`, once it listens. */
  async url(): Promise<string> {
    const port = await this.until(() => portOf(this.messages));
    return `http://127.0.0.1:${port}`;
  }

  /** Waits until it has ended by itself. */
  async ended(): Promise<this> {
    await this.#closed;
    return this;
  }

  /** Asks it to end, and waits until it has and everything it told is here. */
  async stop(): Promise<void> {
    this.#child.kill("SIGTERM");
    await this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isClosed) this.#child.kill("SIGKILL");
    await this.#closed;
  }

  async #untilClosed(): Promise<void> {
    await once(this.#child, "close");
    this.#isClosed = true;
    this.#changed.resolve();
  }

  #take(message: ProcessMessage): void {
    this.messages.push(message);
    if (message.span !== undefined) this.spans.push(message.span);
    if (message.log !== undefined) this.logs.push(message.log);
    if (message.finding !== undefined) this.findings.push(message.finding);
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }
}

function portOf(messages: readonly ProcessMessage[]): number | undefined {
  return messages.find(({ port }) => port !== undefined)?.port;
}

/** Starts `apps/<file>`. */
export function startApp(file: string, options: AppOptions = {}): App {
  return new App(file, options);
}

const KIND_NAMES = ["internal", "server", "client", "producer", "consumer"] as const;

type TreeSpan = Pick<SeenSpan, "spanId" | "parentSpanId" | "name" | "kind">;

/** One trace as lines, children below their parents in the order in which they ended. */
export function treeLines(spans: readonly TreeSpan[], parentSpanId = "", depth = 0): string[] {
  const lines: string[] = [];
  for (const span of spans) {
    if (span.parentSpanId !== parentSpanId) continue;
    lines.push(`${"  ".repeat(depth)}${KIND_NAMES[span.kind]} ${span.name}`);
    lines.push(...treeLines(spans, span.spanId, depth + 1));
  }
  return lines;
}
