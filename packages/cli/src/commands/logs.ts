import { fromLogRecordListDocument, type LogRecordsAnswer } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { logRecordLines, logRecordTable } from "../terminal/log-records.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";

const declaration: VerbDeclaration = {
  name: "logs",
  summary: "print the log records of one trace",
  operands: "<trace>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [
    {
      kind: "value",
      name: "output",
      short: "o",
      placeholder: "<format>",
      choices: ["table", "json", "jsonl"],
      fallback: "table",
      summary: "what to print",
    },
    ...QUERY_FLAGS,
  ],
  details: [
    TRACE_OPERAND_DETAILS,
    "Prints the log records that carry the id of this trace, earliest first: time, severity, " +
      "service and body, after the event name if it has one. Piped, it is one line each: tabs, " +
      "times in UTC with ns. A trace may have log records before any of its spans has arrived; " +
      "ask for it by its whole id then.",
    "Finding none is not an error.",
  ],
  examples: ["spoor logs @last", "spoor logs @error -o jsonl", "spoor logs 4bf92f35"],
};

/** `spoor logs <trace>`. */
export const logsCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const [operand = ""] = given.operands;
    const asker = { verb: declaration, goal: "read the log records of" };
    const answer = await client.readLogRecords(await traceReference(operand, client, asker));
    stdout.write(textOf(answer, given, context));
    stderr.write(coverageWords(answer, "this list"));
    if (answer.logs.length === 0) stderr.write("This trace has no log records here.\n");
    return "done";
  },
};

function textOf(answer: LogRecordsAnswer, given: ParsedArguments, context: CommandContext): string {
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return answer.logs.map((_, index) => `${JSON.stringify(lineOf(answer, index))}\n`).join("");
    default: {
      const records = fromLogRecordListDocument(answer);
      const look = lookOf(given, context);
      return look.columns === undefined ? logRecordLines(records) : logRecordTable(records, look);
    }
  }
}

/** One log record that needs no table beside it. */
function lineOf({ logs, resources, scopes }: LogRecordsAnswer, index: number): object {
  const record = logs[index];
  if (record === undefined) return {};
  return { v: 1, ...record, resource: resources[record.resource], scope: scopes[record.scope] };
}
