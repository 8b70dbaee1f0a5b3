/* Flags that say how much of a list is wanted, in which order, and from where on. */
import type { Flag, VerbDeclaration } from "../arguments/declaration.ts";
import { type ParsedArguments, wholeNumber } from "../arguments/parse-arguments.ts";

/** How many items a verb gives. */
export interface Limit {
  /** Without it there is no bound but `max`. */
  readonly fallback?: number;
  readonly max: number;
  readonly summary: string;
}

/** `-n, --limit`. */
export function limitFlag({ fallback, summary }: Limit): Flag {
  return {
    kind: "value",
    name: "limit",
    short: "n",
    placeholder: "<count>",
    ...(fallback === undefined ? {} : { fallback: String(fallback) }),
    summary,
  };
}

/** What `--limit` says. @throws SPOOR_CLI_USAGE */
export function limitOf(
  given: ParsedArguments,
  verb: VerbDeclaration,
  { fallback, max }: Limit,
): number {
  const text = given.value("limit");
  if (text === undefined) return fallback ?? max;
  return wholeNumber(text, { verb, name: "--limit", min: 1, max });
}

/** `--sort`, of traces. */
export const SORT_FLAG: Flag = {
  kind: "value",
  name: "sort",
  placeholder: "<order>",
  choices: ["recent", "duration"],
  fallback: "recent",
  summary: "the newest or the longest traces first",
};

/** `--page`, of what a search with the same flags told. */
export const PAGE_FLAG: Flag = {
  kind: "value",
  name: "page",
  placeholder: "<token>",
  summary: "go on where a search with these flags ended; it told the token",
};
