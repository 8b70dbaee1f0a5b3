import type { LogBatch, LossLedger } from "@spoor/trace";
import type { Malformed } from "../protobuf/malformed.ts";
import { decodeInto } from "../values/decode-into.ts";

/** What became of one logs request. */
export type LogsDecodeResult = DecodedLogs | Malformed;

/** A logs request that could be read. No log record is ever left out singly. */
export interface DecodedLogs {
  readonly malformed?: undefined;
  /** Log records appended to the batch. */
  readonly logRecordCount: number;
  /** In words for the sender, one per kind: `partial_success.error_message`. Often empty. */
  readonly problems: readonly string[];
}

/** {@link decodeInto} for log records. */
export function decodeLogsInto(
  batch: LogBatch,
  ledger: LossLedger,
  decode: (losses: LossLedger) => void,
): LogsDecodeResult {
  const countBefore = batch.logRecordCount;
  const result = decodeInto(batch, ledger, decode);
  if (result.malformed !== undefined) return result;
  return { logRecordCount: batch.logRecordCount - countBefore, problems: result.problems };
}
