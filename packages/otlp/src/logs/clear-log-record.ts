import { type LogBatch, SPAN_ID_BYTES, TRACE_ID_BYTES } from "@spoor/trace";

/**
 * Sets a reserved row to the defaults of proto3, except for what the caller sets in any case: body,
 * resource and scope, and the end of its attributes.
 */
export function clearLogRecord(batch: LogBatch, row: number): void {
  batch.traceIds.fill(0, row * TRACE_ID_BYTES, (row + 1) * TRACE_ID_BYTES);
  batch.spanIds.fill(0, row * SPAN_ID_BYTES, (row + 1) * SPAN_ID_BYTES);
  batch.timesUnixNano[row] = 0n;
  batch.observedTimesUnixNano[row] = 0n;
  batch.severityNumbers[row] = 0;
  batch.severityTexts[row] = 0;
  batch.eventNames[row] = 0;
  batch.flags[row] = 0;
  batch.droppedAttributesCounts[row] = 0;
}
