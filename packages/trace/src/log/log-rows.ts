import { bytesToHex } from "../identity/hex.ts";
import { NO_RESOURCE, NO_SCOPE } from "../span/plain-span.ts";
import { attributeAt, attributesOf, range } from "../span/span-rows.ts";
import type { LogBatch } from "./log-batch.ts";
import type { LogRecord } from "./log-record.ts";

const NO_ID = /^0+$/;

/** Row `index` of a batch as an object. For readers and tests; the ingest path never calls it. */
export function logRecordAt(batch: LogBatch, index: number): LogRecord {
  const { strings } = batch;
  return {
    traceId: idText(batch.traceIds, index, 16),
    spanId: idText(batch.spanIds, index, 8),
    timeUnixNano: batch.timesUnixNano[index] ?? 0n,
    observedTimeUnixNano: batch.observedTimesUnixNano[index] ?? 0n,
    severityNumber: batch.severityNumbers[index] ?? 0,
    severityText: strings.text(batch.severityTexts[index] ?? 0),
    eventName: strings.text(batch.eventNames[index] ?? 0),
    body: attributeAt(batch, batch.bodies, index),
    attributes: attributesOf(batch, batch.attributes, range(batch.attributesEnd, index)),
    droppedAttributesCount: batch.droppedAttributesCounts[index] ?? 0,
    flags: batch.flags[index] ?? 0,
    resource: batch.resources[batch.resourceIndices[index] ?? 0] ?? NO_RESOURCE,
    scope: batch.scopes[batch.scopeIndices[index] ?? 0] ?? NO_SCOPE,
  };
}

/** All rows of a batch as objects. */
export function logRecordsOf(batch: LogBatch): LogRecord[] {
  return Array.from({ length: batch.logRecordCount }, (_, index) => logRecordAt(batch, index));
}

/** An id in hex; empty where it is all zero. */
function idText(column: Uint8Array, row: number, byteCount: number): string {
  const hex = bytesToHex(column, row * byteCount, (row + 1) * byteCount);
  return NO_ID.test(hex) ? "" : hex;
}
