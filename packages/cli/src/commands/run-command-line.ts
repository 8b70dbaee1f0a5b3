import { nearest } from "@spoor/trace";
import { HELP_FLAG } from "../arguments/declaration.ts";
import { verbHelpText } from "../arguments/help-text.ts";
import { parseArguments } from "../arguments/parse-arguments.ts";
import { failure } from "../exit/error-codes.ts";
import { errorLines } from "../exit/error-lines.ts";
import { type ExitName, exitOfError } from "../exit/exit-codes.ts";
import type { CommandContext } from "./command.ts";
import { jqOutput } from "./jq-output.ts";
import { jqRequest } from "./output-flags.ts";
import { type RegisteredVerb, VERBS } from "./registry.ts";

/**
 * Runs a verb of `spoor` with its arguments. Operating errors are told on stderr in three lines and
 * become an exit code.
 *
 * @throws anything that is a bug.
 */
export async function runCommandLine(
  given: readonly string[],
  context: CommandContext,
): Promise<ExitName> {
  try {
    return await dispatch(given, context);
  } catch (error) {
    const exit = exitOfError(error);
    if (exit === "internal") throw error;
    context.stderr.write(errorLines(error));
    return exit;
  }
}

/** The verb of that name. @throws SPOOR_CLI_USAGE naming the nearest. */
export function findVerb(name: string): RegisteredVerb {
  const verb = VERBS.find((candidate) => candidate.name === name);
  if (verb !== undefined) return verb;
  const guess = nearest(
    name,
    VERBS.map((candidate) => candidate.name),
  );
  throw failure("SPOOR_CLI_USAGE", {
    what: `cannot run "spoor ${name}"`,
    why: name.startsWith("-") ? `spoor has no flag ${name}` : "there is no such verb",
    hint: guess === undefined ? 'run "spoor help"' : `did you mean "spoor ${guess}"?`,
  });
}

async function dispatch(given: readonly string[], context: CommandContext): Promise<ExitName> {
  const [name = "", ...rest] = given;
  const command = await findVerb(name).load();
  const parsed = parseArguments(command.declaration, rest);
  if (parsed.count(HELP_FLAG.name) > 0) {
    context.stdout.write(verbHelpText(command.declaration));
    return "done";
  }
  const jq = jqRequest(command.declaration, parsed);
  if (jq === undefined) return command.run(parsed, context);
  const stdout = await jqOutput(jq.program, command.declaration, context.stdout);
  return command.run(jq.given, { ...context, stdout });
}
