/*
 * Which open spans are overdue, and what must be told with them.
 *
 * A span is told together with all its open ancestors in this process, because its finished
 * siblings would look like orphans without them.
 */
import type { OpenSpan } from "../tracer/open-spans.ts";

/** When a span counts as overdue. */
export interface Thresholds {
  readonly thresholdMs: number;
  /** Others, by span name or `http.route`. */
  readonly thresholdsMs: ReadonlyMap<string, number>;
}

/** An open span that is told. */
export interface ToldSpan {
  readonly span: OpenSpan;
  /** False when it is told because of a span below it. */
  readonly isOverdue: boolean;
  /** No other open span of this process is its child: what it waits for is not below it. */
  readonly isLeaf: boolean;
}

/** The least of all thresholds, in ms: while no span is older, nothing is overdue. */
export function leastThresholdMs({ thresholdMs, thresholdsMs }: Thresholds): number {
  return Math.min(thresholdMs, ...thresholdsMs.values());
}

/** The overdue spans of `open`, which is oldest first, and their open ancestors, oldest first. */
export function overdueSpans(open: Iterable<OpenSpan>, thresholds: Thresholds): ToldSpan[] {
  const all = [...open];
  const byId = new Map(all.map((span) => [span.spanId, span]));
  const parents = new Set(all.map(({ parentSpanId }) => parentSpanId));
  const overdue = new Set(all.filter((span) => span.ageMs >= thresholdMsOf(span, thresholds)));
  const told = new Set<OpenSpan>();
  for (const span of overdue) {
    let one: OpenSpan | undefined = span;
    while (one !== undefined && !told.has(one)) {
      told.add(one);
      one = byId.get(one.parentSpanId);
    }
  }
  return all
    .filter((span) => told.has(span))
    .map((span) => ({
      span,
      isOverdue: overdue.has(span),
      isLeaf: !parents.has(span.spanId),
    }));
}

function thresholdMsOf(span: OpenSpan, { thresholdMs, thresholdsMs }: Thresholds): number {
  if (thresholdsMs.size === 0) return thresholdMs;
  const route = span.attributes["http.route"];
  const byRoute = typeof route === "string" ? thresholdsMs.get(route) : undefined;
  return thresholdsMs.get(span.name) ?? byRoute ?? thresholdMs;
}
