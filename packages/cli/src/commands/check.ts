import {
  buildTree,
  type ConsistencyAnswer,
  type FindingSeverity,
  fromTraceDocument,
  inconsistencies,
  type LossAnswer,
  type TraceAnswer,
  traceFaults,
} from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { CHECK_TRACES_DEFAULT, CONSISTENCY_TRACES_MAX, FIND_COUNT_MAX } from "../base/limits.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import type { Column } from "../terminal/data-table.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { INTERVAL_FLAGS, intervalOf } from "./interval-flags.ts";
import { outputFlags, TABLE_FORMS } from "./output-flags.ts";
import { type Limit, limitFlag, limitOf } from "./list-flags.ts";
import { clientOf, QUERY_FLAGS } from "./query-flags.ts";
import { rowsText } from "./table-output.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";

const LIMIT: Limit = {
  fallback: CHECK_TRACES_DEFAULT,
  max: FIND_COUNT_MAX,
  summary: `look into at most so many traces, the newest, up to ${FIND_COUNT_MAX}`,
};

const declaration: VerbDeclaration = {
  name: "check",
  summary: "check whether traces are whole: orphans, cut values, losses",
  operands: "[trace]",
  operandCountMin: 0,
  operandCountMax: 1,
  flags: [...outputFlags(TABLE_FORMS), limitFlag(LIMIT), ...INTERVAL_FLAGS, ...QUERY_FLAGS],
  details: [
    `${TRACE_OPERAND_DETAILS} Without one, the traces of the last hour are checked, what the ` +
      "server lost since its start, what processes found wrong with their tracing, and whether " +
      "clocks and sampling of the services fit together.",
    "Exits with 1 when something is wrong, for use in tests of a build. A finding that is only " +
      "information is printed and no reason.",
  ],
  examples: ["spoor check", "spoor check --since 10m -o json", "spoor check @last"],
};

/** Something that is not as it should be. */
interface Fault {
  readonly severity: FindingSeverity;
  readonly code: string;
  readonly count: number;
  /** A trace id, or the service that it is about; empty for the server itself. */
  readonly where: string;
  readonly sentence: string;
}

/** `spoor check [trace]`. */
export const checkCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const [operand] = given.operands;
    const { faults, traceCount } =
      operand === undefined
        ? await checkAll(given, client, context)
        : await checkOne(operand, client, context);
    stdout.write(rowsText(faults, COLUMNS, { answer: { traceCount, faults }, given, context }));
    const wrong = faults.filter(({ severity }) => severity !== "info");
    const traces = traceCount === 1 ? "1 trace" : `${traceCount} traces`;
    stderr.write(
      wrong.length === 0
        ? `Nothing is wrong with ${traces}.\n`
        : `${wrong.length} faults; ${traces} checked.\n`,
    );
    return wrong.length === 0 ? "done" : "unhealthy";
  },
};

interface Checked {
  readonly faults: readonly Fault[];
  readonly traceCount: number;
}

async function checkOne(
  operand: string,
  client: SpoorClient,
  { stderr }: CommandContext,
): Promise<Checked> {
  const asker = { verb: declaration, goal: "check" };
  const answer = await client.readTrace(await traceReference(operand, client, asker));
  stderr.write(coverageWords(answer, "this trace"));
  return { faults: faultsOfTrace(answer), traceCount: 1 };
}

async function checkAll(
  given: ParsedArguments,
  client: SpoorClient,
  context: CommandContext,
): Promise<Checked> {
  const { from = "-1h", to } = intervalOf(given, context, declaration);
  const limit = limitOf(given, declaration, LIMIT);
  const list = await client.listTraces({ limit, from, ...(to === undefined ? {} : { to }) });
  context.stderr.write(coverageWords(list, "this check"));
  const faults: Fault[] = [];
  for (const { traceId } of list.traces) {
    faults.push(...faultsOfTrace(await client.readTrace(traceId)));
  }
  const [loss, reported] = [await client.loss(), await client.findings()];
  faults.push(...lossFaults(loss));
  for (const { severity, code, count, service, sentence } of reported.findings) {
    faults.push({ severity, code, count, where: service, sentence });
  }
  const consistency = await client.ask<ConsistencyAnswer>({
    path: "consistency",
    parameters: { from, to, limit: Math.min(limit, CONSISTENCY_TRACES_MAX) },
    field: "clockOffsets",
    goal: "compare the parts of traces",
  });
  for (const { code, count, traceId, who, text } of inconsistencies(consistency)) {
    faults.push({ severity: "warning", code, count, where: traceId, sentence: `${who} ${text}` });
  }
  return { faults, traceCount: list.traces.length };
}

/** What is still open may be the parent that seems to be missing. */
function faultsOfTrace({ trace, open }: TraceAnswer): Fault[] {
  const openIds = new Set(open.map(({ spanId }) => spanId));
  const whole = fromTraceDocument(trace);
  const spans = whole.spans.map((span) =>
    openIds.has(span.parentSpanId) ? { ...span, parentSpanId: "" } : span,
  );
  return traceFaults(buildTree({ ...whole, spans })).map(({ code, count, sentence }) => ({
    severity: "error",
    code,
    count,
    where: trace.traceId,
    sentence,
  }));
}

function lossFaults({ losses, senderLosses }: LossAnswer): Fault[] {
  const own = losses.map(({ reason, count, meaning }) => ({ where: "", reason, count, meaning }));
  const others = senderLosses.flatMap(({ service, losses: lines }) =>
    lines.map(({ reason, count, meaning }) => ({ where: service, reason, count, meaning })),
  );
  return [...own, ...others].map(({ where, reason, count, meaning }) => ({
    severity: "error",
    code: reason,
    count,
    where,
    sentence: meaning,
  }));
}

const COLUMNS: readonly Column<Fault>[] = [
  { title: "severity", text: ({ severity }) => severity },
  { title: "code", text: ({ code }) => code },
  { title: "count", isNumber: true, text: ({ count }) => String(count) },
  { title: "where", text: ({ where }) => where },
  { title: "what", isElastic: true, text: ({ sentence }) => sentence },
];
