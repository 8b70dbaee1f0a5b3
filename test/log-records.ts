/** Log records for whole-system tests, and how they are read back. */
import assert from "node:assert/strict";
import { fromLogRecordListDocument, type LogRecord, type LogRecordsAnswer } from "@spoor/trace";
import { exampleSpan } from "./example-span.ts";

/** A log record of a new trace, written just now. */
export function exampleLogRecord(fields: Partial<LogRecord> = {}): LogRecord {
  const { traceId, spanId, endTimeUnixNano, resource, scope } = exampleSpan();
  return {
    traceId,
    spanId,
    timeUnixNano: endTimeUnixNano,
    observedTimeUnixNano: endTimeUnixNano,
    severityNumber: 9,
    severityText: "INFO",
    eventName: "",
    body: "order placed",
    attributes: new Map([["order.id", "order-1"]]),
    droppedAttributesCount: 0,
    flags: 1,
    resource,
    scope,
    ...fields,
  };
}

const POLL_MS = 50;

/** All log records of a trace, once everything that was acknowledged is stored. */
export async function readLogRecords(url: string, traceId: string): Promise<LogRecord[]> {
  for (;;) {
    const response = await fetch(`${url}/api/v1/traces/${traceId}/logs`);
    assert.equal(response.status, 200, await response.clone().text());
    // The server under test is the one that defines this answer.
    const answer = (await response.json()) as LogRecordsAnswer;
    assert.equal(answer.traceId, traceId);
    if (answer.complete) return fromLogRecordListDocument(answer);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}
