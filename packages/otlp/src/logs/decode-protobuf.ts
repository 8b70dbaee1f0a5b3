import type { LogBatch, LossLedger } from "@spoor/trace";
import { BodyScan } from "../values/scan-attribute.ts";
import { type ProtobufSignal, scanRequest } from "../values/scan-request.ts";
import { decodeLogsInto, type LogsDecodeResult } from "./decode-result.ts";
import { scanLogRecord } from "./scan-log-record.ts";

const SIGNAL: ProtobufSignal<LogBatch> = {
  rowCount: (batch) => batch.logRecordCount,
  scanRow: scanLogRecord,
};

/**
 * Appends the log records of an OTLP/protobuf logs request to `batch`.
 *
 * All or nothing: a malformed body leaves the rows of the batch as they were. What is not kept of a
 * log record is counted in `ledger`; the refusal of a malformed body is its refuser's to count.
 * Never throws for bad input. `body` is not kept, and several bodies may be decoded into one batch.
 * Source: opentelemetry-proto, logs_service.proto.
 */
export function decodeLogsProtobuf(
  body: Uint8Array,
  batch: LogBatch,
  ledger: LossLedger,
): LogsDecodeResult {
  return decodeLogsInto(batch, ledger, (losses) => {
    scanRequest(new BodyScan(body, batch, losses), SIGNAL);
  });
}
