/*
 * `GET /consistency`: whether the parts of traces fit together, from the newest of them: clocks
 * that disagree, and services that were sampled by decisions of their own.
 *
 * The newest traces of the interval are read whole, one after the other, and only up to a size: a
 * trace of which a part is missing looks like one that was sampled badly.
 */
import {
  buildTree,
  clockOffsets,
  type ConsistencyAnswer,
  missingCallees,
  samplingDifferences,
  serviceName,
  type TraceTree,
} from "@spoor/trace";
import {
  CONSISTENCY_SPANS_MAX,
  CONSISTENCY_TRACES_DEFAULT,
  CONSISTENCY_TRACES_MAX,
} from "../base/limits.ts";
import { coverage } from "./coverage.ts";
import { intervalInvalid } from "./interval.ts";
import { time, wholeNumber } from "./parameter.ts";
import { type Route, route } from "./route.ts";

/** `GET /api/v1/consistency`. */
export const consistencyRoute: Route = route({
  method: "get",
  path: "/consistency",
  summary: "What the newest traces show of clocks that disagree and of sampling that differs",
  parameters: {
    from: time("The earliest start of a span, inclusive", "-1h"),
    to: time("The latest start of a span, exclusive; those after it are still coming", "-15s"),
    limit: wholeNumber("Traces that are looked at, the newest", {
      min: 1,
      max: CONSISTENCY_TRACES_MAX,
      fallback: CONSISTENCY_TRACES_DEFAULT,
    }),
  },
  answer: "ConsistencyAnswer",
  problems: [],
  handle: async ({ from, to, limit }, { store, clock, signal }) => {
    const invalid = intervalInvalid(from, to);
    if (invalid !== undefined) return invalid;
    const startedMs = clock.monotonicMs();
    const window = { fromUnixNano: from, toUnixNano: to };
    const found = await store.findTraces({ ...window, sort: "recent", limit });
    const trees: TraceTree[] = [];
    let { scannedRows } = found;
    for (const { traceId } of found.traces) {
      signal.throwIfAborted();
      const read = await store.readTrace(traceId, { spanLimit: CONSISTENCY_SPANS_MAX });
      scannedRows += read?.scannedRows ?? 0;
      if (read !== undefined && !read.hasMore) trees.push(buildTree(read.trace));
    }
    const answer: ConsistencyAnswer = {
      fromUnixNano: from.toString(),
      toUnixNano: to.toString(),
      traceCount: trees.length,
      spanCount: trees.reduce((sum, { nodes }) => sum + nodes.length, 0),
      callCount: trees.reduce((sum, tree) => sum + callCount(tree), 0),
      skippedCount: found.traces.length - trees.length,
      clockOffsets: clockOffsets(trees),
      samplingDifferences: samplingDifferences(trees),
      missingCallees: missingCallees(trees),
      ...coverage(
        // What has just come in is not asked about, so nothing had to be made visible first.
        {
          scannedRows,
          hasMore: found.hasMore,
          isFresh: true,
          tookMs: clock.monotonicMs() - startedMs,
        },
        { unit: "traces", limit },
      ),
    };
    return answer;
  },
});

function callCount({ nodes }: TraceTree): number {
  return nodes.filter(
    ({ span, parent }) =>
      parent !== undefined && serviceName(parent.span.resource) !== serviceName(span.resource),
  ).length;
}
