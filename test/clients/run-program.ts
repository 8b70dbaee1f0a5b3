import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { SentTraces } from "./article-trace.ts";

/** A client that could not be prepared here, and why; its tests are skipped with the reason. */
export interface Unavailable {
  readonly reason: string;
}

/** Where and how a program is run. */
export interface RunOptions {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs a program to its end and returns its standard output. @throws Error with its output. */
export async function runProgram(
  command: string,
  args: readonly string[],
  { cwd, env }: RunOptions = {},
): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, {
    env: { ...process.env, ...env },
    ...(cwd === undefined ? {} : { cwd }),
  });
  return stdout;
}

/** Runs one step of preparing a client; what fails here is missing on this machine. */
export async function tryProgram(
  purpose: string,
  [command, args, options]: [string, readonly string[], RunOptions?],
): Promise<Unavailable | undefined> {
  try {
    await runProgram(command, args, options);
    return undefined;
  } catch (error) {
    const [line = ""] = errorText(error).trim().split("\n").slice(-1);
    return { reason: `cannot ${purpose}: ${line}` };
  }
}

/** Runs a client of article-trace.ts and reads what it sent. */
export async function runClient(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<SentTraces> {
  // Our own clients print exactly this.
  return JSON.parse(await runProgram(command, args, options)) as SentTraces;
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return "stderr" in error && error.stderr !== "" ? String(error.stderr) : error.message;
}
