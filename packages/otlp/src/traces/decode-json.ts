/*
 * OTLP/JSON trace requests into the columns of a batch.
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
import type { LossLedger, SpanBatch } from "@spoor/trace";
import { MalformedInput } from "../protobuf/malformed.ts";
import { memoryOf } from "./batch-memory.ts";
import { decodeInto, type DecodeResult } from "./decode-result.ts";
import { appendJsonSpan } from "./decode-json-span.ts";
import { decodeJsonResource, decodeJsonScope } from "./decode-json-value.ts";
import { nodesField, rootNode } from "./json-fields.ts";
import { JsonTexts } from "./json-texts.ts";

const decoder = new TextDecoder();

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
): DecodeResult {
  return decodeInto(batch, ledger, (losses) => {
    if (!isUtf8(body)) losses.count("text_not_utf8");
    appendDocument(parseJson(decoder.decode(body)), batch, losses);
  });
}

function appendDocument(document: unknown, batch: SpanBatch, losses: LossLedger): void {
  const memory = memoryOf(batch);
  const target = { texts: new JsonTexts(memory), batch, losses };
  for (const resourceSpans of nodesField(rootNode(document), "resourceSpans")) {
    const resource = decodeJsonResource(resourceSpans, losses);
    const firstResourceRow = batch.spanCount;
    for (const scopeSpans of nodesField(resourceSpans, "scopeSpans")) {
      const scope = decodeJsonScope(scopeSpans, losses);
      const firstScopeRow = batch.spanCount;
      for (const span of nodesField(scopeSpans, "spans")) appendJsonSpan(target, span);
      if (batch.spanCount === firstScopeRow) continue;
      batch.scopeIndices.fill(memory.scopes.indexOf(scope), firstScopeRow, batch.spanCount);
    }
    if (batch.spanCount === firstResourceRow) continue;
    batch.resourceIndices.fill(
      memory.resources.indexOf(resource),
      firstResourceRow,
      batch.spanCount,
    );
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
