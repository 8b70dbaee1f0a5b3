import {
  type ComparisonAnswer,
  errorCode,
  formatDuration,
  fromTraceDocument,
  type LostParentReason,
  spanTitle,
  type TraceAnswer,
  type TreeNode,
  type VerdictGround,
} from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import type { ParsedArguments } from "../arguments/parse-arguments.ts";
import { COMPARED_PLACES_DEFAULT, WHY_STEPS_MAX } from "../base/limits.ts";
import { compare } from "../client/questions.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { COMPARISON_COLUMNS, rankedPlaces, sideText } from "../terminal/comparison-text.ts";
import { type Column, dataLines, dataTable } from "../terminal/data-table.ts";
import { operationOf, readingOf } from "../terminal/trace-reading.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { learnLostParents } from "./known-lost-parents.ts";
import { outputFlags } from "./output-flags.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";
import { UsualDurations } from "./usual-durations.ts";

const declaration: VerbDeclaration = {
  name: "why",
  summary: "tell why a trace took so long or failed, and what it rests on",
  operands: "<trace>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [...outputFlags(["text", "json"]), ...QUERY_FLAGS],
  details: [
    TRACE_OPERAND_DETAILS,
    "Prints the verdict with what each sentence rests on, why parents may never have arrived, the spans on the critical path with the " +
      "most time of their own and how long they usually take, and what differs from the usual " +
      "trace of the same root in the hour before.",
  ],
  examples: ["spoor why @slowest", "spoor why 4bf92f35"],
};

/** A span on the critical path. */
interface Step {
  readonly spanId: string;
  readonly service: string;
  readonly title: string;
  readonly durationNano: number;
  /** Its own time on the critical path. */
  readonly ownNano: number;
  readonly share: number;
  /** What is usual for such spans; null where nobody knows. */
  readonly usualNano: number | null;
  readonly usual: string;
}

/** All that there is to say. */
interface Reasons {
  readonly traceId: string;
  readonly verdict: string;
  readonly grounds: readonly VerdictGround[];
  /** Why parents never arrived. */
  readonly lostParents: readonly LostParentReason[];
  readonly path: readonly Step[];
  /** Null when no other trace has the same root. */
  readonly comparison: ComparisonAnswer | null;
}

/** `spoor why <trace>`. */
export const whyCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const client = clientOf(given, { verb: declaration, environment });
    const [operand = ""] = given.operands;
    const asker = { verb: declaration, goal: "explain" };
    const answer = await client.readTrace(await traceReference(operand, client, asker));
    const reasons = await reasonsOf(answer, client);
    const isJson = given.value("output") === "json";
    stdout.write(
      isJson ? `${JSON.stringify({ v: 1, ...reasons })}\n` : textOf(reasons, given, context),
    );
    stderr.write(coverageWords(answer, "this trace"));
    return "done";
  },
};

async function reasonsOf(answer: TraceAnswer, client: SpoorClient): Promise<Reasons> {
  const running = { open: answer.open, nowUnixNano: BigInt(answer.nowUnixNano) };
  const trace = fromTraceDocument(answer.trace);
  const reading = readingOf(trace, (text) => text, running);
  const { verdict, criticalTimes, durationNano } = reading;
  const longest = Array.from(criticalTimes, ([node, ownNano]) => ({ node, ownNano }))
    .filter(({ ownNano }) => ownNano > 0)
    .toSorted((a, b) => b.ownNano - a.ownNano)
    .slice(0, WHY_STEPS_MAX);
  const usual = new UsualDurations(client);
  const [comparison, lostParents] = await Promise.all([
    compare(client, { a: "typical", b: trace.traceId }).catch(unlessNothingTypical),
    learnLostParents(client, reading.tree),
    usual.learn(longest.map(({ node }) => operationOf(node))),
  ]);
  return {
    traceId: trace.traceId,
    verdict: verdict.sentence,
    grounds: verdict.grounds,
    lostParents: [...lostParents.values()],
    path: longest.map((one) => stepOf(one, durationNano, usual)),
    comparison,
  };
}

/** Also of a trace that has not ended: then there is nothing stored to compare. */
function unlessNothingTypical(error: unknown): null {
  const isNormal = ["SPOOR_API_NOTHING_TYPICAL", "SPOOR_API_TRACE_NOT_FOUND"].includes(
    errorCode(error) ?? "",
  );
  if (isNormal) return null;
  throw error;
}

function stepOf(
  { node, ownNano }: { readonly node: TreeNode; readonly ownNano: number },
  traceNano: number,
  durations: UsualDurations,
): Step {
  const { span } = node;
  const operation = operationOf(node);
  const usual = durations.of(operation);
  return {
    spanId: span.spanId,
    service: operation.service,
    title: spanTitle(span),
    durationNano: node.endNano - node.startNano,
    ownNano,
    share: traceNano === 0 ? 0 : ownNano / traceNano,
    usualNano: usual.nano,
    usual: usual.sentence,
  };
}

function textOf(reasons: Reasons, given: ParsedArguments, context: CommandContext): string {
  const look = lookOf(given, context);
  const rows = <Row>(all: readonly Row[], columns: readonly Column<Row>[]): string =>
    look.columns === undefined
      ? dataLines(all, columns)
      : dataTable(all, columns, { ...look, columns: look.columns });
  const { comparison } = reasons;
  const parts = [
    `${visibleText(reasons.verdict)}\n`,
    reasons.grounds.map((ground) => `  ${groundText(ground)}\n`).join(""),
    lostParentsText(reasons.lostParents),
    reasons.path.length === 0 ? "" : `\nThe critical path, longest first:\n`,
    reasons.path.length === 0 ? "" : rows(reasons.path, STEP_COLUMNS),
  ];
  if (comparison === null) {
    parts.push("\nNo other trace of the hour before had the same root.\n");
  } else {
    const changed = rankedPlaces(comparison, COMPARED_PLACES_DEFAULT).filter(
      ({ selfDeltaNano }) => selfDeltaNano !== 0,
    );
    parts.push(`\nA: ${sideText(comparison.a)}, B: this trace.\n`);
    parts.push(`${visibleText(comparison.sentence)}\n`);
    parts.push(rows(changed, COMPARISON_COLUMNS));
  }
  return parts.join("");
}

function lostParentsText(lostParents: readonly LostParentReason[]): string {
  if (lostParents.length === 0) return "";
  const lines = lostParents.flatMap(({ parentSpanId, sentence, rule, certainty, evidence }) => [
    `parent ${parentSpanId}: ${sentence}`,
    `  ${groundText({ rule, certainty, evidence })}`,
  ]);
  return `\nParents that never arrived:\n${lines.map((line) => `${visibleText(line)}\n`).join("")}`;
}

function groundText({
  rule,
  certainty,
  evidence,
}: Pick<LostParentReason | VerdictGround, "rule" | "certainty" | "evidence">): string {
  return visibleText(`${rule} (${certainty}): ${evidence.join("; ")}`);
}

const STEP_COLUMNS: readonly Column<Step>[] = [
  {
    title: "own time",
    isNumber: true,
    text: ({ ownNano }) => formatDuration(ownNano),
    exact: ({ ownNano }) => String(ownNano),
  },
  { title: "share", isNumber: true, text: ({ share }) => `${Math.round(share * 100)}%` },
  {
    title: "took",
    isNumber: true,
    text: ({ durationNano }) => formatDuration(durationNano),
    exact: ({ durationNano }) => String(durationNano),
  },
  { title: "usual", text: ({ usual }) => usual },
  { title: "service", text: ({ service }) => service },
  { title: "name", isElastic: true, text: ({ title }) => title },
];
