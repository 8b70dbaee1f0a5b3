import type { VerbDeclaration } from "../arguments/declaration.ts";
import { usage } from "../arguments/parse-arguments.ts";
import { COMPLETION_MS_MAX } from "../base/limits.ts";
import { createClient, DEFAULT_URL } from "../client/spoor-client.ts";
import type { Command, CommandContext } from "./command.ts";
import { completeLine } from "./complete-line.ts";
import { findVerb } from "./run-command-line.ts";
import { VERBS } from "./registry.ts";
import { isShell, SHELLS, shellScript } from "./shell-scripts.ts";

const declaration: VerbDeclaration = {
  name: "completion",
  summary: "print what makes a shell complete spoor",
  operands: "<bash, zsh or fish>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [
    {
      kind: "value",
      name: "line",
      placeholder: "<text>",
      summary: "print what may stand at the end of this command line; the script asks so",
    },
  ],
  details: [
    "Verbs, flags and their values are completed from here; services, keys and values of queries " +
      "from the server at SPOOR_URL, if it answers within 0.3 s.",
  ],
  examples: [
    'eval "$(spoor completion bash)"',
    "spoor completion zsh > ~/.zfunc/_spoor",
    "spoor completion fish > ~/.config/fish/completions/spoor.fish",
  ],
};

/** `spoor completion <shell>`. */
export const completionCommand: Command = {
  declaration,
  run: async (given, context) => {
    const [shell = ""] = given.operands;
    if (!isShell(shell)) throw usage(declaration, `"${shell}" is not one of ${SHELLS.join(", ")}`);
    const line = given.value("line");
    if (line === undefined) context.stdout.write(shellScript(shell));
    else {
      const words = await candidates(line, context);
      // Bash replaces only what stands behind the last of these.
      const shared = shell === "bash" ? (/^.*[:=<>]/su.exec(lastWord(line))?.[0].length ?? 0) : 0;
      context.stdout.write(words.map((word) => `${word.slice(shared)}\n`).join(""));
    }
    return "done";
  },
};

/** The end of a line, up to which a shell divides words. */
function lastWord(line: string): string {
  return /\S*$/u.exec(line)?.[0] ?? "";
}

async function declarationOf(verb: string): Promise<VerbDeclaration> {
  return (await findVerb(verb).load()).declaration;
}

/** Never rejects: while somebody types, nothing is better than an error. */
async function candidates(line: string, { environment }: CommandContext): Promise<string[]> {
  const url = environment["SPOOR_URL"] || DEFAULT_URL;
  try {
    const client = createClient({ url, timeoutMs: COMPLETION_MS_MAX });
    const verbs = VERBS.map(({ name }) => name);
    return await completeLine(line, { client, verbs, declarationOf });
  } catch {
    return [];
  }
}
