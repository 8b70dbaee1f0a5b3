/*
 * The command line on a real process: its streams, its signals, its exit code.
 */
import { systemClock } from "@spoor/trace";
import type { CommandContext, Output } from "./commands/command.ts";
import { runCommandLine } from "./commands/run-command-line.ts";
import { EXIT_CODES } from "./exit/exit-codes.ts";

/** Runs `spoor` in this process and sets its exit code. */
export async function runProcess(given: readonly string[], version: string): Promise<void> {
  const context: CommandContext = {
    stdout: outputOf(() => process.stdout),
    stderr: outputOf(() => process.stderr),
    environment: process.env,
    clock: systemClock,
    version,
    onSignal: (listener) => {
      for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
    },
  };
  try {
    const exit = await runCommandLine(given, context);
    process.exitCode = EXIT_CODES[exit].code;
  } catch (error) {
    // A bug. The stack is what a report about it needs.
    console.error(error);
    process.exitCode = EXIT_CODES.internal.code;
  }
}

/** Opening a stream costs some ms of CPU, so it waits until somebody asks for it. */
function outputOf(open: () => NodeJS.WriteStream): Output {
  let opened: NodeJS.WriteStream | undefined;
  const stream = (): NodeJS.WriteStream => (opened ??= withoutBrokenPipes(open()));
  return {
    get isTty() {
      return stream().isTTY;
    },
    get columns() {
      const columns = stream().isTTY ? stream().columns : 0;
      // A terminal in a container may report a width of 0.
      return columns > 0 ? columns : undefined;
    },
    write: (text) => {
      if (text !== "") stream().write(text);
    },
  };
}

function withoutBrokenPipes(stream: NodeJS.WriteStream): NodeJS.WriteStream {
  return stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough, as in `spoor find | head -1`: that is no failure.
    if (error.code === "EPIPE") process.exit(EXIT_CODES.done.code);
    throw error;
  });
}
