import { errorMessage, SpoorError } from "@spoor/trace";
import { visibleText } from "../terminal/visible-text.ts";

const FALLBACK_HINT = 'run "spoor help", or look up the error code in the documentation';

/**
 * The three lines in which an operating error is told: what, why, what to do. Messages read "cannot
 * <verb> <thing>: <reason>", so the first colon that is followed by a space, outside quotation
 * marks, ends the "what".
 */
export function errorLines(error: unknown): string {
  const { what, why } = splitMessage(errorMessage(error));
  const code = error instanceof SpoorError ? error.code : "";
  const hint = (error instanceof SpoorError ? error.hint : undefined) ?? FALLBACK_HINT;
  const lines = [`error: ${what}`, `why:   ${why === "" ? code : why}`, `hint:  ${hint}`];
  // A name from the command line or the server must not be able to add a fourth line.
  return lines.map((line) => `${visibleText(line)}\n`).join("");
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
