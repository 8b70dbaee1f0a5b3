import { guarded, type Malformed } from "../protobuf/malformed.ts";
import { decodePartialSuccess, encodePartialSuccess } from "./partial-success.ts";
import type { OtlpEncoding } from "./reply-encoding.ts";

/**
 * What a sender is told about an accepted request: ExportTracePartialSuccess.
 * Both at their default means that everything was taken.
 */
export interface TracesResponse {
  /** Spans that were left out. */
  readonly rejectedSpanCount: number;
  /** Why, or a warning where none was left out. English, for a person. */
  readonly errorMessage: string;
}

const rejectedName = "rejectedSpans";

/** ExportTraceServiceResponse; the empty message where everything was taken. */
export function encodeTracesResponse(
  { rejectedSpanCount: rejectedCount, errorMessage }: TracesResponse,
  encoding: OtlpEncoding,
): Uint8Array {
  return encodePartialSuccess({ rejectedCount, errorMessage }, { encoding, rejectedName });
}

/** What {@link encodeTracesResponse} wrote, for clients. */
export function decodeTracesResponse(
  body: Uint8Array,
  encoding: OtlpEncoding,
): TracesResponse | Malformed {
  return guarded(() => {
    const { rejectedCount, errorMessage } = decodePartialSuccess(body, { encoding, rejectedName });
    return { rejectedSpanCount: rejectedCount, errorMessage };
  });
}
