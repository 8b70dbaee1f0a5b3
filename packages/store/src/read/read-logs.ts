import type { ClickHouseClient } from "@clickhouse/client";

import type { LogRead } from "../port/trace-store.ts";
import type { DimensionReader } from "./dimension-reader.ts";
import { LOG_COLUMNS, type LogRow, logRecordsOf } from "./log-rows.ts";
import { runQuery } from "./run-query.ts";

const SELECT_LOGS = `
SELECT ${LOG_COLUMNS}
FROM logs
WHERE trace_id = unhex({traceId:String})
ORDER BY time, seq
LIMIT {limit:UInt64}`;

/** The log records of a trace, earliest first. */
export async function readLogs(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  { traceId, limit }: { readonly traceId: string; readonly limit: number },
): Promise<LogRead> {
  const parameters = { traceId, limit: limit + 1 };
  const result = await runQuery<LogRow>(client, "read log records", SELECT_LOGS, parameters);
  const read = await logRecordsOf(client, result.rows.slice(0, limit), dimensions);
  return {
    logRecords: read.logRecords,
    hasMore: result.rows.length > limit,
    scannedRows: result.scannedRows + read.scannedRows,
  };
}
