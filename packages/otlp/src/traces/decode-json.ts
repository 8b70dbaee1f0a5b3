import type { LossLedger, SpanBatch } from "@spoor/trace";
import { appendJsonRequest, type JsonSignal } from "../values/append-json-request.ts";
import {
  envelopeNames,
  type JsonScanSignal,
  scanJsonRequest,
} from "../values/scan-json-request.ts";
import { JsonScan } from "../values/scan-json-attribute.ts";
import { scanJsonSpan } from "./scan-json-span.ts";
import { spanOwners, type SpanOwners } from "./scan-span.ts";
import { DECODE_LIMITS, type DecodeLimits } from "@spoor/trace";
import { appendJsonSpan } from "./decode-json-span.ts";
import { type DecodeResult, decodeSpansInto } from "./decode-result.ts";

const SIGNAL: JsonSignal<SpanBatch> = {
  resourceEnvelopes: "resourceSpans",
  scopeEnvelopes: "scopeSpans",
  rows: "spans",
  rowCount: (batch) => batch.spanCount,
  appendRow: appendJsonSpan,
};

const SCAN_SIGNAL: JsonScanSignal<SpanBatch, SpanOwners> = {
  ...envelopeNames("resourceSpans", "scopeSpans", "spans"),
  rowCount: (batch) => batch.spanCount,
  scanRow: scanJsonSpan,
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
  const options = { ledger, limits, bodyBytes: body.length };
  const scanned = decodeSpansInto(batch, options, (decoding) => {
    const scan = new JsonScan(body, batch, decoding.limits, (owner) => spanOwners(batch, owner));
    scanJsonRequest(scan, SCAN_SIGNAL, decoding);
  });
  if (scanned.malformed === undefined) return scanned;
  return decodeTracesJsonLongWay(body, batch, ledger, limits);
}

/** The same by way of objects: knows every rule, and says what is wrong where. */
export function decodeTracesJsonLongWay(
  body: Uint8Array,
  batch: SpanBatch,
  ledger: LossLedger,
  limits: DecodeLimits = DECODE_LIMITS,
): DecodeResult {
  return decodeSpansInto(batch, { ledger, limits, bodyBytes: body.length }, (decoding) => {
    appendJsonRequest(body, { batch, decoding }, SIGNAL);
  });
}
