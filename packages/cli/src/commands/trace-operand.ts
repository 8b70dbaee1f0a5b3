/** The operand <trace>, as every verb about one trace takes it. */
import { parseTraceReference } from "@spoor/trace";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { usage } from "../arguments/parse-arguments.ts";
import type { ListQuery, SpoorClient } from "../client/spoor-client.ts";
import { failure } from "../exit/error-codes.ts";

/** The paragraph of the help that explains it. */
export const TRACE_OPERAND_DETAILS: string =
  "<trace> is a trace id, the first 4 or more digits of one, a traceparent header, or @last, " +
  "@slowest or @error (the newest with an error).";

/** What stands for the trace, and which list it is the first of. */
const SELECTORS: Readonly<Record<string, ListQuery>> = {
  "@last": { limit: 1, sort: "recent" },
  "@slowest": { limit: 1, sort: "duration" },
  "@error": { limit: 1, sort: "recent", onlyErrors: true },
};

/** Who asks, for the words of an error. */
interface Asker {
  readonly verb: VerbDeclaration;
  /** Completes "cannot … @last". */
  readonly goal: string;
}

/**
 * What names the trace to the server.
 *
 * @throws SPOOR_CLI_USAGE, SPOOR_CLI_NO_TRACES, and what the client throws.
 */
export async function traceReference(
  text: string,
  client: SpoorClient,
  { verb, goal }: Asker,
): Promise<string> {
  if (!text.startsWith("@")) return checkedReference(text, goal);
  const query = SELECTORS[text];
  if (query === undefined) {
    throw usage(verb, `"${text}" is not one of ${Object.keys(SELECTORS).join(", ")}`);
  }
  const { traces } = await client.listTraces(query);
  const [first] = traces;
  if (first !== undefined) return first.traceId;
  throw failure("SPOOR_CLI_NO_TRACES", {
    what: `cannot ${goal} ${text}`,
    why: text === "@error" ? "no trace here has an error" : "no trace has arrived yet",
    hint:
      text === "@error"
        ? 'run "spoor find" to see what is here'
        : "send one: the README shows how for Node, Go, Python and Java",
  });
}

/** What is no reference is said at once, without asking a server that may not even be there. */
function checkedReference(text: string, goal: string): string {
  const reference = parseTraceReference(text);
  if (reference.kind !== "invalid") return text.trim();
  throw failure("SPOOR_CLI_USAGE", {
    what: `cannot ${goal} "${text}"`,
    why: reference.reason,
    hint: "give a trace id, the first digits of one, a traceparent, @last, @slowest or @error",
  });
}
