import { fromTraceDocument, parseTraceReference } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { EXPORT_TRACES_DEFAULT, FIND_COUNT_MAX } from "../base/limits.ts";
import { search } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import {
  INTERVAL_FLAGS,
  intervalOf,
  QUERY_OPERAND_DETAILS,
  queryOf,
  translationWords,
} from "./interval-flags.ts";
import { type Limit, limitFlag, limitOf } from "./list-flags.ts";
import { clientOf, QUERY_FLAGS } from "./query-flags.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";

const TRACES_MAX = 10_000_000;

const LIMIT: Limit = {
  fallback: EXPORT_TRACES_DEFAULT,
  max: TRACES_MAX,
  summary: "write at most so many traces",
};

const declaration: VerbDeclaration = {
  name: "export",
  summary: "write traces as OTLP JSON, one line for each",
  operands: "<trace or query>",
  operandCountMin: 1,
  operandCountMax: 100,
  flags: [limitFlag(LIMIT), ...INTERVAL_FLAGS, ...QUERY_FLAGS],
  details: [
    TRACE_OPERAND_DETAILS,
    `Anything else is a query. ${QUERY_OPERAND_DETAILS}`,
    "A line is an OTLP TracesData document with all finished spans of one trace. `spoor import` " +
      "and the file receiver of the Collector read it.",
  ],
  examples: [
    "spoor export 4bf92f35 > trace.jsonl",
    "spoor export '{ status = error }' --since 1h | gzip > errors.jsonl.gz",
  ],
};

/** `spoor export <trace or query>`. */
export const exportCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const text = queryOf(given);
    const isTrace = text.startsWith("@") || parseTraceReference(text).kind !== "invalid";
    if (isTrace) {
      const asker = { verb: declaration, goal: "export" };
      await writeTrace(await traceReference(text, client, asker), client, context);
      return "done";
    }
    const count = await writeAll(given, client, context);
    stderr.write(`${count} traces exported.\n`);
    return "done";
  },
};

/** Page by page, so that an export of any length needs the memory of one page. */
async function writeAll(
  given: ParsedArguments,
  client: SpoorClient,
  context: CommandContext,
): Promise<number> {
  const limit = limitOf(given, declaration, LIMIT);
  // Fixed once: "an hour ago" would move from page to page.
  const interval = intervalOf(given, context, declaration);
  const written = new Set<string>();
  let page: string | undefined;
  for (;;) {
    const answer = await search(client, {
      q: queryOf(given),
      limit: Math.min(limit - written.size, FIND_COUNT_MAX),
      spans: 0,
      page,
      ...interval,
    });
    if (page === undefined) context.stderr.write(translationWords(answer));
    for (const { traceId } of answer.traces) {
      if (!written.has(traceId)) await writeTrace(traceId, client, context);
      written.add(traceId);
    }
    const isLast = answer.nextPage === null || written.size >= limit;
    if (isLast) {
      context.stderr.write(coverageWords(answer, "this export"));
      return written.size;
    }
    page = answer.nextPage;
  }
}

async function writeTrace(
  reference: string,
  client: SpoorClient,
  { stdout, stderr }: CommandContext,
): Promise<void> {
  const answer = await client.readTrace(reference);
  const { encodeTracesJson } = await import("@spoor/otlp");
  stdout.write(`${JSON.stringify(encodeTracesJson(fromTraceDocument(answer.trace).spans))}\n`);
  if (answer.open.length > 0) {
    stderr.write(`${answer.open.length} open spans of ${answer.trace.traceId} are left out.\n`);
  }
  stderr.write(coverageWords(answer, `trace ${answer.trace.traceId}`));
}
