import type { ClickHouseClient } from "@clickhouse/client";
import type { TraceSummary } from "@spoor/trace";

import { type QueryResult, runQuery } from "./run-query.ts";

const SELECT_SUMMARIES = `
SELECT
  lower(hex(trace_id)), min(first_start), max(last_end), sum(span_count), sum(error_count),
  min(head) AS h, h.1, h.4, h.5, groupUniqArrayArray(services)
FROM trace_summaries
WHERE trace_id IN (SELECT toFixedString(unhex(arrayJoin({ids:Array(String)})), 16))
GROUP BY trace_id`;

type SummaryRow = [
  traceId: string,
  start: string,
  end: string,
  spanCount: string,
  errorCount: string,
  head: unknown,
  headIsLate: number,
  rootService: string,
  rootName: string,
  services: string[],
];

/** Exact summaries of the given traces, in no order. */
export async function readSummaries(
  client: ClickHouseClient,
  ids: readonly string[],
): Promise<QueryResult<TraceSummary>> {
  if (ids.length === 0) return { rows: [], scannedRows: 0 };
  const parameters = { ids };
  const verb = "read trace summaries";
  const result = await runQuery<SummaryRow>(client, verb, SELECT_SUMMARIES, parameters);
  return { rows: result.rows.map(summaryOf), scannedRows: result.scannedRows };
}

function summaryOf(row: SummaryRow): TraceSummary {
  const [traceId, start, end, spanCount, errorCount, , headIsLate, service, name, services] = row;
  return {
    traceId,
    rootService: service,
    rootName: name,
    hasRoot: headIsLate === 0,
    startTimeUnixNano: BigInt(start),
    durationNano: BigInt(end) - BigInt(start),
    spanCount: Number(spanCount),
    errorCount: Number(errorCount),
    // Here and not in SQL, which would sort by bytes.
    services: services.sort(),
  };
}
