/*
 * What a page shows, as the command that shows the same in a terminal.
 */
import type { QueryInTime } from "./ask.ts";

/** `spoor find 'status:error' --since 15m`, or the groups of the same. */
export function findCommand({ q, from, to }: QueryInTime, groupBy?: string): string {
  const time =
    to === "now" && from.startsWith("-")
      ? ["--since", from.slice(1)]
      : ["--from", from.startsWith("-") ? `'${from}'` : from, "--to", to];
  const verb = groupBy === undefined ? ["find"] : ["stats", "--by", shellText(groupBy)];
  return ["spoor", ...verb, ...(q === "" ? [] : [shellText(q)]), ...time].join(" ");
}

/** `spoor compare 4bf92f35 --typical`; empty where the command knows no such comparison. */
export function compareCommand(a: string, b: string): string {
  if ([a, b].some((side) => side === "" || side.startsWith("q:")) || b === "typical") return "";
  return a === "typical"
    ? `spoor compare ${shellText(b)} --typical`
    : `spoor compare ${shellText(a)} ${shellText(b)}`;
}

/** A word of a shell, in quotes unless it is plainly none. */
function shellText(text: string): string {
  return /^[\w.:-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
