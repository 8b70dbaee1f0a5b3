/* Rows of `logs` as log records. */
import type { ClickHouseClient } from "@clickhouse/client";
import type { LogRecord } from "@spoor/trace";

import { fromTaggedText } from "../schema/tagged-text.ts";
import type { DimensionReader, TextPair } from "./dimension-reader.ts";
import { type BoolPair, type DoublePair, typedAttributes } from "./typed-attributes.ts";

/** The columns of {@link LogRow}; the second is called `time`. */
export const LOG_COLUMNS = `
  lower(hex(span_id)),
  reinterpretAsUInt64(toUnixTimestamp64Nano(ts)) AS time,
  reinterpretAsUInt64(toUnixTimestamp64Nano(observed_ts)), has_time,
  severity, severity_text, event_name, body,
  attrs_s, attrs_i, attrs_d, attrs_b, dropped_attrs,
  flags, toString(resource_id), toString(scope_id), lower(hex(trace_id))`;

/** A row of `logs`. */
export type LogRow = [
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
  traceId: string,
];

/** When it happened or, where the sender did not know, when it was observed. */
export function timeOfLogRow([, time]: LogRow): bigint {
  return BigInt(time);
}

/** The log records of `rows`, with their resources and scopes, and what it took to read those. */
export async function logRecordsOf(
  client: ClickHouseClient,
  rows: readonly LogRow[],
  dimensions: DimensionReader,
): Promise<{ readonly logRecords: LogRecord[]; readonly scannedRows: number }> {
  const scannedRows = await dimensions.load(client, {
    resources: rows.map((row) => row[14]),
    scopes: rows.map((row) => row[15]),
  });
  return { logRecords: rows.map((row) => logRecordOf(row, dimensions)), scannedRows };
}

const NO_SPAN = "0".repeat(16);
const NO_TRACE = "0".repeat(32);

function logRecordOf(row: LogRow, dimensions: DimensionReader): LogRecord {
  const [spanId, time, observedTime, hasTime, severityNumber, severityText, eventName, body] = row;
  const traceId = row[16];
  return {
    traceId: traceId === NO_TRACE ? "" : traceId,
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
