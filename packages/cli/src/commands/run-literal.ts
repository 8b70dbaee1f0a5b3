/*
 * Runs the command line inside a test and collects what it printed.
 */
import { ManualClock } from "@spoor/trace";
import { EXIT_CODES } from "../exit/exit-codes.ts";
import type { CommandContext, Output } from "./command.ts";
import { runCommandLine } from "./run-command-line.ts";

/** What a run left behind. */
export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a test differs from a pipe without an environment. */
export interface RunOptions {
  readonly environment?: Readonly<Record<string, string>>;
  /** A terminal of this width. */
  readonly columns?: number;
  /** Gets what a signal is to call. */
  readonly onSignal?: CommandContext["onSignal"];
}

/** The clock of every run: 2026-11-22T15:00:00Z. */
export const NOW_UNIX_NANO: bigint = 1_795_359_600_000_000_000n;

/** Runs `spoor` with these arguments. */
export async function run(given: readonly string[], options: RunOptions = {}): Promise<RunResult> {
  const texts = { stdout: "", stderr: "" };
  const output = (name: "stdout" | "stderr"): Output => ({
    isTty: options.columns !== undefined,
    columns: options.columns,
    write: (text) => {
      texts[name] += text;
    },
  });
  const context: CommandContext = {
    stdout: output("stdout"),
    stderr: output("stderr"),
    environment: options.environment ?? {},
    clock: new ManualClock(NOW_UNIX_NANO),
    version: "1.2.3",
    onSignal: options.onSignal ?? (() => {}),
  };
  const exit = await runCommandLine(given, context);
  return { code: EXIT_CODES[exit].code, ...texts };
}
