import type { LogBatch, LossLedger } from "@spoor/trace";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { BodyScan } from "../values/scan-attribute.ts";
import { type ProtobufSignal, scanRequest } from "../values/scan-request.ts";
import { decodeLogsInto, type LogsDecodeResult } from "./decode-result.ts";
import { type LogRecordOwners, scanLogRecord } from "./scan-log-record.ts";

const SIGNAL: ProtobufSignal<LogBatch, LogRecordOwners> = {
  rowCount: (batch) => batch.logRecordCount,
  scanRow: scanLogRecord,
};

/**
 * Appends the log records of an OTLP/protobuf logs request to `batch`.
 *
 * All or nothing: a body that is malformed or beyond `limits` leaves the batch as it was. What is
 * not kept of a log record is counted in `ledger`; a refusal is its refuser's to count.
 * Never throws for bad input. `body` is not kept, and several bodies may be decoded into one batch.
 * Source: opentelemetry-proto, logs_service.proto.
 */
export function decodeLogsProtobuf(
  body: Uint8Array,
  batch: LogBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): LogsDecodeResult {
  return decodeLogsInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    const scan = new BodyScan(body, batch, decoding.limits, (owner) => ({
      logRecord: owner(batch.attributes),
    }));
    scanRequest(scan, SIGNAL, decoding);
  });
}
