/*
 * A program that the demo starts and surely stops again.
 *
 * Every program gets a process group of its own, so that Ctrl-C in the terminal reaches only the
 * demo, which then stops the programs in the right order. Should the demo crash, they are killed.
 */
import { type ChildProcess, spawn, type StdioOptions } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import type { Stage } from "./stage.ts";

/** How long a program may take to end after SIGTERM before it is killed. */
const STOP_MS_MAX = 10_000;

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** What to start. */
export interface Program {
  /** For messages. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  /** Start it as this user instead of our own. Only root may. */
  readonly user?: UserIds;
  readonly workingDirectory?: string;
  /** The signal that ends it in an orderly way. */
  readonly stopSignal?: NodeJS.Signals;
  /** Open a message channel: our own Node programs report their port on it. */
  readonly hasChannel?: boolean;
}

/** A user and its group, by number. */
export interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

/** A started program and everything it printed. */
export class RunningProgram implements AsyncDisposable {
  readonly name: string;
  /** Lines of standard output and standard error, in the order of arrival. */
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #stopSignal: NodeJS.Signals;
  readonly #ended: Promise<string>;
  #isEnded = false;

  constructor(program: Program) {
    this.name = program.name;
    this.#stopSignal = program.stopSignal ?? "SIGTERM";
    const stdio: StdioOptions = ["ignore", "pipe", "pipe"];
    this.#child = spawn(program.command, program.args, {
      detached: true,
      env: program.env ?? process.env,
      stdio: program.hasChannel === true ? [...stdio, "ipc"] : stdio,
      ...program.user,
      ...(program.workingDirectory === undefined ? {} : { cwd: program.workingDirectory }),
    });
    running.add(this.#child);
    this.#collect(this.#child.stdout);
    this.#collect(this.#child.stderr);
    this.#ended = this.#waitForEnd();
  }

  /** Resolves when the program has ended by itself, with the way in which it did. */
  get ended(): Promise<string> {
    return this.#ended;
  }

  /** Waits for `ready`. @throws Error with the program's output when it ends before. */
  async waitUntil<T>(ready: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const stopWaiting = new AbortController();
    const failed = this.#ended.then((how) => {
      throw new Error(`${this.name} ${how}\n${this.lines.slice(-20).join("\n")}`);
    });
    try {
      return await Promise.race([ready(stopWaiting.signal), failed]);
    } finally {
      stopWaiting.abort();
    }
  }

  /** The first message on the channel. */
  async message(signal: AbortSignal): Promise<unknown> {
    // Node gives the listeners of "message" the message first.
    const [message] = (await once(this.#child, "message", { signal })) as [unknown];
    return message;
  }

  /** Asks the program to end and waits until it has. */
  async stop(): Promise<void> {
    if (this.#isEnded) return;
    this.#child.kill(this.#stopSignal);
    const timer = new AbortController();
    const late = delay(STOP_MS_MAX, "late" as const, { signal: timer.signal });
    late.catch(() => "the program ended in time");
    if ((await Promise.race([this.#ended, late])) === "late") {
      console.error(`${this.name} did not end within ${STOP_MS_MAX / 1000} s and was killed.`);
      this.#child.kill("SIGKILL");
      await this.#ended;
    }
    timer.abort();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  #collect(stream: Readable | null): void {
    if (stream === null) return;
    createInterface({ input: stream }).on("line", (line) => this.lines.push(line));
  }

  async #waitForEnd(): Promise<string> {
    try {
      // "close" comes after the last line of output, "exit" may come before it.
      const [code, signal] = (await once(this.#child, "close")) as [number | null, string | null];
      return signal === null ? `ended with exit code ${code}` : `was ended by ${signal}`;
    } catch (error) {
      return `could not be started: ${String(error)}`;
    } finally {
      this.#isEnded = true;
      running.delete(this.#child);
    }
  }
}

/** Starts a program that is stopped when the stage is struck. */
export function startProgram(stage: Stage, program: Program): RunningProgram {
  stage.assertStanding();
  const started = new RunningProgram(program);
  stage.own(started);
  return started;
}
