import { guarded, type Malformed } from "../protobuf/malformed.ts";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, varintTag } from "../protobuf/tag.ts";
import { ProtobufWriter } from "../protobuf/writer.ts";
import { encodeJson, integerOf, objectOf, parseJsonObject, textOf } from "./json-reply.ts";
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

/** ExportTraceServiceResponse.partial_success. */
const PARTIAL_SUCCESS = 1;
/** ExportTracePartialSuccess. trace_service.proto. */
const REJECTED_SPANS = 1;
const ERROR_MESSAGE = 2;

/**
 * ExportTraceServiceResponse. Full success is the empty message, with partial_success unset, as the
 * specification demands (opentelemetry-proto, specification.md, "Full Success").
 */
export function encodeTracesResponse(
  { rejectedSpanCount, errorMessage }: TracesResponse,
  encoding: OtlpEncoding,
): Uint8Array {
  const isFull = rejectedSpanCount === 0 && errorMessage === "";
  if (encoding === "json") {
    const partialSuccess = {
      ...(rejectedSpanCount === 0 ? {} : { rejectedSpans: String(rejectedSpanCount) }),
      ...(errorMessage === "" ? {} : { errorMessage }),
    };
    return encodeJson(isFull ? {} : { partialSuccess });
  }
  const writer = new ProtobufWriter();
  if (!isFull) {
    writer.message(PARTIAL_SUCCESS, () => {
      writer.int64Field(REJECTED_SPANS, BigInt(rejectedSpanCount));
      writer.textField(ERROR_MESSAGE, errorMessage);
    });
  }
  return writer.finish();
}

/** What {@link encodeTracesResponse} wrote, for clients. */
export function decodeTracesResponse(
  body: Uint8Array,
  encoding: OtlpEncoding,
): TracesResponse | Malformed {
  return guarded(() => (encoding === "json" ? fromJson(body) : fromProtobuf(body)));
}

function fromJson(body: Uint8Array): TracesResponse {
  const partial = objectOf(parseJsonObject(body), "partialSuccess");
  return {
    rejectedSpanCount: integerOf(partial, "rejectedSpans"),
    errorMessage: textOf(partial, "errorMessage"),
  };
}

function fromProtobuf(body: Uint8Array): TracesResponse {
  const reader = new ProtobufReader(body);
  let rejectedSpanCount = 0;
  let errorMessage = "";
  while (reader.position < body.length) {
    const outerTag = reader.tag(body.length);
    if (outerTag !== bytesTag(PARTIAL_SUCCESS)) {
      reader.skip(outerTag, body.length);
      continue;
    }
    const end = reader.openMessage(body.length);
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === varintTag(REJECTED_SPANS)) rejectedSpanCount = Number(reader.int64(end));
      else if (tag === bytesTag(ERROR_MESSAGE)) errorMessage = reader.text(reader.openMessage(end));
      else reader.skip(tag, end);
    }
  }
  return { rejectedSpanCount, errorMessage };
}
