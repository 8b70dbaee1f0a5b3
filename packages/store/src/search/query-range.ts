/*
 * Metrics in ClickHouse.
 *
 * Where every filter of a query can be decided on the row of a span, ClickHouse groups and counts
 * the spans itself. Where relations between spans or `compare` are asked for, traces are read and
 * the evaluator collects their spans; that is bounded in traces, and an answer that the bound cut
 * says so.
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
import { checkRange, type RangeAnswer, type RangeRequest } from "../port/search.ts";
import type { DimensionReader } from "../read/dimension-reader.ts";
import { readSummaries } from "../read/summaries.ts";
import { aggregateRange } from "./aggregate-range.ts";
import { DimensionIds } from "./dimension-ids.ts";
import { readByLeaf } from "./query-needs.ts";
import { candidateQuery, SearchPlan } from "./search-plan.ts";
import { type SearchQueries, TimeIsOver } from "./search-queries.ts";
import { TraceReader } from "./trace-reader.ts";

/** What answering needs. */
export interface RangeParts {
  readonly request: RangeRequest;
  readonly queries: SearchQueries;
  readonly dimensions: DimensionReader;
}

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
  try {
    for (const leaf of metricsLeaves(query.metrics)) {
      const { series, cut } = await leafSeries(parts, leaf, { ids, hints });
      seriesOf.set(leaf, series);
      capped ??= cut;
    }
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    capped = { unit: "ms", limit: queries.timeoutMs };
  }
  return {
    series: combineMetrics(query.metrics, (leaf) => seriesOf.get(leaf) ?? []),
    complete: capped === null,
    capped,
    sampledRate: hints.traceShare * hints.spanShare,
    scannedRows: queries.scannedRows,
    tookMs: queries.tookMs,
  };
}

/** Series of one leaf, and the bound that cut them. */
export interface LeafSeries {
  readonly series: readonly Series[];
  readonly cut: RangeAnswer["capped"];
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

/** Reads traces, the newest first, as many as the bound allows. */
async function collect(
  { request, queries, dimensions }: RangeParts,
  leaf: MetricsLeaf,
  { plan, hints }: { readonly plan: SearchPlan; readonly hints: MetricsHints },
): Promise<LeafSeries> {
  const collector = leafCollector(leaf, request, hints);
  const withAttributes = leaf.node === "compare";
  const reader = new TraceReader({ plan, queries, dimensions, withAttributes });
  const planned = await plan.write();
  const { sql } = planned;
  const ids = await queries.run<[traceId: string]>(
    `SELECT DISTINCT lower(hex(trace_id)) AS id
    FROM (${candidateQuery(planned, plan.options, 0n)})
    ORDER BY id
    LIMIT ${SEARCH_TRACES_MAX + 1}`,
    sql.parameters,
  );
  const isCut = ids.length > SEARCH_TRACES_MAX;
  const wanted = ids.slice(0, SEARCH_TRACES_MAX).map(([id]) => id);
  let cut: RangeAnswer["capped"] = isCut
    ? { unit: "traces looked into", limit: SEARCH_TRACES_MAX }
    : null;
  try {
    for (let at = 0; at < wanted.length; at += SEARCH_TRACES_AT_ONCE_MAX) {
      queries.check();
      const summaries = await summariesOf(
        queries,
        wanted.slice(at, at + SEARCH_TRACES_AT_ONCE_MAX),
      );
      const { views } = await reader.read(summaries);
      for (const view of views.values()) collector.add(view);
    }
  } catch (error) {
    if (!(error instanceof TimeIsOver)) throw error;
    cut = { unit: "ms", limit: queries.timeoutMs };
  }
  return { series: collector.finish(), cut };
}

async function summariesOf(
  queries: SearchQueries,
  ids: readonly string[],
): Promise<readonly TraceSummary[]> {
  const { rows, scannedRows } = await readSummaries(queries.client, ids);
  queries.scannedRows += scannedRows;
  return rows;
}
