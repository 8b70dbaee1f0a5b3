import {
  fromTraceDocument,
  type OpenSpansOfTrace,
  type Running,
  type TraceAnswer,
} from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, wholeNumber } from "../arguments/parse-arguments.ts";
import type { SpoorClient } from "../client/spoor-client.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { drawReading, readTrace } from "../terminal/span-tree.ts";
import { operationOf, remarkable } from "../terminal/trace-reading.ts";
import type { TreeView } from "../terminal/tree-view.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { outputFlags } from "./output-flags.ts";
import { learnLostParents } from "./known-lost-parents.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";
import { TRACE_OPERAND_DETAILS, traceReference } from "./trace-operand.ts";
import { UsualDurations } from "./usual-durations.ts";

const DEPTH_MAX = 1_000_000;

const declaration: VerbDeclaration = {
  name: "show",
  summary: "draw one trace as a tree",
  operands: "<trace>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [
    ...outputFlags(["tree", "json", "otlp"]),
    { kind: "switch", name: "all", short: "a", summary: "fold and hide nothing" },
    {
      kind: "value",
      name: "depth",
      placeholder: "<levels>",
      summary: "show only so many levels below the roots",
    },
    {
      kind: "switch",
      name: "verbose",
      short: "v",
      isCounted: true,
      summary: "-v attributes of marked spans, -vv of all spans, -vvv events and links too",
    },
    ...QUERY_FLAGS,
  ],
  details: [
    TRACE_OPERAND_DETAILS,
    "`← slow` marks up to three spans whose own time on the critical path is a fifth of the " +
      "trace or more, with how long such a span usually takes; `✗` marks an error, in the " +
      "sender's words. Five or more alike siblings " +
      "are folded into one line; in a trace of more than 40 spans, subtrees under 1% of it are " +
      "hidden and counted, unless they are marked or on the critical path.",
    "A span that has not ended is `OPEN`, with what it waits for and who holds it, as far as its " +
      "process reports that. It grows with each call. One that has ended keeps what it waited for.",
    "Below a parent that never arrived stands the likely reason, with -v what that rests on.",
  ],
  examples: ["spoor show @last", "spoor show 4bf92f35 -v", "spoor show @error -o json"],
};

/** `spoor show <trace>`. */
export const showCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const view = viewOf(given, context);
    const client = clientOf(given, { verb: declaration, environment });
    const [reference = ""] = given.operands;
    const answer = await client.readTrace(
      await traceReference(reference, client, { verb: declaration, goal: "show" }),
    );
    switch (given.value("output")) {
      case "json":
        stdout.write(`${JSON.stringify({ v: 1, ...answer })}\n`);
        break;
      case "otlp":
        stdout.write(`${await otlpJson(answer)}\n`);
        break;
      default:
        stdout.write(await drawn(answer, view, client));
    }
    stderr.write(coverageWords(answer, "this trace"));
    return "done";
  },
};

/** Beside what is marked it is said how long that usually takes. */
async function drawn(answer: TraceAnswer, view: TreeView, client: SpoorClient): Promise<string> {
  const running = runningOf(answer);
  const trace = fromTraceDocument(answer.trace);
  const reading = readTrace(trace, view, running);
  const usual = new UsualDurations(client);
  const [lostParents] = await Promise.all([
    learnLostParents(client, reading.tree),
    usual.learn(remarkable(reading).map(operationOf)),
  ]);
  const { traceId } = trace;
  const { nowUnixNano } = running;
  return drawReading({ traceId, reading, usual, nowUnixNano, lostParents }, view);
}

/** A server of the version before tells nothing of open spans. */
function runningOf({ open, nowUnixNano }: Partial<OpenSpansOfTrace>): Running {
  return { open: open ?? [], nowUnixNano: BigInt(nowUnixNano ?? 0) };
}

function viewOf(given: ParsedArguments, context: CommandContext): TreeView {
  const look = lookOf(given, context);
  const depth = given.value("depth");
  const range = { verb: declaration, name: "--depth", min: 0, max: DEPTH_MAX };
  return {
    ...look,
    glyphs: look.isAscii ? ASCII_GLYPHS : UNICODE_GLYPHS,
    detailLevel: given.count("verbose"),
    showsAll: given.count("all") > 0,
    depthMax: depth === undefined ? undefined : wholeNumber(depth, range),
  };
}

async function otlpJson({ trace }: TraceAnswer): Promise<string> {
  const { encodeTracesJson } = await import("@spoor/otlp");
  return JSON.stringify(encodeTracesJson(fromTraceDocument(trace).spans));
}
