import type { LossLedger, SpanBatch } from "@spoor/trace";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { BodyScan } from "../values/scan-attribute.ts";
import { type ProtobufSignal, scanRequest } from "../values/scan-request.ts";
import { type DecodeResult, decodeSpansInto } from "./decode-result.ts";
import { scanSpan, spanOwners, type SpanOwners } from "./scan-span.ts";

const SIGNAL: ProtobufSignal<SpanBatch, SpanOwners> = {
  rowCount: (batch) => batch.spanCount,
  scanRow: scanSpan,
};

/**
 * Appends the spans of an OTLP/protobuf trace request to `batch`.
 *
 * All or nothing: a body that is malformed or beyond `limits` leaves the batch as it was. A span
 * whose ids cannot be used is left out singly. What is not kept is counted in `ledger`, except the
 * refusal of a whole body, which is its refuser's to count. Never throws for bad input.
 *
 * `body` is not kept. Several bodies may be decoded into one batch, one after the other; that is
 * cheaper than a batch for each. Source: opentelemetry-proto, trace_service.proto.
 */
export function decodeTracesProtobuf(
  body: Uint8Array,
  batch: SpanBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): DecodeResult {
  return decodeSpansInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    const scan = new BodyScan(body, batch, decoding.limits, (owner) => spanOwners(batch, owner));
    scanRequest(scan, SIGNAL, decoding);
  });
}
