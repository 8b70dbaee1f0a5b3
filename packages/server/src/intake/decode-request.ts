import {
  decodeLogsJson,
  decodeLogsProtobuf,
  decodeTracesJson,
  decodeTracesProtobuf,
  type Malformed,
  type ResourceShare,
} from "@spoor/otlp";
import {
  LogBatch,
  type LossLedger,
  type Resource,
  SpanBatch,
  type DecodeLimits,
} from "@spoor/trace";
import { BATCH_BYTES_KEPT_MAX } from "../base/limits.ts";
import type { ReceivedRequest } from "../base/received-request.ts";
import { NO_NEWS } from "../live/live-news.ts";
import { newsOfLogs } from "../live/log-news.ts";
import { finishedSpans, takeOpenSpans } from "../live/span-news.ts";
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
 * The same batches without their rows, so that the next segment need not make the same columns
 * again, which is one sixth of decoding it; new ones when they have become unusually large.
 */
export function emptied(batches: SignalBatches): SignalBatches {
  const { spans, logRecords } = batches;
  if (heldBytes(spans) + heldBytes(logRecords) > BATCH_BYTES_KEPT_MAX) return newBatches();
  spans.clear();
  logRecords.clear();
  return batches;
}

/** What grows with what senders put into their rows; the other columns are in proportion. */
function heldBytes({ heap, strings, attributes }: SpanBatch | LogBatch): number {
  return heap.bytes.length + strings.heap.length + attributes.keys.length * ATTRIBUTE_ROW_BYTES;
}

const ATTRIBUTE_ROW_BYTES = 17;

/**
 * Decompresses a request and appends its rows to the batch of its signal; a refused one leaves no
 * row behind.
 *
 * The same request appended to the same batch gives the same rows, today and after a crash.
 */
export function decodeRequest(
  request: ReceivedRequest,
  batches: SignalBatches,
  ledger: LossLedger,
  limits: DecodeLimits,
): IntakeReply {
  const inflated = inflate(request.body, request.compression);
  if (inflated.kind === "tooLarge") {
    return refusedAsTooLarge("the decompressed request is too large", inflated.limitBytes);
  }
  if (inflated.kind === "malformed") return refusedAsMalformed(inflated.reason);
  const isJson = request.encoding === "json";
  if (request.signal === "logs") {
    const decode = isJson ? decodeLogsJson : decodeLogsProtobuf;
    const rowsBefore = batches.logRecords.logRecordCount;
    const decoded = decode(inflated.body, batches.logRecords, ledger, limits);
    if (decoded.malformed !== undefined) return refused(decoded);
    const { logRecordCount, problems } = decoded;
    const items = newsOfLogs(batches.logRecords, rowsBefore);
    return accepted({ logRecordCount, news: { ...NO_NEWS, items } }, problems);
  }
  const decode = isJson ? decodeTracesJson : decodeTracesProtobuf;
  const mark = batches.spans.mark();
  const decoded = decode(inflated.body, batches.spans, ledger, limits);
  if (decoded.malformed !== undefined) return refused(decoded);
  const { rejectedSpanCount, problems } = decoded;
  const { items, taken } = takeOpenSpans(batches.spans, mark, request.receivedAtUnixNano);
  const counts = {
    spanCount: decoded.spanCount - taken.length,
    rejectedSpanCount,
    shares: senderShares(withoutTaken(decoded.shares, taken)),
    news: { items, finished: finishedSpans(batches.spans, mark.spanCount) },
  };
  return accepted(counts, problems);
}

/** Spans that are still open are in no account: each is in one when it has ended. */
function withoutTaken(
  shares: readonly ResourceShare[],
  taken: readonly Resource[],
): readonly ResourceShare[] {
  if (taken.length === 0) return shares;
  return shares.map((share) => {
    const takenCount = taken.filter((resource) => resource === share.resource).length;
    return Object.assign({}, share, { spanCount: share.spanCount - takenCount });
  });
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
    news: NO_NEWS,
    ...counts,
    errorMessage: problems.join("; "),
  };
}
