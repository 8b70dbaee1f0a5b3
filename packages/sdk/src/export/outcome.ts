/*
 * The one table of what an answer means, for both protocols.
 *
 * Source: opentelemetry-proto, specification.md, "OTLP/gRPC Response" and "OTLP/HTTP Response":
 * 429, 502, 503 and 504 are worth another try, and so are the gRPC codes below; RESOURCE_EXHAUSTED
 * only with RetryInfo. Anything else would fail again, so it is refused for good.
 */
import {
  decodeLogsResponse,
  decodeRpcStatus,
  decodeTracesResponse,
  GrpcStatus,
} from "@spoor/otlp/wire";
import { ANSWER_TEXT_LENGTH_MAX } from "../base/export-limits.ts";
import type { BodyEncoding, Outcome, Signal } from "./transport.ts";

const RETRYABLE_HTTP = new Set([429, 502, 503, 504]);

const RETRYABLE_GRPC = new Set<number>([
  GrpcStatus.cancelled,
  GrpcStatus.deadlineExceeded,
  GrpcStatus.aborted,
  GrpcStatus.outOfRange,
  GrpcStatus.unavailable,
  GrpcStatus.dataLoss,
]);

const GRPC_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(GrpcStatus).map(([name, code]) => [
    code,
    name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase(),
  ]),
);

const decoder = new TextDecoder();

/** An answer over HTTP. */
export interface HttpAnswer {
  readonly signal: Signal;
  readonly encoding: BodyEncoding;
  readonly status: number;
  /** Milliseconds of a Retry-After header. */
  readonly retryAfterMs: number | undefined;
  readonly accepts: string;
  readonly contentType: string;
  /** Undefined when it did not arrive whole. */
  readonly body: Uint8Array | undefined;
}

/** What an answer over HTTP means. */
export function httpOutcome(answer: HttpAnswer): Outcome {
  const { signal, status, retryAfterMs, accepts, body } = answer;
  if (status >= 200 && status < 300) return sentOutcome({ signal, accepts, message: body });
  const text = refusalText(answer);
  const reason = `HTTP ${status}${text === "" ? "" : `: ${text}`}`;
  if (RETRYABLE_HTTP.has(status)) {
    return {
      kind: "retry",
      reason,
      ...(retryAfterMs === undefined ? {} : { afterMs: retryAfterMs }),
    };
  }
  if (status === 415 && answer.encoding !== "identity") return { kind: "unreadable", reason };
  return { kind: "refused", reason, isUnknownService: status === 404 || status === 405 };
}

/** An answer over gRPC. */
export interface GrpcAnswer {
  readonly signal: Signal;
  readonly encoding: BodyEncoding;
  readonly code: number;
  readonly text: string;
  /** `grpc-status-details-bin`, decoded. */
  readonly details: Uint8Array | undefined;
  readonly accepts: string;
  /** The message without its prefix; undefined when it did not arrive whole. */
  readonly message: Uint8Array | undefined;
}

/** What an answer over gRPC means. */
export function grpcOutcome(answer: GrpcAnswer): Outcome {
  const { signal, code, accepts, message, details } = answer;
  if (code === GrpcStatus.ok) return sentOutcome({ signal, accepts, message });
  const text = printable(answer.text);
  const reason = `${GRPC_NAMES.get(code) ?? `gRPC ${code}`}${text === "" ? "" : `: ${text}`}`;
  const status = details === undefined ? undefined : decodeRpcStatus(details, "protobuf");
  const delayMs =
    status !== undefined && "retryDelayMs" in status ? status.retryDelayMs : undefined;
  if (
    RETRYABLE_GRPC.has(code) ||
    (code === GrpcStatus.resourceExhausted && delayMs !== undefined)
  ) {
    return { kind: "retry", reason, ...(delayMs === undefined ? {} : { afterMs: delayMs }) };
  }
  const isUnknownService = code === GrpcStatus.unimplemented;
  if (isUnknownService && answer.encoding !== "identity") return { kind: "unreadable", reason };
  return { kind: "refused", reason, isUnknownService };
}

/** Success; the receiver may still have left out a part of it, and says so in its answer. */
function sentOutcome(answer: {
  readonly signal: Signal;
  readonly accepts: string;
  readonly message: Uint8Array | undefined;
}): Outcome {
  const { signal, accepts, message } = answer;
  const sent = { kind: "sent", rejectedCount: 0, accepts } as const;
  if (message === undefined) return { ...sent, warning: "its answer was cut off" };
  if (message.length === 0) return { ...sent, warning: "" };
  const response =
    signal === "traces"
      ? decodeTracesResponse(message, "protobuf")
      : decodeLogsResponse(message, "protobuf");
  if ("malformed" in response) return { ...sent, warning: "its answer is not OTLP" };
  const rejectedCount =
    "rejectedSpanCount" in response ? response.rejectedSpanCount : response.rejectedLogRecordCount;
  return { ...sent, rejectedCount, warning: printable(response.errorMessage) };
}

function refusalText({ contentType, body }: HttpAnswer): string {
  if (body === undefined || body.length === 0) return "";
  if (contentType.startsWith("application/x-protobuf")) {
    const status = decodeRpcStatus(body, "protobuf");
    return "message" in status ? printable(status.message) : "";
  }
  return contentType.startsWith("text/html") ? "" : printable(decoder.decode(body));
}

/** A receiver's words on one line of a terminal: bounded, and without control characters. */
function printable(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu, " ").trim();
  const isCut = line.length > ANSWER_TEXT_LENGTH_MAX;
  return isCut ? `${line.slice(0, ANSWER_TEXT_LENGTH_MAX)}...` : line;
}
