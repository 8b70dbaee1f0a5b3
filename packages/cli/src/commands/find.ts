import { fromSummaryDocument, type StatusAnswer, type TraceListAnswer } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { parseElapsedTime } from "../arguments/elapsed-time.ts";
import { type ParsedArguments, usage, wholeNumber } from "../arguments/parse-arguments.ts";
import { FIND_COUNT_DEFAULT, FIND_COUNT_MAX } from "../base/limits.ts";
import type { ListQuery, SpoorClient } from "../client/spoor-client.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { traceLines, traceTable } from "../terminal/trace-table.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";

const declaration: VerbDeclaration = {
  name: "find",
  summary: "list traces",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: [
    {
      kind: "value",
      name: "output",
      short: "o",
      placeholder: "<format>",
      choices: ["table", "json", "jsonl", "ids"],
      fallback: "table",
      summary: "what to print",
    },
    {
      kind: "value",
      name: "count",
      short: "n",
      placeholder: "<count>",
      fallback: String(FIND_COUNT_DEFAULT),
      summary: `list at most so many, up to ${FIND_COUNT_MAX}`,
    },
    {
      kind: "value",
      name: "since",
      placeholder: "<time>",
      summary: "only traces that started so long ago or less: 90s, 15m, 1h30m, 7d",
    },
    {
      kind: "value",
      name: "sort",
      placeholder: "<order>",
      choices: ["recent", "duration"],
      fallback: "recent",
      summary: "newest or longest first",
    },
    { kind: "switch", name: "errors", summary: "only traces with an error in some span" },
    {
      kind: "value",
      name: "service",
      placeholder: "<name>",
      summary: "only traces in which this service took part",
    },
    ...QUERY_FLAGS,
  ],
  details: [
    "Prints time, trace id, service and name of the root, duration, number of spans and of " +
      "errors. On a terminal it is a table with ids as short as they can be told apart. " +
      "Piped, it is one line a trace: tabs, no header, times in UTC with ns, whole ids and " +
      "durations in ns.",
    "Finding nothing is not an error.",
  ],
  examples: [
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
    const query = queryOf(given, context);
    const client = clientOf(given, { verb: declaration, environment });
    const answer = await client.listTraces(query);
    stdout.write(textOf(answer, given, context));
    stderr.write(coverageWords(answer, "this list"));
    if (answer.traces.length === 0) stderr.write(await emptyWords(query, client, given, context));
    return "done";
  },
};

function queryOf(given: ParsedArguments, { clock }: CommandContext): ListQuery {
  const since = given.value("since");
  const sinceNano = since === undefined ? undefined : parseElapsedTime(since);
  if (since !== undefined && sinceNano === undefined) {
    throw usage(declaration, `--since is a time such as 90s, 15m or 1h30m, not "${since}"`);
  }
  const service = given.value("service");
  const count = given.value("count") ?? String(FIND_COUNT_DEFAULT);
  const now = clock.nowUnixNano();
  return {
    limit: wholeNumber(count, { verb: declaration, name: "-n", min: 1, max: FIND_COUNT_MAX }),
    sort: given.value("sort") === "duration" ? "duration" : "recent",
    onlyErrors: given.count("errors") > 0,
    ...(service === undefined ? {} : { service }),
    // A time before 1970 is the beginning of all times.
    ...(sinceNano === undefined ? {} : { fromUnixNano: sinceNano > now ? 0n : now - sinceNano }),
  };
}

function textOf(answer: TraceListAnswer, given: ParsedArguments, context: CommandContext): string {
  const { traces } = answer;
  switch (given.value("output")) {
    case "json":
      return `${JSON.stringify({ v: 1, ...answer })}\n`;
    case "jsonl":
      return traces.map((trace) => `${JSON.stringify({ v: 1, ...trace })}\n`).join("");
    case "ids":
      return traces.map(({ traceId }) => `${traceId}\n`).join("");
    default:
      return tableText(answer, given, context);
  }
}

function tableText(
  { traces }: TraceListAnswer,
  given: ParsedArguments,
  context: CommandContext,
): string {
  const look = lookOf(given, context);
  const summaries = traces.map(fromSummaryDocument);
  if (look.columns === undefined || summaries.length === 0) return traceLines(summaries);
  const glyphs = look.isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS;
  return traceTable(summaries, { ...look, columns: look.columns, glyphs });
}

/** Says why nothing is listed: nothing ever came, or nothing fits. */
async function emptyWords(
  query: ListQuery,
  client: SpoorClient,
  given: ParsedArguments,
  context: CommandContext,
): Promise<string> {
  const restrictions = [
    ...(query.fromUnixNano === undefined ? [] : [`--since ${given.value("since")}`]),
    ...(query.onlyErrors === true ? ["--errors"] : []),
    ...(query.service === undefined ? [] : [`--service ${query.service}`]),
  ];
  if (restrictions.length > 0) return `No trace fits ${restrictions.join(" ")}.\n`;
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
