import { guarded, type Malformed } from "../protobuf/malformed.ts";
import { decodePartialSuccess, encodePartialSuccess } from "./partial-success.ts";
import type { OtlpEncoding } from "./reply-encoding.ts";

/**
 * What a sender is told about an accepted request: ExportLogsPartialSuccess.
 * Both at their default means that everything was taken.
 */
export interface LogsResponse {
  /** Log records that were left out. */
  readonly rejectedLogRecordCount: number;
  /** Why, or a warning where none was left out. English, for a person. */
  readonly errorMessage: string;
}

const rejectedName = "rejectedLogRecords";

/** ExportLogsServiceResponse; the empty message where everything was taken. */
export function encodeLogsResponse(
  { rejectedLogRecordCount: rejectedCount, errorMessage }: LogsResponse,
  encoding: OtlpEncoding,
): Uint8Array {
  return encodePartialSuccess({ rejectedCount, errorMessage }, { encoding, rejectedName });
}

/** What {@link encodeLogsResponse} wrote, for clients. */
export function decodeLogsResponse(
  body: Uint8Array,
  encoding: OtlpEncoding,
): LogsResponse | Malformed {
  return guarded(() => {
    const { rejectedCount, errorMessage } = decodePartialSuccess(body, { encoding, rejectedName });
    return { rejectedLogRecordCount: rejectedCount, errorMessage };
  });
}
