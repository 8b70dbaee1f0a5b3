/*
 * ExportTraceServiceRequest into the columns of a batch: one pass, no object per span.
 *
 * 1. Spans are scanned where they stand (scan-span.ts, scan-attribute.ts).
 * 2. A resource or scope is not read but remembered as a range of bytes, because it may come after
 *    its spans, and because an SDK sends the same bytes every time: when its envelope ends they are
 *    looked up, decoded only if they are new, and the index is filled into the rows of its spans.
 * 3. Repeated resource or scope fields in one envelope are joined: that protobuf messages merge
 *    when their bytes are put one after the other is part of the encoding.
 *
 * Limits: size is the caller's concern; nesting inside attribute values is cut at
 * ATTRIBUTE_DEPTH_MAX.
 */
import { type InstrumentationScope, LossLedger, type Resource, type SpanBatch } from "@spoor/trace";
import { bytesTag } from "../protobuf/tag.ts";
import { decodeInto, type DecodeResult } from "./decode-result.ts";
import { decodeResource, decodeScope } from "./decode-resource.ts";
import { RequestField, ResourceSpansField, ScopeSpansField } from "./field-numbers.ts";
import { TracesScan } from "./scan-attribute.ts";
import { scanSpan } from "./scan-span.ts";
import type { ByteRange } from "./text.ts";

const RESOURCE_SPANS = bytesTag(RequestField.resourceSpans);
const RESOURCE = bytesTag(ResourceSpansField.resource);
const SCOPE_SPANS = bytesTag(ResourceSpansField.scopeSpans);
const RESOURCE_SCHEMA_URL = bytesTag(ResourceSpansField.schemaUrl);
const SCOPE = bytesTag(ScopeSpansField.scope);
const SPANS = bytesTag(ScopeSpansField.spans);
const SCOPE_SCHEMA_URL = bytesTag(ScopeSpansField.schemaUrl);

const NOTHING: ByteRange = { bytes: new Uint8Array(), start: 0, length: 0 };

/**
 * Appends the spans of an OTLP/protobuf trace request to `batch`.
 *
 * All or nothing: a malformed body leaves the rows of the batch as they were. A span whose ids
 * cannot be used is left out singly. What is not kept is counted in `ledger`, except the refusal of
 * a malformed body, which is its refuser's to count. Never throws for bad input.
 *
 * `body` is not kept. Several bodies may be decoded into one batch, one after the other; that is
 * cheaper than a batch for each. Source: opentelemetry-proto, trace_service.proto.
 */
export function decodeTracesProtobuf(
  body: Uint8Array,
  batch: SpanBatch,
  ledger: LossLedger,
): DecodeResult {
  return decodeInto(batch, ledger, (losses) => {
    const scan = new TracesScan(body, batch, losses);
    const { reader } = scan;
    const end = body.length;
    while (reader.position < end) {
      const tag = reader.tag(end);
      if (tag === RESOURCE_SPANS) scanResourceSpans(scan, reader.openMessage(end));
      else reader.skip(tag, end);
    }
  });
}

function scanResourceSpans(scan: TracesScan, end: number): void {
  const { reader, batch, losses, memory } = scan;
  const firstRow = batch.spanCount;
  let resource = NOTHING;
  let schemaUrl = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === SCOPE_SPANS) scanScopeSpans(scan, reader.openMessage(end));
    else if (tag === RESOURCE) resource = joined(resource, takeRange(scan, end));
    else if (tag === RESOURCE_SCHEMA_URL) schemaUrl = scan.text(reader.openMessage(end), 0);
    else reader.skip(tag, end);
  }
  const decode = (found: LossLedger): Resource =>
    decodeResource(resource, { schemaUrl: batch.strings.text(schemaUrl), losses: found });
  if (batch.spanCount === firstRow) {
    // Decoded all the same, because it may be malformed; kept only for spans.
    decode(new LossLedger());
    return;
  }
  const index = memory.resources.indexOfRaw(resource, { id: schemaUrl, losses }, decode);
  batch.resourceIndices.fill(index, firstRow, batch.spanCount);
}

function scanScopeSpans(scan: TracesScan, end: number): void {
  const { reader, batch, losses, memory } = scan;
  const firstRow = batch.spanCount;
  let scope = NOTHING;
  let schemaUrl = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === SPANS) scanSpan(scan, reader.openMessage(end));
    else if (tag === SCOPE) scope = joined(scope, takeRange(scan, end));
    else if (tag === SCOPE_SCHEMA_URL) schemaUrl = scan.text(reader.openMessage(end), 0);
    else reader.skip(tag, end);
  }
  const decode = (found: LossLedger): InstrumentationScope =>
    decodeScope(scope, { schemaUrl: batch.strings.text(schemaUrl), losses: found });
  if (batch.spanCount === firstRow) {
    decode(new LossLedger());
    return;
  }
  const index = memory.scopes.indexOfRaw(scope, { id: schemaUrl, losses }, decode);
  batch.scopeIndices.fill(index, firstRow, batch.spanCount);
}

function takeRange({ reader }: TracesScan, end: number): ByteRange {
  const stop = reader.openMessage(end);
  const start = reader.position;
  reader.position = stop;
  return { bytes: reader.bytes, start, length: stop - start };
}

function joined(first: ByteRange, second: ByteRange): ByteRange {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first.bytes.subarray(first.start, first.start + first.length));
  bytes.set(second.bytes.subarray(second.start, second.start + second.length), first.length);
  return { bytes, start: 0, length: bytes.length };
}
