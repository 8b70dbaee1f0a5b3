import type { ClickHouseClient } from "@clickhouse/client";

import { runQuery } from "./run-query.ts";

/**
 * Trace ids that begin with `prefix`, ascending.
 *
 * Cost: the trace ids of all summaries are looked at, 16 bytes per trace and minute of its life;
 * they are sorted only within a bucket, so that few can be skipped.
 */
export async function findTraceIds(
  client: ClickHouseClient,
  options: { readonly prefix: string; readonly limit: number },
): Promise<string[]> {
  const { rows } = await runQuery<[traceId: string]>(
    client,
    "look up a trace id",
    `SELECT lower(hex(trace_id))
    FROM trace_summaries
    WHERE trace_id >= toFixedString(unhex({first:String}), 16)
      AND trace_id <= toFixedString(unhex({last:String}), 16)
    GROUP BY trace_id
    ORDER BY trace_id
    LIMIT {limit:UInt64}`,
    {
      first: options.prefix.padEnd(32, "0"),
      last: options.prefix.padEnd(32, "f"),
      limit: options.limit,
    },
  );
  return rows.map(([traceId]) => traceId);
}
