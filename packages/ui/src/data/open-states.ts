/*
 * Spans that have not ended, by their state. No store knows of them, so they are searched for and
 * not counted in groups.
 */
import type { SpanGroupDocument, TraceSearchAnswer } from "@spoor/trace";
import { type Question, type QueryInTime, searchQuestion } from "./ask.ts";
import { conditionsOf, withCondition } from "./query-text.ts";

/** A state with how many spans have it, as facets show any value. */
export type StateValue = Pick<
  SpanGroupDocument,
  "value" | "condition" | "spanCount" | "errorCount"
>;

const NOT_ENDED = "span:state != ended";
const BY_STATE = "by(span:state)";
/** Of more traces the counts are those of the newest, which nobody reads one by one. */
const TRACES_MAX = 1_000;

/** What is not ended of what a query in TraceQL finds; undefined where nothing can follow it. */
export function statesQuestion(asked: QueryInTime): Question<TraceSearchAnswer> | undefined {
  // Hints stand at the end of a query.
  if (/\bwith\s*\(/.test(asked.q)) return undefined;
  const q = `${withCondition(asked.q, NOT_ENDED)} | ${BY_STATE}`;
  return searchQuestion({ ...asked, q, sort: "recent", limit: TRACES_MAX, spans: 1 });
}

/** The states in such an answer, the most frequent first. */
export function stateValues({ traces }: TraceSearchAnswer): StateValue[] {
  const counts = new Map<string, number>();
  for (const { spanCount, labels } of traces.flatMap(({ groups }) => groups)) {
    const state = labels.find(({ name }) => name === BY_STATE)?.text;
    if (state !== undefined) counts.set(state, (counts.get(state) ?? 0) + spanCount);
  }
  return Array.from(counts, ([text, spanCount]): StateValue => ({
    value: { type: "state", text },
    condition: `span:state = ${text}`,
    spanCount,
    errorCount: 0,
  })).toSorted((a, b) => b.spanCount - a.spanCount);
}

/** A query that is one filter, and tells the state of what it finds; any other as it is. */
export function withStates(traceql: string): string {
  return conditionsOf(traceql).length === 0 ? traceql : `${traceql} | select(span:state)`;
}
