/*
 * OTLP/JSON requests into the columns of a batch, whatever the signal.
 *
 * 1. The body is parsed by JSON.parse; a body that is not UTF-8 is repaired first and counted once.
 * 2. Integers of 16 digits or more that are written as numbers would lose digits in JSON.parse. A
 *    body that may have one is parsed with a reviver that keeps their source text: exact, slower,
 *    and only for senders that do this. The specification wants such numbers as text.
 * 3. Every field is read by the rules in json-fields.ts and written to its column.
 *
 * Limits: what a request may hold is in request-limits.ts; nesting inside attribute values is cut
 * at ATTRIBUTE_DEPTH_MAX; unknown fields are parsed but never walked.
 */
import { isUtf8 } from "node:buffer";
import { LossLedger, type Resource } from "@spoor/trace";
import type { JsonTarget } from "./append-json-value.ts";
import { memoryOf } from "./batch-memory.ts";
import type { Decoding } from "./decode-into.ts";
import { decodeJsonResource, decodeJsonScope } from "./decode-json-value.ts";
import { type JsonNode, nodesField, rootNode } from "./json-fields.ts";
import { checkObjectCount } from "./object-count.ts";
import { JsonTexts } from "./json-texts.ts";
import { parseJson } from "./parse-json.ts";
import type { SignalBatch } from "./signal-batch.ts";

const decoder = new TextDecoder();

/** How a signal is spelled in JSON, and how its rows are appended. */
export interface JsonSignal<Batch extends SignalBatch> {
  /** "resourceSpans". */
  readonly resourceEnvelopes: string;
  /** "scopeSpans". */
  readonly scopeEnvelopes: string;
  /** "spans". */
  readonly rows: string;
  readonly rowCount: (batch: Batch) => number;
  /** Resource and scope index are not its to fill. */
  readonly appendRow: (target: JsonTarget<Batch>, node: JsonNode) => void;
}

/** Appends the rows of a request. @throws MalformedInput */
export function appendJsonRequest<Batch extends SignalBatch>(
  body: Uint8Array,
  { batch, decoding }: { readonly batch: Batch; readonly decoding: Decoding },
  signal: JsonSignal<Batch>,
): void {
  const { losses, shares, limits } = decoding;
  checkObjectCount(body, limits);
  if (!isUtf8(body)) losses.count("text_not_utf8");
  const document = rootNode(parseJson(decoder.decode(body)));
  const target = { texts: new JsonTexts(memoryOf(batch)), batch, limits };
  for (const resourceEnvelope of nodesField(document, signal.resourceEnvelopes)) {
    limits.spend();
    limits.losses = new LossLedger();
    const firstRow = signal.rowCount(batch);
    const resource = appendResourceEnvelope(target, resourceEnvelope, signal);
    shares.add(resource, signal.rowCount(batch) - firstRow, limits.losses);
    losses.add(limits.losses.entries());
  }
}

function appendResourceEnvelope<Batch extends SignalBatch>(
  target: JsonTarget<Batch>,
  resourceEnvelope: JsonNode,
  signal: JsonSignal<Batch>,
): Resource {
  const { batch, limits } = target;
  const { rowCount } = signal;
  const memory = memoryOf(batch);
  const resource = decodeJsonResource(resourceEnvelope, limits);
  const firstResourceRow = rowCount(batch);
  for (const scopeEnvelope of nodesField(resourceEnvelope, signal.scopeEnvelopes)) {
    limits.spend();
    const scope = decodeJsonScope(scopeEnvelope, limits);
    const firstScopeRow = rowCount(batch);
    for (const row of nodesField(scopeEnvelope, signal.rows)) signal.appendRow(target, row);
    const end = rowCount(batch);
    if (end === firstScopeRow) continue;
    batch.scopeIndices.fill(memory.scopes.indexOf(scope), firstScopeRow, end);
  }
  const end = rowCount(batch);
  if (end === firstResourceRow) return resource;
  const index = memory.resources.indexOf(resource);
  batch.resourceIndices.fill(index, firstResourceRow, end);
  return batch.resources[index] ?? resource;
}
