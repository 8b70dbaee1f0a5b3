import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { LogBatch } from "./log-batch.ts";
import { appendLogRecord } from "./log-batch-builder.ts";
import { logRecordsOf } from "./log-rows.ts";
import { randomLogRecords } from "./random-log-records.fuzz.ts";
import { randomSpans } from "../span/random-spans.fuzz.ts";
import { SpanBatch } from "../span/span-batch.ts";
import { appendSpan } from "../span/span-batch-builder.ts";
import { spansOf } from "../span/span-rows.ts";
import { StringTable, viewOf } from "../span/string-table.ts";

test("a cleared table knows only the empty string and what came after", () => {
  const table = new StringTable();
  const before = viewOf(new TextEncoder().encode("before"));
  const id = table.internText("before");
  table.clear();
  assert.equal(table.count, 1);
  assert.equal(table.text(0), "");
  assert.equal(table.lengths[0], 0);
  assert.equal(table.matches(id, before, 0, 6), false, "a guess from before the clearing");
  assert.equal(table.matches(id, before, 0, 0), false, "an empty guess from before the clearing");
  assert.equal(table.find(before, 0, 6), 0);
  assert.equal(table.internText("after"), 1);
  assert.equal(table.text(1), "after");
  for (let index = 0; index < 3000; index += 1) table.internText(`item ${index}`);
  assert.equal(table.text(table.internText("after")), "after");
});

test("a cleared batch takes spans as a new one does", () => {
  const batch = new SpanBatch();
  const property = fc.property(randomSpans, (spans) => {
    batch.clear();
    assert.equal(spansOf(batch).length, 0);
    for (const span of spans) appendSpan(batch, span);
    assert.deepEqual(spansOf(batch), spans);
  });
  fc.assert(property, { numRuns: 100 });
});

test("a cleared batch takes log records as a new one does", () => {
  const batch = new LogBatch();
  const property = fc.property(randomLogRecords, (records) => {
    batch.clear();
    for (const record of records) appendLogRecord(batch, record);
    assert.deepEqual(logRecordsOf(batch), records);
  });
  fc.assert(property, { numRuns: 100 });
});
