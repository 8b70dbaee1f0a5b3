/*
 * `GET /traces/{ref}/lost-parents`: why the parents of some spans may never have arrived.
 *
 * The rules are those of packages/trace; here their facts are gathered: whether the parents are
 * there after all, what processes report and lost, and who stands above such spans in other traces
 * of the same hour. The asker names the spans, because only it knows how much of the trace it
 * has read.
 */
import {
  buildTree,
  type Coverage,
  LOST_PARENTS_MAX,
  type LossAnswer,
  type LostParentFacts,
  lostParentReasons,
  type LostParentsAnswer,
  serviceName,
  type Span,
  type SpansLost,
  type TraceTree,
  withOpenSpans,
} from "@spoor/trace";
import {
  CONSISTENCY_SPANS_MAX,
  LOST_PARENT_OPERATIONS_MAX,
  LOST_PARENT_TRACES_MAX,
} from "../base/limits.ts";
import { checked } from "./ask-query.ts";
import { coverage } from "./coverage.ts";
import { literalOf } from "./field-value.ts";
import { openSpansNow } from "./live-api.ts";
import { spanIds } from "./parameter.ts";
import { isProblem } from "./problem.ts";
import { type ApiRequest, type Route, route } from "./route.ts";
import { REFERENCE_PROBLEMS } from "./stored-trace.ts";
import { ifFresh, resolveReference } from "./trace-reference.ts";

/** Around the span: what was so then tells more of it than what is so now. */
const HALF_HOUR_NANO = 1_800_000_000_000n;

/** `GET /api/v1/traces/{reference}/lost-parents`. */
export const lostParentsRoute: Route = route({
  method: "get",
  path: "/traces/{reference}/lost-parents",
  summary: "Why the parents of some spans of a trace may never have arrived",
  parameters: {
    spans: spanIds("Spans whose parents are missing", LOST_PARENTS_MAX),
  },
  answer: "LostParentsAnswer",
  problems: REFERENCE_PROBLEMS,
  handle: async ({ spans: asked }, request) => {
    const { store, clock, live, context } = request;
    const startedMs = clock.monotonicMs();
    const openThen = openSpansNow(request);
    const isFresh = await request.freshen();
    const traceId = await resolveReference(context.req.param("reference") ?? "", request);
    if (typeof traceId === "object") return ifFresh(isFresh, traceId);
    const { open } = openThen.of(traceId).answer;
    const read = await store.readSpans(traceId, asked);
    const wanted = new Set(asked);
    const orphans = withOpenSpans({ traceId, spans: read.spans }, open).spans.filter(
      ({ spanId, parentSpanId }) => parentSpanId !== "" && wanted.has(spanId),
    );
    const parents = await storedParents(traceId, orphans, request);
    const others = await otherTraces(traceId, orphans, request);
    const facts: LostParentFacts = {
      storedSpanIds: parents.spanIds,
      open,
      instances: live.instances(),
      findings: live.findings(),
      losses: spansLost(request.loss()),
      others: others.trees,
      nowUnixNano: clock.nowUnixNano(),
    };
    const answer: LostParentsAnswer = {
      traceId,
      reasons: lostParentReasons(orphans, facts),
      traceCount: others.trees.length,
      ...coverage(
        {
          scannedRows: read.scannedRows + parents.scannedRows + others.scannedRows,
          hasMore: others.hasMore,
          isFresh,
          tookMs: clock.monotonicMs() - startedMs,
        },
        { unit: "kinds of spans", limit: LOST_PARENT_OPERATIONS_MAX },
      ),
    };
    return answer;
  },
});

async function storedParents(
  traceId: string,
  orphans: readonly Span[],
  { store }: ApiRequest,
): Promise<{ readonly spanIds: ReadonlySet<string>; readonly scannedRows: number }> {
  const ids = [...new Set(orphans.map(({ parentSpanId }) => parentSpanId))];
  if (ids.length === 0) return { spanIds: new Set(), scannedRows: 0 };
  const { spans, scannedRows } = await store.readSpans(traceId, ids);
  return { spanIds: new Set(spans.map(({ spanId }) => spanId)), scannedRows };
}

interface OtherTraces extends Pick<Coverage, "scannedRows"> {
  readonly trees: readonly TraceTree[];
  readonly hasMore: boolean;
}

/** The newest traces of the same hour that have such spans as the orphans are. */
async function otherTraces(
  traceId: string,
  orphans: readonly Span[],
  request: ApiRequest,
): Promise<OtherTraces> {
  const operations = new Map<string, Span>();
  for (const span of orphans) {
    const key = JSON.stringify([serviceName(span.resource), span.name]);
    if (!operations.has(key)) operations.set(key, span);
  }
  const looked = [...operations.values()].slice(0, LOST_PARENT_OPERATIONS_MAX);
  const traceIds = new Set<string>();
  let scannedRows = 0;
  for (const span of looked) {
    const found = await tracesWith(span, request);
    scannedRows += found.scannedRows;
    for (const id of found.traceIds) if (id !== traceId) traceIds.add(id);
  }
  const trees: TraceTree[] = [];
  for (const id of traceIds) {
    request.signal.throwIfAborted();
    const read = await request.store.readTrace(id, { spanLimit: CONSISTENCY_SPANS_MAX });
    scannedRows += read?.scannedRows ?? 0;
    // Of a trace that is not whole, nobody knows whether a parent is missing.
    if (read !== undefined && !read.hasMore) trees.push(buildTree(read.trace));
  }
  return { trees, scannedRows, hasMore: operations.size > looked.length };
}

async function tracesWith(
  { name, resource, startTimeUnixNano: start }: Span,
  { store, signal }: ApiRequest,
): Promise<{ readonly traceIds: readonly string[]; readonly scannedRows: number }> {
  const service = literalOf(serviceName(resource)) ?? '""';
  const query = checked(
    `{ name = ${literalOf(name) ?? '""'} && resource.service.name = ${service} }`,
  );
  if (isProblem(query)) return { traceIds: [], scannedRows: 0 };
  const found = await store.search({
    query,
    fromUnixNano: start > HALF_HOUR_NANO ? start - HALF_HOUR_NANO : 0n,
    toUnixNano: start + HALF_HOUR_NANO,
    sort: "recent",
    limit: LOST_PARENT_TRACES_MAX,
    spanLimit: 0,
    signal,
  });
  const traceIds = found.traces.map(({ summary }) => summary.traceId);
  return { traceIds, scannedRows: found.scannedRows };
}

/** What senders and this server lost, by who made it. Shared accounts name nobody. */
function spansLost({ senders, senderLosses }: LossAnswer): SpansLost[] {
  const bySender = senderLosses.flatMap(({ service, instance, losses }) =>
    losses.map(({ count, meaning }): SpansLost => ({
      service,
      instance,
      by: "sender",
      count,
      meaning,
    })),
  );
  const here = senders
    .filter(({ isShared }) => !isShared)
    .flatMap(({ service, instance, refused, givenUp }) =>
      [...refused, ...givenUp].map(({ count, meaning }): SpansLost => ({
        service,
        instance,
        by: "server",
        count,
        meaning,
      })),
    );
  return [...bySender, ...here];
}
