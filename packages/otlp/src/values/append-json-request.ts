/*
 * OTLP/JSON requests into the columns of a batch, whatever the signal.
 *
 * 1. The body is parsed by JSON.parse; a body that is not UTF-8 is repaired first and counted once.
 * 2. Integers of 16 digits or more that are written as numbers would lose digits in JSON.parse. A
 *    body that may have one is parsed with a reviver that keeps their source text: exact, slower,
 *    and only for senders that do this. The specification wants such numbers as text.
 * 3. Every field is read by the rules in json-fields.ts and written to its column.
 *
 * Limits: nesting inside attribute values is cut at ATTRIBUTE_DEPTH_MAX; unknown fields are parsed
 * but never walked.
 */
import { isUtf8 } from "node:buffer";
import type { LossLedger } from "@spoor/trace";
import { MalformedInput } from "../protobuf/malformed.ts";
import type { JsonTarget } from "./append-json-value.ts";
import { memoryOf } from "./batch-memory.ts";
import { decodeJsonResource, decodeJsonScope } from "./decode-json-value.ts";
import { type JsonNode, nodesField, rootNode } from "./json-fields.ts";
import { JsonTexts } from "./json-texts.ts";
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
  { batch, losses }: { readonly batch: Batch; readonly losses: LossLedger },
  signal: JsonSignal<Batch>,
): void {
  if (!isUtf8(body)) losses.count("text_not_utf8");
  const document = rootNode(parseJson(decoder.decode(body)));
  const memory = memoryOf(batch);
  const target = { texts: new JsonTexts(memory), batch, losses };
  const { rowCount } = signal;
  for (const resourceEnvelope of nodesField(document, signal.resourceEnvelopes)) {
    const resource = decodeJsonResource(resourceEnvelope, losses);
    const firstResourceRow = rowCount(batch);
    for (const scopeEnvelope of nodesField(resourceEnvelope, signal.scopeEnvelopes)) {
      const scope = decodeJsonScope(scopeEnvelope, losses);
      const firstScopeRow = rowCount(batch);
      for (const row of nodesField(scopeEnvelope, signal.rows)) signal.appendRow(target, row);
      const end = rowCount(batch);
      if (end === firstScopeRow) continue;
      batch.scopeIndices.fill(memory.scopes.indexOf(scope), firstScopeRow, end);
    }
    const end = rowCount(batch);
    if (end === firstResourceRow) continue;
    batch.resourceIndices.fill(memory.resources.indexOf(resource), firstResourceRow, end);
  }
}

/** Parses JSON; integers that a double cannot hold become bigints. */
function parseJson(text: string): unknown {
  try {
    return LONG_INTEGER.test(text) ? JSON.parse(text, exactInteger) : JSON.parse(text);
  } catch (error) {
    throw new MalformedInput(`not JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

/** A number of 16 digits or more outside quotes, or something in a text that looks like one. */
const LONG_INTEGER = /[:[,]\s*-?\d{16}/;

const INTEGER = /^-?\d+$/;

function exactInteger(
  this: unknown,
  _key: string,
  value: unknown,
  context?: { readonly source?: string },
): unknown {
  if (typeof value !== "number" || Number.isSafeInteger(value)) return value;
  const source = context?.source ?? "";
  return INTEGER.test(source) ? BigInt(source) : value;
}
