import { SpoorError } from "@spoor/trace";

/** Every error code of the command line and what it means. Registered once, never reused. */
export const CLI_ERROR_CODES = {
  SPOOR_CLI_USAGE: "the command line cannot be understood",
  SPOOR_CLI_NO_TRACES: "there is no trace that @last, @slowest or @error could mean",
  SPOOR_CLI_UNREACHABLE: "nothing listens at the address, or it cannot be reached",
  SPOOR_CLI_TIMED_OUT: "the server did not answer in time",
  SPOOR_CLI_NOT_SPOOR: "something answers at the address, but not as spoor does",
  SPOOR_CLI_JQ: "the program of --jq is wrong, or does not fit the answer",
  SPOOR_CLI_FILE: "a file could not be read, or is not what the verb takes",
  SPOOR_CLI_AGENT: "the agent cannot listen at its address",
  SPOOR_CLI_SERVER_FAILED: "the server answered with an error",
} as const;

/** A registered error code of the command line. */
export type CliErrorCode = keyof typeof CLI_ERROR_CODES;

/** What went wrong, why, and what to do: the three lines of every error. */
export interface FailureWords {
  /** "cannot show trace 4bf9". */
  readonly what: string;
  readonly why: string;
  /** An imperative. */
  readonly hint: string;
  readonly cause?: unknown;
}

/** An operating error of the command line. */
export function failure(code: CliErrorCode, { what, why, hint, cause }: FailureWords): SpoorError {
  return new SpoorError(`${what}: ${why}`, { code, hint, cause });
}
