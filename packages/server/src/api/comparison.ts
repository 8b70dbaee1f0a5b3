/*
 * `GET /compare`: two traces laid over each other, or one and what is usual.
 *
 * What is usual is a trace that really happened: of those with the same root in the hour before,
 * the one in the middle by duration. An average of many would show calls that no request made.
 */
import {
  buildTree,
  comparePlaces,
  type ComparedPart,
  type ComparedTrace,
  comparisonSentence,
  type ComparisonAnswer,
  type Coverage,
  type MergeableTrace,
  type MergedPart,
  mergeTraces,
  rowsOfTree,
  selfNanoOfRows,
  serviceName,
  toSummaryDocument,
  type TraceSummary,
  type TraceTree,
} from "@spoor/trace";
import { COMPARED_SPAN_IDS_MAX, TRACE_SPANS_MAX, TYPICAL_TRACES_MAX } from "../base/limits.ts";
import { checked } from "./ask-query.ts";
import { coverageOf } from "./coverage.ts";
import { literalOf } from "./field-value.ts";
import { requiredText } from "./parameter.ts";
import { isProblem, parameterInvalid, type Problem } from "./problem.ts";
import { mergedCoverage } from "./range-of.ts";
import { type ApiRequest, type Route, route } from "./route.ts";
import { ifFresh, resolveReference, traceNotFound } from "./trace-reference.ts";

const TYPICAL = "typical";
const HOUR_NANO = 3_600_000_000_000n;

/** `GET /api/v1/compare`. */
export const compareRoute: Route = route({
  method: "get",
  path: "/compare",
  summary: "What differs between two traces, or between a trace and what is usual",
  parameters: {
    a: requiredText("What names the trace before, or typical"),
    b: requiredText("What names the trace after, or typical"),
  },
  answer: "ComparisonAnswer",
  problems: [
    "SPOOR_API_TRACE_REFERENCE_INVALID",
    "SPOOR_API_TRACE_NOT_FOUND",
    "SPOOR_API_TRACE_AMBIGUOUS",
    "SPOOR_API_NOTHING_TYPICAL",
  ],
  handle: async ({ a, b }, request) => {
    if (a === TYPICAL && b === TYPICAL) {
      return parameterInvalid("a, b", "one of them must name a trace");
    }
    const startedMs = request.clock.monotonicMs();
    const isFresh = await request.freshen();
    const sides = await sidesOf(a, b, request);
    if (isProblem(sides)) return ifFresh(isFresh, sides);
    const answer: ComparisonAnswer = {
      ...compared(sides),
      ...coverageOf(mergedCoverage(sides.map(({ coverage }) => coverage)), {
        isFresh,
        tookMs: request.clock.monotonicMs() - startedMs,
      }),
    };
    return answer;
  },
});

interface Side {
  readonly summary: TraceSummary;
  readonly typicalOf: number | null;
  readonly tree: TraceTree;
  readonly coverage: Coverage;
}

async function sidesOf(a: string, b: string, request: ApiRequest): Promise<Side[] | Problem> {
  const sides: Side[] = [];
  const named = [a, b].filter((reference) => reference !== TYPICAL);
  for (const reference of named) {
    const traceId = await resolveReference(reference, request);
    if (typeof traceId === "object") return traceId;
    const side = await readSide(traceId, null, request);
    if (isProblem(side)) return side;
    sides.push(side);
  }
  const [only] = sides;
  if (only === undefined || sides.length === 2) return sides;
  const typical = await typicalOf(only.summary, request);
  if (isProblem(typical)) return typical;
  return a === TYPICAL ? [typical, only] : [only, typical];
}

async function readSide(
  traceId: string,
  typicalOfCount: number | null,
  { store }: ApiRequest,
): Promise<Side | Problem> {
  const [read, summaries] = await Promise.all([
    store.readTrace(traceId, { spanLimit: TRACE_SPANS_MAX }),
    store.summarize([traceId]),
  ]);
  const [summary] = summaries;
  if (read === undefined || summary === undefined) return traceNotFound(`with id ${traceId}`);
  const capped = read.hasMore ? { unit: "spans", limit: TRACE_SPANS_MAX } : null;
  return {
    summary,
    typicalOf: typicalOfCount,
    tree: buildTree(read.trace),
    coverage: {
      complete: !read.hasMore,
      capped,
      sampledRate: 1,
      scannedRows: read.scannedRows,
      tookMs: 0,
    },
  };
}

/** The middle one of the traces with the same root that began in the hour before a trace. */
async function typicalOf(summary: TraceSummary, request: ApiRequest): Promise<Side | Problem> {
  const { rootName, rootService, startTimeUnixNano: start, traceId } = summary;
  const root = `nestedSetParent < 0 && name = ${literalOf(rootName) ?? '""'}`;
  const query = checked(`{ ${root} && resource.service.name = ${literalOf(rootService) ?? '""'} }`);
  if (isProblem(query)) return query;
  const found = await request.store.search({
    query,
    fromUnixNano: start > HOUR_NANO ? start - HOUR_NANO : 0n,
    toUnixNano: start + 1n,
    sort: "recent",
    limit: TYPICAL_TRACES_MAX + 1,
    spanLimit: 0,
    signal: request.signal,
  });
  const others = found.traces
    .map((trace) => trace.summary)
    .filter((other) => other.traceId !== traceId)
    .toSorted((x, y) => (x.durationNano < y.durationNano ? -1 : 1));
  const middle = others[Math.floor((others.length - 1) / 2)];
  if (middle === undefined) {
    return {
      code: "SPOOR_API_NOTHING_TYPICAL",
      title: "There is nothing to compare with",
      status: 404,
      detail: `no other trace began with ${rootName} of ${rootService} in the hour before`,
      hint: "name another trace",
    };
  }
  return readSide(middle.traceId, others.length, request);
}

function compared(sides: readonly Side[]): Omit<ComparisonAnswer, keyof Coverage> {
  const traces = sides.map(({ tree }) => mergeable(tree));
  const nodes = mergeTraces(traces);
  const differences = comparePlaces(nodes);
  const deltas = new Map(differences.map((one) => [one.index, one]));
  const [a, b] = sides.map(comparedTrace);
  if (a === undefined || b === undefined) throw new Error("a comparison has two sides");
  const places = nodes.map(({ parts: [partA, partB], ...node }, index) => ({
    ...node,
    a: comparedPart(partA, sides[0]),
    b: comparedPart(partB, sides[1]),
    change: deltas.get(index)?.change ?? "both",
    selfDeltaNano: deltas.get(index)?.selfDeltaNano ?? 0,
    totalDeltaNano: deltas.get(index)?.totalDeltaNano ?? 0,
  }));
  return {
    a,
    b,
    sentence: comparisonSentence(nodes, differences),
    places,
    ranking: differences.map(({ index }) => index),
  };
}

function mergeable(tree: TraceTree): MergeableTrace {
  const rows = rowsOfTree(tree);
  return {
    rows,
    selfNano: selfNanoOfRows(rows),
    serviceOf: (row) => {
      const node = tree.nodes[row];
      return node === undefined ? "" : serviceName(node.span.resource);
    },
    nameOf: (row) => {
      const node = tree.nodes[row];
      return node?.span.name ?? "";
    },
  };
}

function comparedTrace({ summary, typicalOf: of }: Side): ComparedTrace {
  return { ...toSummaryDocument(summary), typicalOf: of };
}

function comparedPart(part: MergedPart | undefined, side: Side | undefined): ComparedPart {
  const { rows = [], errorCount = 0, totalNano = 0, selfNano = 0 } = part ?? {};
  const spanIds = rows
    .slice(0, COMPARED_SPAN_IDS_MAX)
    .map((row) => side?.tree.nodes[row]?.span.spanId ?? "");
  return { spanCount: rows.length, errorCount, totalNano, selfNano, spanIds };
}
