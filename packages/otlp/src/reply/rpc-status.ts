import { guarded, type Malformed } from "../protobuf/malformed.ts";
import { ProtobufReader } from "../protobuf/reader.ts";
import { bytesTag, varintTag } from "../protobuf/tag.ts";
import { ProtobufWriter } from "../protobuf/writer.ts";
import { encodeJson, integerOf, objectsOf, parseJsonObject, textOf } from "./json-reply.ts";
import type { OtlpEncoding } from "./reply-encoding.ts";

/**
 * google.rpc.Status: the body of every refusal over HTTP, and of `grpc-status-details-bin`.
 * Source: googleapis, google/rpc/status.proto and error_details.proto.
 */
export interface RpcStatus {
  /** google.rpc.Code, the same numbers as gRPC status codes. */
  readonly code: number;
  /** For a developer, in English. */
  readonly message: string;
  /**
   * A google.rpc.RetryInfo detail: the sender may try again after this time, a multiple of 1e-6 ms.
   * Absent means that it must not (opentelemetry-proto, specification.md, "OTLP/gRPC Throttling").
   */
  readonly retryDelayMs?: number;
}

/** google.rpc.Status. */
const STATUS_CODE = 1;
const STATUS_MESSAGE = 2;
const STATUS_DETAILS = 3;
/** google.protobuf.Any. */
const ANY_TYPE_URL = 1;
const ANY_VALUE = 2;
/** google.rpc.RetryInfo. */
const RETRY_DELAY = 1;
/** google.protobuf.Duration. */
const DURATION_SECONDS = 1;
const DURATION_NANOS = 2;

const RETRY_INFO = "type.googleapis.com/google.rpc.RetryInfo";
const NANO_PER_MS = 1_000_000;
const NANO_PER_SECOND = 1_000_000_000;
const JSON_DURATION = /^(\d{1,12})(?:\.(\d{1,9}))?s$/;

/** A Status message in the encoding of the request that it refuses. */
export function encodeRpcStatus(status: RpcStatus, encoding: OtlpEncoding): Uint8Array {
  return encoding === "json" ? encodeJson(toJson(status)) : toProtobuf(status);
}

/** What {@link encodeRpcStatus} wrote, for clients. Details other than RetryInfo are skipped. */
export function decodeRpcStatus(body: Uint8Array, encoding: OtlpEncoding): RpcStatus | Malformed {
  return guarded(() => (encoding === "json" ? fromJson(body) : fromProtobuf(body)));
}

function toJson({ code, message, retryDelayMs }: RpcStatus): Readonly<Record<string, unknown>> {
  if (retryDelayMs === undefined) return { code, message };
  const { seconds, nanos } = durationOf(retryDelayMs);
  const fraction = nanos === 0 ? "" : `.${String(nanos).padStart(9, "0").replace(/0+$/, "")}`;
  const detail = { "@type": RETRY_INFO, retryDelay: `${seconds}${fraction}s` };
  return { code, message, details: [detail] };
}

function toProtobuf({ code, message, retryDelayMs }: RpcStatus): Uint8Array {
  const writer = new ProtobufWriter();
  writer.int64Field(STATUS_CODE, BigInt(code));
  writer.textField(STATUS_MESSAGE, message);
  if (retryDelayMs !== undefined) {
    writer.message(STATUS_DETAILS, () => {
      writer.textField(ANY_TYPE_URL, RETRY_INFO);
      writer.alwaysBytes(ANY_VALUE, retryInfo(retryDelayMs));
    });
  }
  return writer.finish();
}

function retryInfo(retryDelayMs: number): Uint8Array {
  const { seconds, nanos } = durationOf(retryDelayMs);
  const writer = new ProtobufWriter();
  writer.message(RETRY_DELAY, () => {
    writer.int64Field(DURATION_SECONDS, BigInt(seconds));
    writer.uint32Field(DURATION_NANOS, nanos);
  });
  return writer.finish();
}

function durationOf(delayMs: number): { readonly seconds: number; readonly nanos: number } {
  const wholeNano = Math.round(delayMs * NANO_PER_MS);
  const seconds = Math.floor(wholeNano / NANO_PER_SECOND);
  return { seconds, nanos: wholeNano - seconds * NANO_PER_SECOND };
}

function delayMsOf(duration: { readonly seconds: number; readonly nanos: number }): number {
  return duration.seconds * 1000 + duration.nanos / NANO_PER_MS;
}

function fromJson(body: Uint8Array): RpcStatus {
  const document = parseJsonObject(body);
  const detail = objectsOf(document, "details").find((any) => any["@type"] === RETRY_INFO);
  const duration = detail && JSON_DURATION.exec(textOf(detail, "retryDelay"));
  const status = { code: integerOf(document, "code"), message: textOf(document, "message") };
  if (!duration) return status;
  const nanos = Number((duration[2] ?? "").padEnd(9, "0"));
  return { ...status, retryDelayMs: delayMsOf({ seconds: Number(duration[1]), nanos }) };
}

function fromProtobuf(body: Uint8Array): RpcStatus {
  const reader = new ProtobufReader(body);
  const end = body.length;
  let code = 0;
  let message = "";
  let retryDelayMs: number | undefined;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === varintTag(STATUS_CODE)) code = reader.int32(end);
    else if (tag === bytesTag(STATUS_MESSAGE)) message = reader.text(reader.openMessage(end));
    else if (tag === bytesTag(STATUS_DETAILS)) {
      retryDelayMs = readDetail(reader, reader.openMessage(end)) ?? retryDelayMs;
    } else reader.skip(tag, end);
  }
  return { code, message, ...(retryDelayMs === undefined ? {} : { retryDelayMs }) };
}

function readDetail(reader: ProtobufReader, end: number): number | undefined {
  let typeUrl = "";
  let value = new Uint8Array();
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === bytesTag(ANY_TYPE_URL)) typeUrl = reader.text(reader.openMessage(end));
    else if (tag === bytesTag(ANY_VALUE)) value = reader.take(reader.openMessage(end)).slice();
    else reader.skip(tag, end);
  }
  return typeUrl === RETRY_INFO ? readRetryInfo(new ProtobufReader(value)) : undefined;
}

function readRetryInfo(reader: ProtobufReader): number | undefined {
  let delayMs: number | undefined;
  const length = reader.bytes.length;
  while (reader.position < length) {
    const tag = reader.tag(length);
    if (tag === bytesTag(RETRY_DELAY)) delayMs = readDuration(reader, reader.openMessage(length));
    else reader.skip(tag, length);
  }
  return delayMs;
}

function readDuration(reader: ProtobufReader, end: number): number {
  let seconds = 0;
  let nanos = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === varintTag(DURATION_SECONDS)) seconds = Number(reader.int64(end));
    else if (tag === varintTag(DURATION_NANOS)) nanos = reader.int32(end);
    else reader.skip(tag, end);
  }
  return delayMsOf({ seconds, nanos });
}
