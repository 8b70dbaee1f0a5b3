/*
 * Metrics in ClickHouse.
 *
 * Where every filter of a query can be decided on the row of a span, ClickHouse groups and counts
 * the spans itself. Where relations between spans or `compare` are asked for, traces are read and
 * the evaluator collects their spans. That is bounded in traces and in time, and therefore begins
 * with the traces whose hash is least: wherever it ends, what was read is a sample that does not
 * favour one service, time or kind of request, of a share that is known. Counts are scaled up by
 * it, and the answer says both.
 */
import type { TraceSummary } from "@spoor/trace";
import { invariant } from "@spoor/trace";
import {
  combineMetrics,
  leafCollector,
  type MetricsAggregate,
  metricsHints,
  type MetricsHints,
  type MetricsLeaf,
  metricsLeaves,
  type Series,
} from "@spoor/traceql";

import { RANGE_STEPS_MAX, SEARCH_TRACES_AT_ONCE_MAX, SEARCH_TRACES_MAX } from "../base/limits.ts";
import { checkRange, cutOfSeries, type RangeAnswer } from "../port/search.ts";
import { readSummaries } from "../read/summaries.ts";
import { aggregateRange } from "./aggregate-range.ts";
import { DimensionIds } from "./dimension-ids.ts";
import { readByLeaf } from "./query-needs.ts";
import type { LeafSeries, RangeParts } from "./range-parts.ts";
import { candidateQuery, SearchPlan } from "./search-plan.ts";
import { type SearchQueries, TimeIsOver } from "./search-queries.ts";
import { TraceReader } from "./trace-reader.ts";

/** Answers a metrics query. Expects one that `check` finds nothing wrong with. */
export async function queryRange(parts: RangeParts): Promise<RangeAnswer> {
  const { request, queries } = parts;
  const { query } = request;
  invariant(query.kind === "metrics", "a range query is a metrics query");
  checkRange(request, RANGE_STEPS_MAX);
  const hints = metricsHints(query);
  const seriesOf = new Map<MetricsLeaf, readonly Series[]>();
  const ids = new DimensionIds(queries);
  let capped: RangeAnswer["capped"] = null;
  let leastShare = 1;
  try {
    for (const leaf of metricsLeaves(query.metrics)) {
      const { series, cut, share = 1 } = await leafSeries(parts, leaf, { ids, hints });
      seriesOf.set(leaf, series);
      capped ??= cut;
      leastShare = Math.min(leastShare, share);
    }
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    capped = { unit: "ms", limit: queries.timeoutMs };
  }
  return {
    series: combineMetrics(query.metrics, (leaf) => seriesOf.get(leaf) ?? []),
    complete: capped === null,
    capped,
    sampledRate: hints.traceShare * hints.spanShare * leastShare,
    scannedRows: queries.scannedRows,
    tookMs: queries.tookMs,
  };
}

async function leafSeries(
  parts: RangeParts,
  leaf: MetricsLeaf,
  { ids, hints }: { readonly ids: DimensionIds; readonly hints: MetricsHints },
): Promise<LeafSeries> {
  const { fromUnixNano, toUnixNano } = parts.request;
  const behind = readByLeaf(leaf);
  const plan = await SearchPlan.make(
    { pipeline: leaf.pipeline, behind, fromUnixNano, toUnixNano },
    ids,
  );
  if (leaf.node === "metricsAggregate" && isOfRows(leaf)) {
    const series = await aggregateRange(parts, leaf, { plan, hints });
    if (series !== undefined) return series;
  }
  return collect(parts, leaf, { plan, hints });
}

/** Whether a pipeline is made of filters only: then traces do not matter, only spans. */
function isOfRows({ pipeline }: MetricsAggregate): boolean {
  return pipeline.stages.every(
    (stage) =>
      stage.node === "select" || (stage.node === "spanset" && stage.spanset.node === "filter"),
  );
}

/** Reads traces, those of the least hash first, as many as the bounds allow. */
async function collect(
  { request, queries, dimensions, tracesMax = SEARCH_TRACES_MAX }: RangeParts,
  leaf: MetricsLeaf,
  { plan, hints }: { readonly plan: SearchPlan; readonly hints: MetricsHints },
): Promise<LeafSeries> {
  const collector = leafCollector(leaf, request, hints);
  const withAttributes = leaf.node === "compare";
  const reader = new TraceReader({ plan, queries, dimensions, withAttributes });
  const planned = await plan.write();
  const { sql } = planned;
  const found = await queries.run<[traceId: string, hash: string]>(
    `SELECT lower(hex(trace_id)) AS id, toString(sipHash64(trace_id)) AS hash
    FROM (SELECT DISTINCT trace_id FROM (${candidateQuery(planned, plan.options, 0n)}))
    ORDER BY sipHash64(trace_id)
    LIMIT ${tracesMax + 1}`,
    sql.parameters,
  );
  const end = Math.min(found.length, tracesMax);
  let cut: RangeAnswer["capped"] =
    end < found.length ? { unit: "traces looked into", limit: tracesMax } : null;
  let at = 0;
  try {
    while (at < end) {
      queries.check();
      const next = Math.min(at + SEARCH_TRACES_AT_ONCE_MAX, end);
      const ids = found.slice(at, next).map(([id]) => id);
      const { views } = await reader.read(await summariesOf(queries, ids));
      for (const view of views.values()) collector.add(view);
      at = next;
    }
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    cut = { unit: "ms", limit: queries.timeoutMs };
  }
  const share = shareBefore(found[at]?.[1]);
  const { series, isCut } = collector.finish(share);
  return { series, cut: cut ?? cutOfSeries(isCut), share };
}

/** The share of all hashes of 64 bits that lie before one; everything, when none comes. */
function shareBefore(hash: string | undefined): number {
  return hash === undefined ? 1 : Math.max(Number(hash), 1) / 2 ** 64;
}

async function summariesOf(
  queries: SearchQueries,
  ids: readonly string[],
): Promise<readonly TraceSummary[]> {
  const { rows, scannedRows } = await readSummaries(queries.client, ids);
  queries.scannedRows += scannedRows;
  return rows;
}
