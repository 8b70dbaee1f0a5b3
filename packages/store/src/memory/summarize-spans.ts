import { serviceName, type Span, StatusCode, type TraceSummary } from "@spoor/trace";

/** The summary of a trace from all its spans, of which there is at least one. */
export function summarizeSpans(traceId: string, spans: readonly Span[]): TraceSummary {
  const head = spans.reduce((first, span) => (isAhead(span, first) ? span : first));
  const startTimeUnixNano = spans.reduce(
    (first, span) => (span.startTimeUnixNano < first ? span.startTimeUnixNano : first),
    head.startTimeUnixNano,
  );
  const lastEnd = spans.reduce(
    (last, span) => (span.endTimeUnixNano > last ? span.endTimeUnixNano : last),
    0n,
  );
  return {
    traceId,
    rootService: serviceName(head.resource),
    rootName: head.name,
    hasRoot: head.parentSpanId === "",
    startTimeUnixNano,
    durationNano: lastEnd - startTimeUnixNano,
    spanCount: spans.length,
    errorCount: spans.filter((span) => span.status.code === StatusCode.error).length,
    services: [...new Set(spans.map((span) => serviceName(span.resource)))].sort(),
  };
}

/** The order in which spans stand for their trace: roots first, then by start, then by id. */
function isAhead(a: Span, b: Span): boolean {
  const aIsRoot = a.parentSpanId === "";
  if (aIsRoot !== (b.parentSpanId === "")) return aIsRoot;
  if (a.startTimeUnixNano !== b.startTimeUnixNano) return a.startTimeUnixNano < b.startTimeUnixNano;
  return a.spanId < b.spanId;
}
