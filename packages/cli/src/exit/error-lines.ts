import { errorMessage, SpoorError } from "@spoor/trace";
import { visibleText } from "../terminal/visible-text.ts";

const FALLBACK_HINT = 'run "spoor help", or look up the error code in the documentation';

/**
 * The three lines in which an operating error is told: what, why, what to do. A mistake in a query
 * is shown in between. Messages read "cannot
 * <verb> <thing>: <reason>", so the first colon that is followed by a space, outside quotation
 * marks, ends the "what".
 */
export function errorLines(error: unknown): string {
  const { what, why } = splitMessage(errorMessage(error));
  const code = error instanceof SpoorError ? error.code : "";
  const hint = (error instanceof SpoorError ? error.hint : undefined) ?? FALLBACK_HINT;
  const lines = [
    `error: ${what}`,
    `why:   ${why === "" ? code : why}`,
    ...placeLines(error),
    `hint:  ${hint}`,
  ];
  // A name from the command line or the server must not be able to add another line.
  return lines.map((line) => `${visibleText(line)}\n`).join("");
}

/** For a mistake in a query: its line, and carets below the place. */
function placeLines(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  if (typeof cause !== "object" || cause === null || !("text" in cause)) return [];
  const [, line = "", carets = ""] = String(cause.text).split("\n");
  return [`     ${line}`, `     ${carets}`];
}

function splitMessage(message: string): { readonly what: string; readonly why: string } {
  let isQuoted = false;
  for (let index = 0; index < message.length; index += 1) {
    if (message[index] === '"') isQuoted = !isQuoted;
    if (!isQuoted && message.startsWith(": ", index)) {
      return { what: message.slice(0, index), why: message.slice(index + 2) };
    }
  }
  return { what: message, why: "" };
}
