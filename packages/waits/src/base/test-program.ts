/*
 * Programs that a test starts and that end with it, whatever happens.
 */
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { accessSync, constants, readdirSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { systemClock } from "@spoor/trace";

/** A user to run as, because some servers refuse to run as root. */
export interface RunAs {
  readonly uid: number;
  readonly gid: number;
}

/** A running program. */
export interface TestProgram extends AsyncDisposable {
  readonly pid: number;
  readonly child: ChildProcess;
  /** Everything that it has printed. */
  readonly output: () => string;
  /** Ends it at once, as the kernel would. */
  kill(): Promise<void>;
}

/** How to start a program. */
export interface ProgramSpec {
  readonly command: string;
  readonly args: readonly string[];
  readonly runAs?: RunAs | undefined;
  readonly directory?: string;
  readonly environment?: Readonly<Record<string, string>>;
  /** The signal that ends it in an orderly way. */
  readonly stopSignal?: NodeJS.Signals;
}

/** Starts a program. */
export function startTestProgram(spec: ProgramSpec): TestProgram {
  const child = spawn(spec.command, spec.args, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, ...spec.environment },
    ...(spec.directory === undefined ? {} : { cwd: spec.directory }),
    ...spec.runAs,
  });
  let output = "";
  child.stdout.on("data", (data: Buffer) => (output += data.toString()));
  child.stderr.on("data", (data: Buffer) => (output += data.toString()));
  const ended = new Promise<void>((resolve) => {
    child.on("close", () => {
      resolve();
    });
    child.on("error", (error) => {
      output += String(error);
      resolve();
    });
  });
  const stop = async (signal: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) child.kill(signal);
    await ended;
  };
  process.once("exit", () => child.kill("SIGKILL"));
  return {
    pid: child.pid ?? 0,
    child,
    output: () => output,
    kill: () => stop("SIGKILL"),
    [Symbol.asyncDispose]: () => stop(spec.stopSignal ?? "SIGTERM"),
  };
}

/** Runs a program to its end. @throws Error with its output when it fails. */
export function runTestProgram({ command, args, runAs, directory }: ProgramSpec): void {
  execFileSync(command, args, {
    stdio: ["ignore", "pipe", "pipe"],
    ...(directory === undefined ? {} : { cwd: directory }),
    ...runAs,
  });
}

/** Waits until `ask` gives something, asking again and again. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false> | T | undefined | false,
  waitMsMax = 20_000,
): Promise<T> {
  const end = systemClock.monotonicMs() + waitMsMax;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (systemClock.monotonicMs() > end) throw new Error(`waited ${waitMsMax} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** The path of an executable in `first`, PATH, /usr/sbin, or those of Debian's PostgreSQL. */
export function findProgram(name: string, first: readonly string[] = []): string | undefined {
  const directories = [
    ...first,
    ...(process.env["PATH"] ?? "").split(":"),
    "/usr/sbin",
    ...debianDirectories(),
  ];
  return directories.map((directory) => join(directory, name)).find(isExecutable);
}

function debianDirectories(): string[] {
  try {
    const base = "/usr/lib/postgresql";
    return readdirSync(base).map((version) => join(base, version, "bin"));
  } catch {
    // Not Debian, or without PostgreSQL.
    return [];
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    // Not there, or not executable.
    return false;
  }
}

/** The first of `names` that is a user here, when we are root; undefined when we are not. */
export function serverUser(names: readonly string[]): RunAs | undefined {
  if (process.getuid?.() !== 0) return undefined;
  for (const name of names) {
    try {
      const number = (option: string) => Number(execFileSync("id", [option, name]).toString());
      return { uid: number("-u"), gid: number("-g") };
    } catch {
      // No such user: the next.
    }
  }
  return undefined;
}

/** A port of 127.0.0.1 on which nobody listened a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
