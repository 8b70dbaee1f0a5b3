import type { LogBatch, LossLedger } from "@spoor/trace";
import { appendJsonRequest, type JsonSignal } from "../values/append-json-request.ts";
import { JsonScan } from "../values/scan-json-attribute.ts";
import {
  envelopeNames,
  type JsonScanSignal,
  scanJsonRequest,
} from "../values/scan-json-request.ts";
import { scanJsonLogRecord } from "./scan-json-log-record.ts";
import type { LogRecordOwners } from "./scan-log-record.ts";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { appendJsonLogRecord } from "./decode-json-log-record.ts";
import { decodeLogsInto, type LogsDecodeResult } from "./decode-result.ts";

const SIGNAL: JsonSignal<LogBatch> = {
  resourceEnvelopes: "resourceLogs",
  scopeEnvelopes: "scopeLogs",
  rows: "logRecords",
  rowCount: (batch) => batch.logRecordCount,
  appendRow: appendJsonLogRecord,
};

const SCAN_SIGNAL: JsonScanSignal<LogBatch, LogRecordOwners> = {
  ...envelopeNames("resourceLogs", "scopeLogs", "logRecords"),
  rowCount: (batch) => batch.logRecordCount,
  scanRow: scanJsonLogRecord,
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
  const options = { ledger, limits, bodyBytes: body.length };
  const scanned = decodeLogsInto(batch, options, (decoding) => {
    const scan = new JsonScan(body, batch, decoding.limits, (owner) => ({
      logRecord: owner(batch.attributes),
    }));
    scanJsonRequest(scan, SCAN_SIGNAL, decoding);
  });
  if (scanned.malformed === undefined) return scanned;
  return decodeLogsJsonLongWay(body, batch, ledger, limits);
}

/** The same by way of objects: knows every rule, and says what is wrong where. */
export function decodeLogsJsonLongWay(
  body: Uint8Array,
  batch: LogBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): LogsDecodeResult {
  return decodeLogsInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    appendJsonRequest(body, { batch, decoding }, SIGNAL);
  });
}
