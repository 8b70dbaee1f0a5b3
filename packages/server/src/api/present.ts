/*
 * Searches that look at the present: at spans that have not ended, and at what processes found
 * wrong with their tracing. No store knows of either.
 *
 * Every trace of which something of the present is known is read whole, joined with it, and judged
 * by the evaluator of the language. What the store says of that trace does not count: to it all
 * spans have ended.
 */
import {
  type FoundTrace,
  foundTrace,
  isInside,
  joinPresent,
  type SearchAnswer,
  type SearchRequest,
  summarizeSpans,
} from "@spoor/store";
import {
  errorMessage,
  type Finding,
  FINDING_KEY_PREFIX,
  fromKeyValues,
  keys,
  type OpenSpan,
  REPORT_EVENT_NAMES,
  type Span,
  type SpanEvent,
  WAIT_EVENT_NAME,
  withOpenSpans,
} from "@spoor/trace";
import { presentFields, type Query, runPipeline, traceViewOf } from "@spoor/traceql";
import {
  PRESENT_READS_AT_ONCE,
  PRESENT_TRACE_SPANS_MAX,
  PRESENT_TRACES_MAX,
} from "../base/limits.ts";
import type { ApiRequest } from "./route.ts";

/** Searches the store, and joins what it finds with the present. */
export async function searchWithPresent(
  search: SearchRequest,
  present: PresentTraces | undefined,
  { store }: Pick<ApiRequest, "store">,
): Promise<SearchAnswer> {
  if (present === undefined) return store.search(search);
  const judged = await judge(present, search, store);
  const stored = await store.search(search);
  const answer = joinPresent(stored, judged, search);
  if (judged.skippedCount === 0) return answer;
  const cap = { unit: "traces with open spans", limit: PRESENT_TRACES_MAX };
  return { ...answer, complete: false, capped: answer.capped ?? cap };
}

/** What is known of one trace. */
interface Present {
  readonly open: OpenSpan[];
  readonly findings: Finding[];
}

/** The present by trace id. */
export type PresentTraces = ReadonlyMap<string, Present>;

/**
 * Traces of which something of the present is known, those with the oldest open spans first;
 * undefined for a query that does not ask for it. To be called before finished spans are made
 * readable: a span that ends in between is then in both, and the finished one counts.
 */
export function presentFor(
  query: Query,
  { live }: Pick<ApiRequest, "live">,
): PresentTraces | undefined {
  if (presentFields(query).length === 0) return undefined;
  const traces = new Map<string, Present>();
  const of = (traceId: string): Present => {
    const present = traces.get(traceId) ?? { open: [], findings: [] };
    traces.set(traceId, present);
    return present;
  };
  for (const span of live.openSpans().toSorted((a, b) => b.ageMs - a.ageMs)) {
    of(span.traceId).open.push(span);
  }
  for (const finding of live.findings()) {
    if (finding.traceId !== "") of(finding.traceId).findings.push(finding);
  }
  return traces;
}

interface Judged {
  readonly traceIds: ReadonlySet<string>;
  readonly found: readonly FoundTrace[];
  /** Not looked at: too many of them, too many spans in one, or not to be read. */
  readonly skippedCount: number;
}

async function judge(
  traces: PresentTraces,
  search: SearchRequest,
  store: ApiRequest["store"],
): Promise<Judged> {
  const wanted = [...traces].slice(0, PRESENT_TRACES_MAX);
  const found: FoundTrace[] = [];
  const traceIds = new Set<string>();
  for (let at = 0; at < wanted.length; at += PRESENT_READS_AT_ONCE) {
    search.signal?.throwIfAborted();
    const reads = wanted.slice(at, at + PRESENT_READS_AT_ONCE).map(async ([traceId, present]) => {
      const read = await store
        .readTrace(traceId, { spanLimit: PRESENT_TRACE_SPANS_MAX })
        .catch((error: unknown) => errorMessage(error));
      if (typeof read === "string" || read?.hasMore === true) return;
      traceIds.add(traceId);
      const one = judgeTrace(traceId, { stored: read?.trace.spans ?? [], present }, search);
      if (one !== undefined) found.push(one);
    });
    await Promise.all(reads);
  }
  return { traceIds, found, skippedCount: traces.size - traceIds.size };
}

function judgeTrace(
  traceId: string,
  { stored, present }: { readonly stored: readonly Span[]; readonly present: Present },
  search: SearchRequest,
): FoundTrace | undefined {
  const { query } = search;
  const finished = new Set(stored.map(({ spanId }) => spanId));
  const open = new Map(
    present.open.flatMap((span) => (finished.has(span.spanId) ? [] : [[span.spanId, span]])),
  );
  const joined = withOpenSpans({ traceId, spans: stored }, present.open);
  const spans = joined.spans.map((span) => withEvents(span, open.get(span.spanId), present));
  if (spans.length === 0 || query.kind !== "search") return undefined;
  const states = new Map(Array.from(open, ([spanId, { state }]) => [spanId, state]));
  const view = traceViewOf(traceId, { spans, states });
  const groups = runPipeline(query.pipeline, view);
  if (groups === undefined || !isInside(groups, view, search)) return undefined;
  return foundTrace(summarizeSpans(traceId, spans), groups, view, search);
}

/** A span with what it waits for, and what was found wrong about it, as events. */
function withEvents(span: Span, open: OpenSpan | undefined, { findings }: Present): Span {
  const own = findings.filter(({ spanId }) => spanId === span.spanId);
  const waits = open === undefined || open.wait.length === 0 ? [] : [waitEvent(span, open)];
  if (own.length === 0 && waits.length === 0) return span;
  return { ...span, events: [...span.events, ...waits, ...own.map(findingEvent)] };
}

function waitEvent(span: Span, { wait }: OpenSpan): SpanEvent {
  return {
    timeUnixNano: span.endTimeUnixNano,
    name: WAIT_EVENT_NAME,
    attributes: fromKeyValues(wait),
    droppedAttributesCount: 0,
  };
}

function findingEvent(finding: Finding): SpanEvent {
  return {
    timeUnixNano: BigInt(finding.lastSeenUnixNano),
    name: REPORT_EVENT_NAMES.finding,
    attributes: new Map([
      [keys.spoorFindingCode, finding.code],
      [keys.spoorFindingSubject, finding.subject],
      [`${FINDING_KEY_PREFIX}severity`, finding.severity],
      [keys.spoorFindingCount, BigInt(finding.count)],
      ...fromKeyValues(finding.evidence),
    ]),
    droppedAttributesCount: 0,
  };
}
