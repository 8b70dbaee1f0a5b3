import type { LogBatch } from "@spoor/trace";
import type { Malformed } from "../protobuf/malformed.ts";
import { type DecodeInto, decodeInto, type Decoding } from "../values/decode-into.ts";

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
  options: DecodeInto,
  decode: (decoding: Decoding) => void,
): LogsDecodeResult {
  const countBefore = batch.logRecordCount;
  const heldCount = (): number => batch.logRecordCount + batch.attributes.count;
  const result = decodeInto(batch, { ...options, heldCount }, decode);
  if (result.malformed !== undefined) return result;
  return { logRecordCount: batch.logRecordCount - countBefore, problems: result.problems };
}
