import type { Clock } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import type { ExitName } from "../exit/exit-codes.ts";

/** A place to print to. */
export interface Output {
  readonly isTty: boolean;
  /** The width of the terminal; undefined when it is none, or unknown. */
  readonly columns: number | undefined;
  write(text: string): void;
}

/** Everything that a command may touch of the process it runs in. */
export interface CommandContext {
  /** Data. */
  readonly stdout: Output;
  /** Words. */
  readonly stderr: Output;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly version: string;
  /** Calls `listener` for each SIGINT and SIGTERM from now on, instead of dying of it. */
  readonly onSignal: (listener: (signal: string) => void) => void;
}

/** One verb: one file, one line in the registry. */
export interface Command {
  readonly declaration: VerbDeclaration;
  /** @throws SpoorError for everything that is told in three lines. */
  run(given: ParsedArguments, context: CommandContext): Promise<ExitName>;
}
