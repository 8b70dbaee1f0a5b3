import {
  DECODE_LIMITS,
  type DecodeLimits,
  decodeLogsJson,
  decodeLogsProtobuf,
  decodeTracesJson,
  decodeTracesProtobuf,
  type Malformed,
} from "@spoor/otlp";
import { LogBatch, type LossLedger, SpanBatch } from "@spoor/trace";
import type { ReceivedRequest } from "../base/received-request.ts";
import { inflate } from "./inflate.ts";
import {
  type Accepted,
  type IntakeReply,
  type Refused,
  refusedAsMalformed,
  refusedAsOverLimit,
  refusedAsTooLarge,
} from "./intake.ts";
import { senderShares } from "./sender-counts.ts";

/** What requests are decoded into: one batch for each signal. */
export interface SignalBatches {
  readonly spans: SpanBatch;
  readonly logRecords: LogBatch;
}

/** Batches without a row. */
export function newBatches(): SignalBatches {
  return { spans: new SpanBatch(), logRecords: new LogBatch() };
}

/**
 * Decompresses a request and appends its rows to the batch of its signal; a refused one leaves no
 * row behind.
 *
 * The same request appended to the same batch gives the same rows, today and after a crash.
 */
export function decodeRequest(
  request: Pick<ReceivedRequest, "signal" | "encoding" | "compression" | "body">,
  batches: SignalBatches,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): IntakeReply {
  const inflated = inflate(request.body, request.compression);
  if (inflated.kind === "tooLarge") {
    return refusedAsTooLarge("the decompressed request is too large", inflated.limitBytes);
  }
  if (inflated.kind === "malformed") return refusedAsMalformed(inflated.reason);
  const isJson = request.encoding === "json";
  if (request.signal === "logs") {
    const decode = isJson ? decodeLogsJson : decodeLogsProtobuf;
    const decoded = decode(inflated.body, batches.logRecords, ledger, limits);
    if (decoded.malformed !== undefined) return refused(decoded);
    const { logRecordCount, problems } = decoded;
    return accepted({ logRecordCount }, problems);
  }
  const decode = isJson ? decodeTracesJson : decodeTracesProtobuf;
  const decoded = decode(inflated.body, batches.spans, ledger, limits);
  if (decoded.malformed !== undefined) return refused(decoded);
  const { spanCount, rejectedSpanCount, problems } = decoded;
  return accepted({ spanCount, rejectedSpanCount, shares: senderShares(decoded.shares) }, problems);
}

function refused({ malformed, isOverLimit }: Malformed): Refused {
  return isOverLimit === true ? refusedAsOverLimit(malformed) : refusedAsMalformed(malformed);
}

function accepted(
  counts: Partial<Omit<Accepted, "kind" | "errorMessage">>,
  problems: readonly string[],
): Accepted {
  return {
    kind: "accepted",
    spanCount: 0,
    rejectedSpanCount: 0,
    logRecordCount: 0,
    shares: [],
    ...counts,
    errorMessage: problems.join("; "),
  };
}
