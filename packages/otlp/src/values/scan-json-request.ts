/*
 * An OTLP/JSON request from its bytes into the columns of a batch, whatever the signal: one pass,
 * no object per row. Resources and scopes are remembered as ranges of bytes and decoded once, as in
 * scan-request.ts.
 *
 * What is not read this way (see json-cursor.ts) ends with MalformedInput and leaves the verdict to
 * append-json-request.ts.
 */
import { isUtf8 } from "node:buffer";
import { LossLedger, type Resource } from "@spoor/trace";
import type { Decoding } from "./decode-into.ts";
import { decodeJsonResource, decodeJsonScope } from "./decode-json-value.ts";
import type { JsonCursor } from "./json-cursor.ts";
import { JsonFieldNames } from "./json-field-names.ts";
import type { JsonNode } from "./json-fields.ts";
import { checkObjectCount } from "./object-count.ts";
import { parseJson } from "./parse-json.ts";
import type { JsonScan } from "./scan-json-attribute.ts";
import type { SignalBatch } from "./signal-batch.ts";
import type { ByteRange } from "./text.ts";

/** How the rows of a signal are spelled, counted and scanned. */
export interface JsonScanSignal<Batch extends SignalBatch, Owners> {
  /** `resourceSpans`. */
  readonly request: JsonFieldNames;
  /** `scopeSpans`, `resource`, `schemaUrl`, in this order. */
  readonly resourceEnvelope: JsonFieldNames;
  /** `spans`, `scope`, `schemaUrl`, in this order. */
  readonly scopeEnvelope: JsonFieldNames;
  readonly rowCount: (batch: Batch) => number;
  /** Appends the object that follows, or counts why it cannot. */
  readonly scanRow: (scan: JsonScan<Batch, Owners>) => void;
}

/** The names of a signal's envelopes. */
export function envelopeNames(
  resourceEnvelopes: string,
  scopeEnvelopes: string,
  rows: string,
): Pick<JsonScanSignal<never, never>, "request" | "resourceEnvelope" | "scopeEnvelope"> {
  return {
    request: new JsonFieldNames([resourceEnvelopes]),
    resourceEnvelope: new JsonFieldNames([scopeEnvelopes, "resource", "schemaUrl"]),
    scopeEnvelope: new JsonFieldNames([rows, "scope", "schemaUrl"]),
  };
}

const ROWS = 0;
const SHARED = 1;
const SCHEMA_URL = 2;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Appends the rows of a request. @throws MalformedInput when it is not to be read this way. */
export function scanJsonRequest<Batch extends SignalBatch, Owners>(
  scan: JsonScan<Batch, Owners>,
  signal: JsonScanSignal<Batch, Owners>,
  { losses, shares, limits }: Decoding,
): void {
  const { cursor, batch } = scan;
  checkObjectCount(cursor.bytes, limits);
  if (!isUtf8(cursor.bytes)) cursor.fail();
  let seen = 0;
  cursor.begin();
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(signal.request, seen);
    seen |= cursor.fieldBit;
    if (field !== ROWS) continue;
    for (let another = cursor.openList(); another; another = cursor.nextElement()) {
      limits.spend();
      limits.losses = new LossLedger();
      const firstRow = signal.rowCount(batch);
      const resource = scanResourceEnvelope(scan, signal);
      shares.add(resource, signal.rowCount(batch) - firstRow, limits.losses);
      losses.add(limits.losses.entries());
    }
  }
  cursor.end();
}

function scanResourceEnvelope<Batch extends SignalBatch, Owners>(
  scan: JsonScan<Batch, Owners>,
  signal: JsonScanSignal<Batch, Owners>,
): Resource {
  const { cursor, batch, memory, limits } = scan;
  const firstRow = signal.rowCount(batch);
  let raw = noRange(cursor);
  let schemaUrl = 0;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(signal.resourceEnvelope, seen);
    seen |= cursor.fieldBit;
    if (field === SHARED) raw = takeRange(cursor);
    else if (field === SCHEMA_URL) schemaUrl = scan.textId(0);
    else if (field === ROWS) {
      for (let another = cursor.openList(); another; another = cursor.nextElement()) {
        scanScopeEnvelope(scan, signal);
      }
    }
  }
  const endRow = signal.rowCount(batch);
  // One without rows is decoded and not kept; the long way does so.
  if (endRow === firstRow) cursor.fail();
  const decode = (): Resource =>
    decodeJsonResource(envelopeOf("resource", raw, batch.strings.text(schemaUrl)), limits);
  const index = memory.resources.indexOfRaw(raw, { id: schemaUrl, limits }, decode);
  batch.resourceIndices.fill(index, firstRow, endRow);
  return batch.resources[index] ?? decode();
}

function scanScopeEnvelope<Batch extends SignalBatch, Owners>(
  scan: JsonScan<Batch, Owners>,
  signal: JsonScanSignal<Batch, Owners>,
): void {
  const { cursor, batch, memory, limits } = scan;
  limits.spend();
  const firstRow = signal.rowCount(batch);
  let raw = noRange(cursor);
  let schemaUrl = 0;
  let seen = 0;
  for (let more = cursor.openObject(); more; more = cursor.nextMember()) {
    const field = cursor.field(signal.scopeEnvelope, seen);
    seen |= cursor.fieldBit;
    if (field === SHARED) raw = takeRange(cursor);
    else if (field === SCHEMA_URL) schemaUrl = scan.textId(0);
    else if (field === ROWS) {
      for (let another = cursor.openList(); another; another = cursor.nextElement()) {
        signal.scanRow(scan);
      }
    }
  }
  const endRow = signal.rowCount(batch);
  if (endRow === firstRow) cursor.fail();
  const index = memory.scopes.indexOfRaw(raw, { id: schemaUrl, limits }, () =>
    decodeJsonScope(envelopeOf("scope", raw, batch.strings.text(schemaUrl)), limits),
  );
  batch.scopeIndices.fill(index, firstRow, endRow);
}

function noRange({ view }: JsonCursor): ByteRange {
  return { view, start: 0, length: 0 };
}

function takeRange(cursor: JsonCursor): ByteRange {
  cursor.rawObject();
  const { view, start, length } = cursor;
  return { view, start, length };
}

/** An envelope that holds nothing but its resource or scope, as the long way reads it. */
function envelopeOf(field: "resource" | "scope", raw: ByteRange, schemaUrl: string): JsonNode {
  const { view, start, length } = raw;
  const bytes = new Uint8Array(view.buffer, view.byteOffset + start, length);
  const shared = length === 0 ? undefined : parseJson(decoder.decode(bytes));
  return { object: { [field]: shared, schemaUrl }, path: undefined };
}
