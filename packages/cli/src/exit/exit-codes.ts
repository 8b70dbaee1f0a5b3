/*
 * The exit codes of `spoor`, and which error leads to which. docs/reference/exit-codes.md is
 * tested against this file.
 */
import { errorCode } from "@spoor/trace";

/** The name of an exit code. */
export type ExitName =
  | "done"
  | "unhealthy"
  | "usage"
  | "notFound"
  | "unreachable"
  | "timedOut"
  | "serverFailed"
  | "internal"
  | "interrupted";

/** An exit code and what it tells a script. */
export interface ExitMeaning {
  readonly code: number;
  readonly meaning: string;
}

/** Every exit code that `spoor` chooses. Never reused with another meaning. */
export const EXIT_CODES: Readonly<Record<ExitName, ExitMeaning>> = {
  done: {
    code: 0,
    meaning:
      "Done, also when nothing matched. A server that was stopped by a signal and closed cleanly.",
  },
  unhealthy: {
    code: 1,
    meaning:
      "`spoor doctor` or `spoor check` found something wrong (warnings alone are no reason), or " +
      "with `--exit-status` nothing was found.",
  },
  usage: {
    code: 2,
    meaning:
      "The command line cannot be understood, or names more than one trace (an ambiguous prefix).",
  },
  notFound: { code: 3, meaning: "There is no such trace." },
  unreachable: { code: 5, meaning: "No server answers at the address." },
  timedOut: { code: 6, meaning: "The server did not answer in time." },
  serverFailed: {
    code: 8,
    meaning: "The server refused or failed, or could not be started.",
  },
  internal: {
    code: 70,
    meaning: "A bug in spoor itself; the stack trace on stderr is worth reporting.",
  },
  interrupted: {
    code: 130,
    meaning: "Ctrl-C before the answer was there (as the shell reports death by SIGINT).",
  },
};

/** Error codes of the command line and of the API that have an exit code of their own. */
export const EXIT_OF_ERROR: Readonly<Record<string, ExitName>> = {
  SPOOR_CLI_USAGE: "usage",
  SPOOR_CLI_NO_TRACES: "notFound",
  SPOOR_CLI_UNREACHABLE: "unreachable",
  SPOOR_CLI_TIMED_OUT: "timedOut",
  SPOOR_CLI_NOT_SPOOR: "serverFailed",
  SPOOR_CLI_SERVER_FAILED: "serverFailed",
  SPOOR_CLI_AGENT: "serverFailed",
  SPOOR_API_TRACE_NOT_FOUND: "notFound",
  SPOOR_API_TRACE_AMBIGUOUS: "usage",
  SPOOR_API_TRACE_REFERENCE_INVALID: "usage",
  SPOOR_API_PARAMETER_INVALID: "usage",
  SPOOR_API_QUERY_INVALID: "usage",
  SPOOR_API_PAGE_INVALID: "usage",
  SPOOR_API_REQUEST_TOO_LARGE: "usage",
  SPOOR_API_NOTHING_TYPICAL: "notFound",
  SPOOR_CLI_JQ: "usage",
  SPOOR_CLI_FILE: "usage",
};

/**
 * The exit code for something that was thrown. An operating error without a code of its own is a
 * failure of the server; anything else is a bug.
 */
export function exitOfError(error: unknown): ExitName {
  const code = errorCode(error);
  if (code === undefined || !code.startsWith("SPOOR_")) return "internal";
  return EXIT_OF_ERROR[code] ?? "serverFailed";
}
