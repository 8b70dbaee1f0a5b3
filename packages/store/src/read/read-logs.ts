import type { ClickHouseClient } from "@clickhouse/client";
import type { LogRecord } from "@spoor/trace";

import type { LogRead } from "../port/trace-store.ts";
import { fromTaggedText } from "../schema/tagged-text.ts";
import type { DimensionReader, TextPair } from "./dimension-reader.ts";
import { runQuery } from "./run-query.ts";
import { type BoolPair, type DoublePair, typedAttributes } from "./typed-attributes.ts";

const SELECT_LOGS = `
SELECT
  lower(hex(span_id)),
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS time,
  reinterpretAsUInt64(toUnixTimestamp64Nano(observed_ts)), has_time,
  severity, severity_text, event_name, body,
  attrs_s, attrs_i, attrs_d, attrs_b, dropped_attrs,
  flags, toString(resource_id), toString(scope_id)
FROM logs
WHERE trace_id = unhex({traceId:String})
ORDER BY time, seq
LIMIT {limit:UInt64}`;

type LogRow = [
  spanId: string,
  time: string,
  observedTime: string,
  hasTime: number,
  severity: number,
  severityText: string,
  eventName: string,
  body: string,
  texts: TextPair[],
  ints: TextPair[],
  doubles: DoublePair[],
  bools: BoolPair[],
  droppedAttributes: number,
  flags: number,
  resourceId: string,
  scopeId: string,
];

/** The log records of a trace, earliest first. */
export async function readLogs(
  client: ClickHouseClient,
  dimensions: DimensionReader,
  { traceId, limit }: { readonly traceId: string; readonly limit: number },
): Promise<LogRead> {
  const parameters = { traceId, limit: limit + 1 };
  const result = await runQuery<LogRow>(client, "read log records", SELECT_LOGS, parameters);
  const rows = result.rows.slice(0, limit);
  const dimensionRows = await dimensions.load(client, {
    resources: rows.map((row) => row[14]),
    scopes: rows.map((row) => row[15]),
  });
  return {
    logRecords: rows.map((row) => logRecordOf(row, traceId, dimensions)),
    hasMore: result.rows.length > limit,
    scannedRows: result.scannedRows + dimensionRows,
  };
}

const NO_SPAN = "0000000000000000";

function logRecordOf(row: LogRow, traceId: string, dimensions: DimensionReader): LogRecord {
  const [spanId, time, observedTime, hasTime, severityNumber, severityText, eventName, body] = row;
  return {
    traceId,
    spanId: spanId === NO_SPAN ? "" : spanId,
    timeUnixNano: hasTime === 0 ? 0n : BigInt(time),
    observedTimeUnixNano: BigInt(observedTime),
    severityNumber,
    severityText,
    eventName,
    body: fromTaggedText(body),
    attributes: typedAttributes(row[8], row[9], row[10], row[11]),
    droppedAttributesCount: row[12],
    flags: row[13],
    resource: dimensions.resource(row[14]),
    scope: dimensions.scope(row[15]),
  };
}
