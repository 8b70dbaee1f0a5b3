import { appendAttribute, appendAttributes, indexIn, writeId } from "../span/append-attributes.ts";
import type { LogBatch } from "./log-batch.ts";
import type { LogRecord } from "./log-record.ts";

/**
 * Appends a log record that exists as an object, the inverse of `logRecordAt`. For tests and tools:
 * the ingest path fills the columns from the wire without making objects.
 *
 * Resources and scopes are told apart by identity, so log records that share one should share the
 * object.
 */
export function appendLogRecord(batch: LogBatch, record: LogRecord): void {
  const { strings } = batch;
  appendAttributes(batch, batch.attributes, record.attributes);
  appendAttribute(batch, batch.bodies, { key: 0, value: record.body });
  const row = batch.reserveLogRecord();
  writeId(record.traceId === "" ? "0".repeat(32) : record.traceId, batch.traceIds, row, 16);
  writeId(record.spanId === "" ? "0".repeat(16) : record.spanId, batch.spanIds, row, 8);
  batch.timesUnixNano[row] = record.timeUnixNano;
  batch.observedTimesUnixNano[row] = record.observedTimeUnixNano;
  batch.severityNumbers[row] = record.severityNumber;
  batch.severityTexts[row] = strings.internText(record.severityText);
  batch.eventNames[row] = strings.internText(record.eventName);
  batch.flags[row] = record.flags;
  batch.droppedAttributesCounts[row] = record.droppedAttributesCount;
  batch.resourceIndices[row] = indexIn(batch.resources, record.resource);
  batch.scopeIndices[row] = indexIn(batch.scopes, record.scope);
  batch.attributesEnd[row] = batch.attributes.count;
}
