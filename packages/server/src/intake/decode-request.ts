import { decodeTracesJson, decodeTracesProtobuf } from "@spoor/otlp";
import type { LossLedger, SpanBatch } from "@spoor/trace";
import type { ReceivedRequest } from "../base/received-request.ts";
import { inflate } from "./inflate.ts";
import { type IntakeReply, refusedAsMalformed, refusedAsTooLarge } from "./intake.ts";

/**
 * Decompresses a request and appends its spans to `batch`; a refused one leaves no row behind.
 *
 * The same request appended to the same batch gives the same rows, today and after a crash.
 */
export function decodeRequest(
  request: Pick<ReceivedRequest, "encoding" | "compression" | "body">,
  batch: SpanBatch,
  ledger: LossLedger,
): IntakeReply {
  const inflated = inflate(request.body, request.compression);
  if (inflated.kind === "tooLarge") {
    return refusedAsTooLarge("the decompressed request is too large", inflated.limitBytes);
  }
  if (inflated.kind === "malformed") return refusedAsMalformed(inflated.reason);
  const decode = request.encoding === "json" ? decodeTracesJson : decodeTracesProtobuf;
  const decoded = decode(inflated.body, batch, ledger);
  if (decoded.malformed !== undefined) return refusedAsMalformed(decoded.malformed);
  return {
    kind: "accepted",
    spanCount: decoded.spanCount,
    rejectedSpanCount: decoded.rejectedSpanCount,
    errorMessage: decoded.problems.join("; "),
  };
}
