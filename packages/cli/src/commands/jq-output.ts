/*
 * An output that prints what a jq program makes of the JSON that is written to it.
 *
 * The program runs in jq itself, as WebAssembly: it sees no file and no environment of this
 * machine. It is loaded when somebody asks for it, so that no other command waits for it.
 */
import { errorMessage } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { failure } from "../exit/error-codes.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { Output } from "./command.ts";

/** An output in front of `output`. @throws SPOOR_CLI_JQ for a program that jq cannot read */
export async function jqOutput(
  program: string,
  verb: VerbDeclaration,
  output: Output,
): Promise<Output> {
  const { loadJq } = await import("jq-wasm");
  const jq = await loadJq();
  // Compiled and not run: what it does to null may take for ever.
  const compiled = jq.raw("null", `def program: ${program}\n; empty | program`);
  if (compiled.exitCode !== 0) throw jqFailure(verb, compiled.stderr);
  const flags = output.isTty ? ["-r"] : ["-r", "-c"];
  return {
    isTty: output.isTty,
    columns: output.columns,
    write: (text) => {
      const { stdout, stderr, exitCode } = jq.raw(text, program, flags);
      if (stdout !== "") output.write(`${stdout}\n`);
      if (exitCode !== 0) throw jqFailure(verb, stderr);
    },
  };
}

function jqFailure(verb: VerbDeclaration, stderr: string): Error {
  const [first = "it did not say why"] = stderr.split("\n");
  return failure("SPOOR_CLI_JQ", {
    what: `cannot run --jq of "spoor ${verb.name}"`,
    why: visibleText(errorMessage(first.replace(/^jq: (?:error(?: \([^)]*\))?: )?/u, ""))),
    hint: "look at the JSON with -o json, and try the program on it",
  });
}
