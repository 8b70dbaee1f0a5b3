/*
 * The one field of the export responses of all signals, partial_success: how many rows were left
 * out, and words. Its field numbers are the same in each; in JSON only one name differs.
 */
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, varintTag } from "../protobuf/tag.ts";
import { ProtobufWriter } from "../protobuf/writer.ts";
import { encodeJson, integerOf, objectOf, parseJsonObject, textOf } from "./json-reply.ts";
import type { OtlpEncoding } from "./reply-encoding.ts";

/** Both at their default means that everything was taken. */
export interface PartialSuccess {
  /** Rows that were left out. */
  readonly rejectedCount: number;
  /** Why, or a warning where none was left out. English, for a person. */
  readonly errorMessage: string;
}

/** How a signal spells the number in JSON: "rejectedSpans". */
interface Spelling {
  readonly encoding: OtlpEncoding;
  readonly rejectedName: string;
}

/** ExportTraceServiceResponse.partial_success. */
const PARTIAL_SUCCESS = 1;
/** ExportTracePartialSuccess. trace_service.proto. */
const REJECTED_COUNT = 1;
const ERROR_MESSAGE = 2;

/**
 * An export response. Full success is the empty message, with partial_success unset, as the
 * specification demands (opentelemetry-proto, specification.md, "Full Success").
 */
export function encodePartialSuccess(
  { rejectedCount, errorMessage }: PartialSuccess,
  { encoding, rejectedName }: Spelling,
): Uint8Array {
  const isFull = rejectedCount === 0 && errorMessage === "";
  if (encoding === "json") {
    const partialSuccess = {
      ...(rejectedCount === 0 ? {} : { [rejectedName]: String(rejectedCount) }),
      ...(errorMessage === "" ? {} : { errorMessage }),
    };
    return encodeJson(isFull ? {} : { partialSuccess });
  }
  const writer = new ProtobufWriter();
  if (!isFull) {
    writer.message(PARTIAL_SUCCESS, () => {
      writer.int64Field(REJECTED_COUNT, BigInt(rejectedCount));
      writer.textField(ERROR_MESSAGE, errorMessage);
    });
  }
  return writer.finish();
}

/** What {@link encodePartialSuccess} wrote. @throws MalformedInput */
export function decodePartialSuccess(
  body: Uint8Array,
  { encoding, rejectedName }: Spelling,
): PartialSuccess {
  if (encoding === "protobuf") return fromProtobuf(body);
  const partial = objectOf(parseJsonObject(body), "partialSuccess");
  return {
    rejectedCount: integerOf(partial, rejectedName),
    errorMessage: textOf(partial, "errorMessage"),
  };
}

function fromProtobuf(body: Uint8Array): PartialSuccess {
  const reader = new ProtobufReader(body);
  let rejectedCount = 0;
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
      if (tag === varintTag(REJECTED_COUNT)) rejectedCount = Number(reader.int64(end));
      else if (tag === bytesTag(ERROR_MESSAGE)) errorMessage = reader.text(reader.openMessage(end));
      else reader.skip(tag, end);
    }
  }
  return { rejectedCount, errorMessage };
}
