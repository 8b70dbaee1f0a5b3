/*
 * The entry point of the `spoor` command: hands the process to the command line.
 */
import { readFileSync } from "node:fs";
import { systemClock } from "@spoor/trace";
import type { CommandContext, Output } from "./commands/command.ts";
import { runCommandLine } from "./commands/run-command-line.ts";
import { EXIT_CODES } from "./exit/exit-codes.ts";

const context: CommandContext = {
  stdout: outputOf(process.stdout),
  stderr: outputOf(process.stderr),
  environment: process.env,
  clock: systemClock,
  get version() {
    return readVersion();
  },
  onSignal: (listener) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, listener);
  },
};

try {
  const exit = await runCommandLine(process.argv.slice(2), context);
  process.exitCode = EXIT_CODES[exit].code;
} catch (error) {
  // A bug. The stack is what a report about it needs.
  console.error(error);
  process.exitCode = EXIT_CODES.internal.code;
}

function outputOf(stream: NodeJS.WriteStream): Output {
  stream.on("error", (error: NodeJS.ErrnoException) => {
    // The reader has seen enough, as in `spoor find | head -1`: that is no failure.
    if (error.code === "EPIPE") process.exit(EXIT_CODES.done.code);
    throw error;
  });
  return {
    isTty: stream.isTTY,
    get columns() {
      const columns = stream.isTTY ? stream.columns : 0;
      // A terminal in a container may report a width of 0.
      return columns > 0 ? columns : undefined;
    },
    write: (text) => {
      if (text !== "") stream.write(text);
    },
  };
}

function readVersion(): string {
  const text = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  // Our own file, which npm itself could not read without a version.
  return (JSON.parse(text) as { readonly version: string }).version;
}
