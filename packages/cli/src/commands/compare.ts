import type { VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";
import { COMPARED_PLACES_DEFAULT } from "../base/limits.ts";
import { compare } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { COMPARISON_COLUMNS, rankedPlaces, sideText } from "../terminal/comparison-text.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { Command } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { outputFlags, TABLE_FORMS } from "./output-flags.ts";
import { clientOf, QUERY_FLAGS } from "./query-flags.ts";
import { rowsText } from "./table-output.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";

const declaration: VerbDeclaration = {
  name: "compare",
  summary: "tell what differs between two traces, or from what is usual",
  operands: "<trace> [trace]",
  operandCountMin: 1,
  operandCountMax: 2,
  flags: [
    { kind: "switch", name: "typical", summary: "compare with the usual trace of the same root" },
    { kind: "switch", name: "all", short: "a", summary: "print all places and not the first ten" },
    ...outputFlags(TABLE_FORMS),
    ...QUERY_FLAGS,
  ],
  details: [
    `${TRACE_OPERAND_DETAILS} The first is A, the one before, the second is B.`,
    "Prints a sentence on stderr and the places with the largest change of own time: the time of " +
      "a span in which it waited for none below it. With --typical, which is also what happens " +
      "with one trace alone, A is the trace in the middle by duration of those that had the same " +
      "root in the hour before, and B the trace that you name.",
  ],
  examples: ["spoor compare 4bf92f35 --typical", "spoor compare 4bf92f35 0af76519"],
};

/** `spoor compare <trace> [trace]`. */
export const compareCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const answer = await compare(client, await sidesOf(given, client));
    const count = given.count("all") > 0 ? answer.places.length : COMPARED_PLACES_DEFAULT;
    const rows = rankedPlaces(answer, count);
    stderr.write(`A: ${sideText(answer.a)}\nB: ${sideText(answer.b)}\n`);
    stderr.write(`${visibleText(answer.sentence)}\n`);
    stdout.write(rowsText(rows, COMPARISON_COLUMNS, { answer, given, context }));
    if (answer.places.length > rows.length) {
      stderr.write(`${answer.places.length - rows.length} more places: -a prints all.\n`);
    }
    stderr.write(coverageWords(answer, "this comparison"));
    return "done";
  },
};

async function sidesOf(
  given: ParsedArguments,
  client: SpoorClient,
): Promise<Readonly<Record<"a" | "b", string>>> {
  const [first = "", second] = given.operands;
  const asker = { verb: declaration, goal: "compare" };
  const named = await traceReference(first, client, asker);
  if (second === undefined) return { a: "typical", b: named };
  if (given.count("typical") > 0) throw usage(declaration, "--typical takes the place of a trace");
  return { a: named, b: await traceReference(second, client, asker) };
}
