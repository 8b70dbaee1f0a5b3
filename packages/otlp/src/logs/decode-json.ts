import type { LogBatch, LossLedger } from "@spoor/trace";
import { appendJsonRequest, type JsonSignal } from "../values/append-json-request.ts";
import { DECODE_LIMITS, type DecodeLimits } from "../values/request-limits.ts";
import { appendJsonLogRecord } from "./decode-json-log-record.ts";
import { decodeLogsInto, type LogsDecodeResult } from "./decode-result.ts";

const SIGNAL: JsonSignal<LogBatch> = {
  resourceEnvelopes: "resourceLogs",
  scopeEnvelopes: "scopeLogs",
  rows: "logRecords",
  rowCount: (batch) => batch.logRecordCount,
  appendRow: appendJsonLogRecord,
};

/**
 * Appends the log records of an OTLP/JSON logs request to `batch`, by the same rules as
 * `decodeLogsProtobuf`, with what `decodeTracesJson` accepts beyond the specification.
 */
export function decodeLogsJson(
  body: Uint8Array,
  batch: LogBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): LogsDecodeResult {
  return decodeLogsInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    appendJsonRequest(body, { batch, decoding }, SIGNAL);
  });
}
