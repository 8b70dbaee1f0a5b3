/* The flags --since, --from and --to, and the operand <query>. */
import { type AskedQuery, parseElapsedTime } from "@spoor/trace";
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, usage } from "../arguments/parse-arguments.ts";
import type { Interval } from "../client/questions.ts";
import { visibleText } from "../terminal/visible-text.ts";
import type { CommandContext } from "./command.ts";

/** When spans began. */
export const INTERVAL_FLAGS: readonly Flag[] = [
  {
    kind: "value",
    name: "since",
    placeholder: "<time>",
    summary: "only what started so long ago or less: 90s, 15m, 1h30m, 7d",
  },
  {
    kind: "value",
    name: "from",
    placeholder: "<time>",
    summary: "the beginning: 2026-01-31T12:00:00Z, -1h, or ns since 1970",
  },
  {
    kind: "value",
    name: "to",
    placeholder: "<time>",
    summary: "the end, in the same spellings",
  },
];

/** The paragraph of the help that explains a query. */
export const QUERY_OPERAND_DETAILS: string =
  '<query> is TraceQL, as { resource.service.name = "checkout" && duration > 2s }, or the plain ' +
  "form, as service:checkout duration>2s -status:ok; its translation is told on stderr. Put it in " +
  "quotation marks, because shells have a meaning for { and >.";

/** The query that the operands spell; empty without any. */
export function queryOf(given: ParsedArguments): string {
  return given.operands.join(" ").trim();
}

/** The interval that the flags ask for. @throws SPOOR_CLI_USAGE */
export function intervalOf(
  given: ParsedArguments,
  { clock }: Pick<CommandContext, "clock">,
  verb: VerbDeclaration,
): Interval {
  const since = given.value("since");
  const to = given.value("to");
  if (since === undefined) return { from: given.value("from"), to };
  if (given.value("from") !== undefined) throw usage(verb, "--since and --from say the same");
  const elapsed = parseElapsedTime(since);
  if (elapsed === undefined) {
    throw usage(verb, `--since is a time such as 90s, 15m or 1h30m, not "${since}"`);
  }
  const now = clock.nowUnixNano();
  // A time before 1970 is the beginning of all times.
  return { from: (elapsed > now ? 0n : now - elapsed).toString(), to };
}

/** Tells how the plain form was understood; empty for TraceQL. */
export function translationWords({ isTranslated, traceql }: AskedQuery): string {
  return isTranslated ? `TraceQL: ${visibleText(traceql)}\n` : "";
}
