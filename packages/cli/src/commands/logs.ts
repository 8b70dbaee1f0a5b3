import {
  fromLogRecordListDocument,
  type LogRecordListDocument,
  type LogRecordsAnswer,
  type LogSearchAnswer,
  SEVERITY_NAMES,
} from "@spoor/trace";
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";
import { LOGS_COUNT_DEFAULT, LOGS_COUNT_MAX } from "../base/limits.ts";
import { searchLogs } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { logRecordLines, logRecordTable } from "../terminal/log-records.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { INTERVAL_FLAGS, intervalOf } from "./interval-flags.ts";
import { outputFlags } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf, PAGE_FLAG } from "./list-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";

const LIMIT: Limit = {
  fallback: LOGS_COUNT_DEFAULT,
  max: LOGS_COUNT_MAX,
  summary: `print at most so many, the newest, up to ${LOGS_COUNT_MAX}`,
};

/** Of a search: for the log records of one trace they have no meaning. */
const SEARCH_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "service",
    placeholder: "<name>",
    summary: "only log records of this service",
  },
  {
    kind: "value",
    name: "severity",
    placeholder: "<name>",
    choices: SEVERITY_NAMES,
    summary: "only log records so severe or more",
  },
  {
    kind: "value",
    name: "contains",
    placeholder: "<text>",
    summary: "only log records with this text, in whatever case",
  },
  { kind: "switch", name: "no-trace", summary: "only log records that belong to no trace" },
  ...INTERVAL_FLAGS,
  limitFlag(LIMIT),
  PAGE_FLAG,
];

const declaration: VerbDeclaration = {
  name: "logs",
  summary: "print the log records of one trace, or find some",
  operands: "[trace]",
  operandCountMin: 0,
  operandCountMax: 1,
  flags: [...outputFlags(["table", "json", "jsonl"]), ...SEARCH_FLAGS, ...QUERY_FLAGS],
  details: [
    TRACE_OPERAND_DETAILS,
    "Prints the log records that carry the id of this trace, earliest first: time, severity, " +
      "service and body, after the event name if it has one. Piped, it is one line each: tabs, " +
      "times in UTC with ns. A trace may have log records before any of its spans has arrived; " +
      "ask for it by its whole id then.",
    "Without a trace it finds log records of all traces and of none: the newest that the flags " +
      "leave, earliest first, with the id of the trace before the body. -o json has the newest " +
      "first, as the API answers. The next page holds what is older.",
    "Finding none is not an error.",
  ],
  examples: [
    "spoor logs @last",
    "spoor logs @error -o jsonl",
    "spoor logs 4bf92f35",
    "spoor logs --service checkout --severity error --since 1h",
    "spoor logs --contains 'connection refused' --no-trace -n 20",
  ],
};

/** `spoor logs [trace]`. */
export const logsCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const [operand] = given.operands;
    if (operand === undefined) return runSearch(given, client, context);
    for (const { name, kind } of SEARCH_FLAGS) {
      const isGiven = kind === "switch" ? given.count(name) > 0 : given.value(name) !== undefined;
      if (!isGiven) continue;
      throw usage(declaration, `--${name} finds log records, and "${operand}" names a trace`);
    }
    const asker = { verb: declaration, goal: "read the log records of" };
    const answer = await client.readLogRecords(await traceReference(operand, client, asker));
    stdout.write(textOf(answer, given, context));
    stderr.write(coverageWords(answer, "this list"));
    if (answer.logs.length === 0) stderr.write("This trace has no log records here.\n");
    return "done";
  },
};

async function runSearch(
  given: ParsedArguments,
  client: SpoorClient,
  context: CommandContext,
): Promise<"done"> {
  const { stdout, stderr } = context;
  const answer = await searchLogs(client, {
    service: given.value("service"),
    severity: given.value("severity"),
    contains: given.value("contains"),
    trace: given.count("no-trace") > 0 ? "without" : undefined,
    limit: limitOf(given, declaration, LIMIT),
    page: given.value("page"),
    ...intervalOf(given, context, declaration),
  });
  const isWhole = given.value("output") === "json";
  // Read from top to bottom, as everything else that happened.
  const shown = isWhole ? answer : { ...answer, logs: answer.logs.toReversed() };
  stdout.write(textOf(shown, given, context));
  stderr.write(coverageWords(answer, "this list"));
  if (answer.nextPage !== null) stderr.write(`The next page: --page ${answer.nextPage}\n`);
  if (answer.logs.length === 0) stderr.write("No log record fits.\n");
  return "done";
}

function textOf(
  answer: LogRecordsAnswer | LogSearchAnswer,
  given: ParsedArguments,
  context: CommandContext,
): string {
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return answer.logs.map((_, index) => `${JSON.stringify(lineOf(answer, index))}\n`).join("");
    default: {
      const records = fromLogRecordListDocument(answer);
      const look = lookOf(given, context);
      const withTrace = !("traceId" in answer);
      return look.columns === undefined
        ? logRecordLines(records, { withTrace })
        : logRecordTable(records, { ...look, withTrace });
    }
  }
}

/** One log record that needs no table beside it. */
function lineOf({ logs, resources, scopes }: LogRecordListDocument, index: number): object {
  const record = logs[index];
  if (record === undefined) return {};
  return { v: 1, ...record, resource: resources[record.resource], scope: scopes[record.scope] };
}
