import {
  type Coverage,
  fromSummaryDocument,
  type StatusAnswer,
  type TraceListAnswer,
  type TraceSearchAnswer,
} from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";
import { FIND_COUNT_DEFAULT, FIND_COUNT_MAX } from "../base/limits.ts";
import { search } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { dataCsv, dataMarkdown } from "../terminal/data-table.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { TRACE_COLUMNS, traceLines, traceTable } from "../terminal/trace-table.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import {
  INTERVAL_FLAGS,
  intervalOf,
  QUERY_OPERAND_DETAILS,
  queryOf,
  translationWords,
} from "./interval-flags.ts";
import { outputFlags, TABLE_FORMS } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf, PAGE_FLAG, SORT_FLAG } from "./list-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";

const LIMIT: Limit = {
  fallback: FIND_COUNT_DEFAULT,
  max: FIND_COUNT_MAX,
  summary: `list at most so many, up to ${FIND_COUNT_MAX}`,
};

const declaration: VerbDeclaration = {
  name: "find",
  summary: "list traces",
  operands: "[query]",
  operandCountMin: 0,
  operandCountMax: 100,
  flags: [
    ...outputFlags([...TABLE_FORMS, "ids"]),
    limitFlag(LIMIT),
    ...INTERVAL_FLAGS,
    SORT_FLAG,
    { kind: "switch", name: "errors", summary: "only traces with an error in some span" },
    {
      kind: "value",
      name: "service",
      placeholder: "<name>",
      summary: "only traces in which this service took part",
    },
    PAGE_FLAG,
    {
      kind: "switch",
      name: "exit-status",
      short: "e",
      summary: "exit with 1 when nothing is found",
    },
    ...QUERY_FLAGS,
  ],
  details: [
    QUERY_OPERAND_DETAILS,
    "Prints time, trace id, service and name of the root, duration, number of spans and of " +
      "errors. On a terminal it is a table with ids as short as they can be told apart. " +
      "Piped, it is one line a trace: tabs, no header, times in UTC with ns, whole ids and " +
      "durations in ns.",
    "Finding nothing is not an error, unless you say so with --exit-status.",
  ],
  examples: [
    "spoor find 'service:checkout duration>2s' --since 1h",
    "spoor find '{ status = error && span.user.id = \"42\" }' -o ids",
    "spoor find --since 1h --errors",
    "spoor find --sort duration -n 5",
    "spoor find -o ids --service payment | xargs -n 1 spoor show",
  ],
};

/** `spoor find`. */
export const findCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const found = given.operands.length === 0 ? await listed(given, client, context) : undefined;
    const answer = found ?? (await searched(given, client, context));
    stdout.write(textOf(answer, given, context));
    stderr.write(coverageWords(answer, "this list"));
    stderr.write(pageWords(answer));
    if (answer.traces.length > 0) return "done";
    stderr.write(await emptyWords(client, given, context));
    return given.count("exit-status") > 0 ? "unhealthy" : "done";
  },
};

/** Only a search has pages. */
function pageWords(answer: Partial<Pick<TraceSearchAnswer, "nextPage">> & Coverage): string {
  const { nextPage = null } = answer;
  return nextPage === null ? "" : `The next page: --page ${nextPage}\n`;
}

/** Without a query: the newest, the longest, or those with an error. */
function listed(
  given: ParsedArguments,
  client: SpoorClient,
  context: CommandContext,
): Promise<TraceListAnswer> {
  const service = given.value("service");
  const { from, to } = intervalOf(given, context, declaration);
  if (given.value("page") !== undefined) throw usage(declaration, "--page needs a query");
  return client.listTraces({
    limit: limitOf(given, declaration, LIMIT),
    sort: given.value("sort") === "duration" ? "duration" : "recent",
    onlyErrors: given.count("errors") > 0,
    ...(service === undefined ? {} : { service }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
}

async function searched(
  given: ParsedArguments,
  client: SpoorClient,
  context: CommandContext,
): Promise<TraceSearchAnswer> {
  for (const [name, word] of [
    ["errors", "status:error"],
    ["service", "service:…"],
  ] as const) {
    const isGiven = name === "errors" ? given.count(name) > 0 : given.value(name) !== undefined;
    if (isGiven) throw usage(declaration, `--${name} belongs into the query`, `write ${word}`);
  }
  const answer = await search(client, {
    q: queryOf(given),
    limit: limitOf(given, declaration, LIMIT),
    sort: given.value("sort"),
    page: given.value("page"),
    ...intervalOf(given, context, declaration),
  });
  context.stderr.write(translationWords(answer));
  return answer;
}

type Answer = TraceListAnswer | TraceSearchAnswer;

function textOf(answer: Answer, given: ParsedArguments, context: CommandContext): string {
  const { traces } = answer;
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return traces.map((trace) => `${JSON.stringify({ v: 1, ...trace })}\n`).join("");
    case "csv":
      return dataCsv(traces.map(fromSummaryDocument), TRACE_COLUMNS);
    case "md":
      return dataMarkdown(traces.map(fromSummaryDocument), TRACE_COLUMNS);
    case "ids":
      return traces.map(({ traceId }) => `${traceId}\n`).join("");
    default:
      return tableText(answer, given, context);
  }
}

function tableText({ traces }: Answer, given: ParsedArguments, context: CommandContext): string {
  const look = lookOf(given, context);
  const summaries = traces.map(fromSummaryDocument);
  if (look.columns === undefined || summaries.length === 0) return traceLines(summaries);
  const glyphs = look.isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS;
  return traceTable(summaries, { ...look, columns: look.columns, glyphs });
}

/** Says why nothing is listed: nothing ever came, or nothing fits. */
async function emptyWords(
  client: SpoorClient,
  given: ParsedArguments,
  context: CommandContext,
): Promise<string> {
  const restrictions = [
    ...given.operands,
    ...["since", "from", "to"].flatMap((name) => {
      const value = given.value(name);
      return value === undefined ? [] : `--${name} ${value}`;
    }),
    ...(given.count("errors") > 0 ? ["--errors"] : []),
    ...(given.value("service") === undefined ? [] : [`--service ${given.value("service")}`]),
  ];
  if (restrictions.length > 0) return `No trace fits ${visibleText(restrictions.join(" "))}.\n`;
  const status = await client.status();
  return status.received.spans === 0
    ? firstRunWords(status, lookOf(given, context).timeText)
    : "There are no traces here.\n";
}

function firstRunWords(status: StatusAnswer, timeText: (unixNano: bigint) => string): string {
  const ports = status.listeners
    .filter(({ name }) => name !== "UI and API")
    .map(({ name, host, port }) => `${host}:${port} (${name.replace("OTLP/", "")})`);
  const since = timeText(BigInt(status.startedAtUnixNano));
  return `Nothing has arrived yet. Listening on ${ports.join(" and ")} since ${since}.\n`;
}
