/* Numbers about what a search finds: a search with a metrics function behind it. */
import type { RangeAnswer } from "@spoor/store";
import type { Coverage } from "@spoor/trace";
import { print, type Query, type TimeWindow } from "@spoor/traceql";
import { checked, queryInvalid } from "./ask-query.ts";
import type { Problem } from "./problem.ts";
import type { ApiRequest } from "./route.ts";

type Search = Extract<Query, { kind: "search" }>;

/** Asks the store for `<search> | <suffix>`. A problem when this makes no query. */
export async function rangeOf(
  search: Search,
  suffix: string,
  { window, request }: { readonly window: TimeWindow; readonly request: ApiRequest },
): Promise<RangeAnswer | Problem> {
  // Hints of a search, such as its order, mean nothing to numbers.
  const text = `${print({ ...search, hints: [] })} | ${suffix}`;
  const query = checked(text);
  if ("code" in query) return query;
  if (query.kind !== "metrics") {
    const place = { start: 0, end: text.length };
    return queryInvalid(text, { place, message: "this is no question for numbers" });
  }
  return request.store.queryRange({ query, ...window, signal: request.signal });
}

/** What can be said of an answer that was made from several. */
export function mergedCoverage(parts: readonly Coverage[]): Coverage {
  return {
    complete: parts.every(({ complete }) => complete),
    capped: parts.find(({ capped }) => capped !== null)?.capped ?? null,
    sampledRate: Math.min(1, ...parts.map(({ sampledRate }) => sampledRate)),
    scannedRows: parts.reduce((sum, { scannedRows }) => sum + scannedRows, 0),
    tookMs: parts.reduce((sum, { tookMs }) => sum + tookMs, 0),
  };
}
