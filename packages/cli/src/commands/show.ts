import { fromTraceDocument, parseTraceReference, type TraceAnswer } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage, wholeNumber } from "../arguments/parse-arguments.ts";
import type { ListQuery, SpoorClient } from "../client/spoor-client.ts";
import { failure } from "../exit/error-codes.ts";
import { ASCII_GLYPHS, UNICODE_GLYPHS } from "../terminal/glyphs.ts";
import { drawTrace } from "../terminal/span-tree.ts";
import type { TreeView } from "../terminal/tree-view.ts";
import type { Command, CommandContext } from "./command.ts";
import { coverageWords } from "./coverage-words.ts";
import { clientOf, lookOf, QUERY_FLAGS } from "./query-flags.ts";

const DEPTH_MAX = 1_000_000;

const declaration: VerbDeclaration = {
  name: "show",
  summary: "draw one trace as a tree",
  operands: "<trace>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [
    {
      kind: "value",
      name: "output",
      short: "o",
      placeholder: "<format>",
      choices: ["tree", "json", "otlp"],
      fallback: "tree",
      summary: "what to print",
    },
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
    "<trace> is a trace id, the first 4 or more digits of one, a traceparent header, or @last, " +
      "@slowest or @error (the newest with an error).",
    "`← slow` marks up to three spans whose own time on the critical path is a fifth of the " +
      "trace or more; `✗` marks an error, in the sender's words. Five or more alike siblings " +
      "are folded into one line; in a trace of more than 40 spans, subtrees under 1% of it are " +
      "hidden and counted, unless they are marked or on the critical path.",
  ],
  examples: ["spoor show @last", "spoor show 4bf92f35 -v", "spoor show @error -o json"],
};

/** What stands for the trace, and which list it is the first of. */
const SELECTORS: Readonly<Record<string, ListQuery>> = {
  "@last": { limit: 1, sort: "recent" },
  "@slowest": { limit: 1, sort: "duration" },
  "@error": { limit: 1, sort: "recent", onlyErrors: true },
};

/** `spoor show <trace>`. */
export const showCommand: Command = {
  declaration,
  run: async (given, context) => {
    const { environment, stdout, stderr } = context;
    const view = viewOf(given, context);
    const client = clientOf(given, { verb: declaration, environment });
    const [reference = ""] = given.operands;
    const answer = await client.readTrace(await resolveReference(reference, client));
    switch (given.value("output")) {
      case "json":
        stdout.write(`${JSON.stringify({ v: 1, ...answer })}\n`);
        break;
      case "otlp":
        stdout.write(`${await otlpJson(answer)}\n`);
        break;
      default:
        stdout.write(drawTrace(fromTraceDocument(answer.trace), view));
    }
    stderr.write(coverageWords(answer, "this trace"));
    return "done";
  },
};

async function resolveReference(text: string, client: SpoorClient): Promise<string> {
  if (!text.startsWith("@")) return checkedReference(text);
  const query = SELECTORS[text];
  if (query === undefined) {
    throw usage(declaration, `"${text}" is not one of ${Object.keys(SELECTORS).join(", ")}`);
  }
  const { traces } = await client.listTraces(query);
  const [first] = traces;
  if (first !== undefined) return first.traceId;
  throw failure("SPOOR_CLI_NO_TRACES", {
    what: `cannot show ${text}`,
    why: text === "@error" ? "no trace here has an error" : "no trace has arrived yet",
    hint:
      text === "@error"
        ? 'run "spoor find" to see what is here'
        : "send one: the README shows how for Node, Go, Python and Java",
  });
}

/** What is no reference is said at once, without asking a server that may not even be there. */
function checkedReference(text: string): string {
  const reference = parseTraceReference(text);
  if (reference.kind !== "invalid") return text.trim();
  throw failure("SPOOR_CLI_USAGE", {
    what: `cannot show "${text}"`,
    why: reference.reason,
    hint: "give a trace id, the first digits of one, a traceparent, @last, @slowest or @error",
  });
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
