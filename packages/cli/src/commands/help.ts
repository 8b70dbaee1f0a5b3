import { overviewText, verbHelpText } from "../arguments/help-text.ts";
import type { Command } from "./command.ts";
import { VERBS } from "./registry.ts";
import { findVerb } from "./run-command-line.ts";

/** `spoor help [verb]`. */
export const helpCommand: Command = {
  declaration: {
    name: "help",
    summary: "explain a verb",
    operands: "[verb]",
    operandCountMin: 0,
    operandCountMax: 1,
    flags: [],
    details: [],
    examples: ["spoor help show"],
  },
  run: async ({ operands: [name] }, { stdout }) => {
    if (name === undefined) stdout.write(overviewText(VERBS));
    else stdout.write(verbHelpText((await findVerb(name).load()).declaration));
    return "done";
  },
};
