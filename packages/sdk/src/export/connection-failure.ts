import { errorCode, errorMessage } from "@spoor/trace/basics";
import type { Outcome } from "./transport.ts";

/** Nobody listens there, or the name leads nowhere: trying again this instant is pointless. */
const ABSENT_CODES = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "ENOENT",
]);

/** A try that ended without an answer. All of these may pass, so all are worth another try. */
export function failureOutcome(
  error: unknown,
  { afterMs }: { readonly afterMs?: number },
): Outcome {
  const code = errorCode(error);
  const message = errorMessage(error);
  // Happy eyeballs wrap one error per address in an AggregateError without a message of its own.
  const reason = message === "" ? (code ?? "the connection failed") : message;
  return {
    kind: "retry",
    reason,
    ...(afterMs === undefined ? {} : { afterMs }),
    ...(code !== undefined && ABSENT_CODES.has(code) ? { isAbsent: true } : {}),
  };
}
