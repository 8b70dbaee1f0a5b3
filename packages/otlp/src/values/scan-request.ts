/*
 * An OTLP/protobuf request into the columns of a batch, whatever the signal: one pass, no object
 * per row. The envelopes of all signals have the same field numbers.
 *
 * 1. Rows are scanned where they stand.
 * 2. A resource or scope is not read but remembered as a range of bytes, because it may come after
 *    its rows, and because an SDK sends the same bytes every time: when its envelope ends they are
 *    looked up, decoded only if they are new, and the index is filled into the rows.
 * 3. Repeated resource or scope fields in one envelope are joined: that protobuf messages merge
 *    when their bytes are put one after the other is part of the encoding.
 *
 * Limits: size is the caller's concern, what it may hold is in request-limits.ts; nesting inside
 * attribute values is cut at ATTRIBUTE_DEPTH_MAX.
 */
import { type InstrumentationScope, LossLedger, type Resource, viewOf } from "@spoor/trace";
import { bytesTag } from "../protobuf/tag.ts";
import type { Decoding } from "./decode-into.ts";
import { decodeResource, decodeScope } from "./decode-resource.ts";
import { RequestField, ResourceEnvelopeField, ScopeEnvelopeField } from "./field-numbers.ts";
import type { RequestLimits } from "./request-limits.ts";
import type { BodyScan } from "./scan-attribute.ts";
import type { SignalBatch } from "./signal-batch.ts";
import type { ByteRange } from "./text.ts";

const RESOURCE_ENVELOPES = bytesTag(RequestField.resourceEnvelopes);
const RESOURCE = bytesTag(ResourceEnvelopeField.resource);
const SCOPE_ENVELOPES = bytesTag(ResourceEnvelopeField.scopeEnvelopes);
const RESOURCE_SCHEMA_URL = bytesTag(ResourceEnvelopeField.schemaUrl);
const SCOPE = bytesTag(ScopeEnvelopeField.scope);
const ROWS = bytesTag(ScopeEnvelopeField.rows);
const SCOPE_SCHEMA_URL = bytesTag(ScopeEnvelopeField.schemaUrl);

const NOTHING: ByteRange = { view: new DataView(new ArrayBuffer(0)), start: 0, length: 0 };

/** How the rows of a signal are counted and scanned. */
export interface ProtobufSignal<Batch extends SignalBatch, Owners> {
  readonly rowCount: (batch: Batch) => number;
  /** Appends the row from the reader's position to `end`, or counts why it cannot. */
  readonly scanRow: (scan: BodyScan<Batch, Owners>, end: number) => void;
}

/** Appends the rows of a request. @throws MalformedInput */
export function scanRequest<Batch extends SignalBatch, Owners>(
  scan: BodyScan<Batch, Owners>,
  signal: ProtobufSignal<Batch, Owners>,
  decoding: Decoding,
): void {
  const { reader } = scan;
  const end = reader.bytes.length;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === RESOURCE_ENVELOPES) {
      // One envelope, with an account of its own.
      const { losses, shares, limits } = decoding;
      limits.spend();
      limits.losses = new LossLedger();
      const firstRow = signal.rowCount(scan.batch);
      const resource = scanResourceEnvelope(scan, signal, reader.openMessage(end));
      shares.add(resource, signal.rowCount(scan.batch) - firstRow, limits.losses);
      losses.add(limits.losses.entries());
    } else reader.skip(tag, end);
  }
}

function scanResourceEnvelope<Batch extends SignalBatch, Owners>(
  scan: BodyScan<Batch, Owners>,
  signal: ProtobufSignal<Batch, Owners>,
  end: number,
): Resource {
  const { reader, batch, limits, memory } = scan;
  const firstRow = signal.rowCount(batch);
  let resource = NOTHING;
  let schemaUrl = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === SCOPE_ENVELOPES) scanScopeEnvelope(scan, signal, reader.openMessage(end));
    else if (tag === RESOURCE) resource = joined(resource, takeRange(scan, end));
    else if (tag === RESOURCE_SCHEMA_URL) schemaUrl = scan.text(reader.openMessage(end), 0);
    else reader.skip(tag, end);
  }
  const decode = (): Resource =>
    decodeResource(resource, { schemaUrl: batch.strings.text(schemaUrl), limits });
  const endRow = signal.rowCount(batch);
  // Decoded in any case, because it may be malformed; kept only for rows.
  if (endRow === firstRow) return withoutCounting(limits, decode);
  const index = memory.resources.indexOfRaw(resource, { id: schemaUrl, limits }, decode);
  batch.resourceIndices.fill(index, firstRow, endRow);
  return batch.resources[index] ?? decode();
}

function scanScopeEnvelope<Batch extends SignalBatch, Owners>(
  scan: BodyScan<Batch, Owners>,
  signal: ProtobufSignal<Batch, Owners>,
  end: number,
): void {
  const { reader, batch, limits, memory } = scan;
  limits.spend();
  const firstRow = signal.rowCount(batch);
  let scope = NOTHING;
  let schemaUrl = 0;
  while (reader.position < end) {
    const tag = reader.tag(end);
    if (tag === ROWS) signal.scanRow(scan, reader.openMessage(end));
    else if (tag === SCOPE) scope = joined(scope, takeRange(scan, end));
    else if (tag === SCOPE_SCHEMA_URL) schemaUrl = scan.text(reader.openMessage(end), 0);
    else reader.skip(tag, end);
  }
  const decode = (): InstrumentationScope =>
    decodeScope(scope, { schemaUrl: batch.strings.text(schemaUrl), limits });
  const endRow = signal.rowCount(batch);
  if (endRow === firstRow) {
    withoutCounting(limits, decode);
    return;
  }
  const index = memory.scopes.indexOfRaw(scope, { id: schemaUrl, limits }, decode);
  batch.scopeIndices.fill(index, firstRow, endRow);
}

/** What is decoded and not kept loses nothing. */
function withoutCounting<T>(limits: RequestLimits, decode: () => T): T {
  const { losses } = limits;
  limits.losses = new LossLedger();
  const decoded = decode();
  limits.losses = losses;
  return decoded;
}

function takeRange({ reader }: BodyScan, end: number): ByteRange {
  const stop = reader.openMessage(end);
  const start = reader.position;
  reader.position = stop;
  return { view: reader.view, start, length: stop - start };
}

function joined(first: ByteRange, second: ByteRange): ByteRange {
  if (first.length === 0) return second;
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(bytesOf(first));
  bytes.set(bytesOf(second), first.length);
  return { view: viewOf(bytes), start: 0, length: bytes.length };
}

function bytesOf({ view, start, length }: ByteRange): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset + start, length);
}
