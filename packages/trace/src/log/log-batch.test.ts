import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LogBatch } from "./log-batch.ts";
import { appendLogRecord } from "./log-batch-builder.ts";
import { logRecordTimeUnixNano } from "./log-record.ts";
import { fromLogRecordListDocument, toLogRecordListDocument } from "./log-record-document.ts";
import { logRecordsOf } from "./log-rows.ts";
import { randomLogRecords } from "./random-log-records.fuzz.ts";
import { isSeverityNumber, SEVERITY_NAMES, severityName, severityNumberOf } from "./severity.ts";

test("every field of a log record survives the columns", () => {
  const property = fc.property(randomLogRecords, (records) => {
    const batch = new LogBatch();
    for (const record of records) appendLogRecord(batch, record);
    assert.deepStrictEqual(logRecordsOf(batch), records);
  });
  fc.assert(property, { numRuns: 200 });
});

test("every field of a log record survives its JSON form", () => {
  const property = fc.property(randomLogRecords, (records) => {
    const text = JSON.stringify(toLogRecordListDocument(records));
    assert.deepStrictEqual(fromLogRecordListDocument(JSON.parse(text)), records);
  });
  fc.assert(property, { numRuns: 200 });
});

test("a batch that grows keeps its rows, and a rollback takes back only later ones", () => {
  const [records = []] = fc.sample(
    randomLogRecords.filter((some) => some.length === 6),
    { seed: 3, numRuns: 1 },
  );
  const batch = new LogBatch();
  for (let round = 0; round < 200; round += 1) {
    for (const record of records) appendLogRecord(batch, record);
  }
  const mark = batch.mark();
  for (const record of records) appendLogRecord(batch, record);
  batch.rollback(mark);
  assert.deepEqual(batch.mark(), mark);
  for (const record of records) appendLogRecord(batch, record);
  assert.deepStrictEqual(logRecordsOf(batch), Array(201).fill(records).flat());
});

test("a document with an index that leads nowhere is refused", () => {
  const document = { resources: [], scopes: [], logs: [{ resource: 0, scope: 0 }] };
  assert.throws(() => fromLogRecordListDocument(document), RangeError);
});

test("the time of a log record is when it was seen where the sender knew no other", () => {
  const observedTimeUnixNano = 7n;
  assert.equal(logRecordTimeUnixNano({ timeUnixNano: 5n, observedTimeUnixNano }), 5n);
  assert.equal(logRecordTimeUnixNano({ timeUnixNano: 0n, observedTimeUnixNano }), 7n);
});

test("severity numbers have the names of the data model", () => {
  const names = [0, 1, 4, 5, 9, 10, 13, 17, 21, 24, 25].map(severityName);
  const expected = ["", "TRACE", "TRACE4", "DEBUG", "INFO", "INFO2", "WARN", "ERROR", "FATAL"];
  assert.deepEqual(names, [...expected, "FATAL4", ""]);
  assert.deepEqual([-1, 0, 24, 25, 1.5].map(isSeverityNumber), [false, true, true, false, false]);
  assert.deepEqual(SEVERITY_NAMES.map(severityNumberOf), [1, 5, 9, 13, 17, 21]);
});
