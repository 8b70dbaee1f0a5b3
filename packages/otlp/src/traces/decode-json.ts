import type { LossLedger, SpanBatch } from "@spoor/trace";
import { appendJsonRequest, type JsonSignal } from "../values/append-json-request.ts";
import { DECODE_LIMITS, type DecodeLimits } from "../values/request-limits.ts";
import { appendJsonSpan } from "./decode-json-span.ts";
import { type DecodeResult, decodeSpansInto } from "./decode-result.ts";

const SIGNAL: JsonSignal<SpanBatch> = {
  resourceEnvelopes: "resourceSpans",
  scopeEnvelopes: "scopeSpans",
  rows: "spans",
  rowCount: (batch) => batch.spanCount,
  appendRow: appendJsonSpan,
};

/**
 * Appends the spans of an OTLP/JSON trace request to `batch`, by the same rules as
 * {@link decodeTracesProtobuf}. A value of the wrong type makes the whole body malformed, and the
 * message names its JSON path.
 *
 * Accepted beyond the specification: enum names for numbers, numbers for 64-bit integers, and
 * snake_case field names. Source: opentelemetry-proto, specification.md, "JSON Protobuf Encoding".
 */
export function decodeTracesJson(
  body: Uint8Array,
  batch: SpanBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): DecodeResult {
  return decodeSpansInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    appendJsonRequest(body, { batch, decoding }, SIGNAL);
  });
}
