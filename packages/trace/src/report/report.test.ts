import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { randomLogRecords } from "../log/random-log-records.fuzz.ts";
import type { AttributeValue } from "../span/attributes.ts";
import { SpanKind } from "../span/kind.ts";
import { OPEN_SPANS_LISTED_MAX, reportDelayMs } from "./limits.ts";
import { randomReport } from "./random-reports.fuzz.ts";
import { readReport, type ReportSource } from "./read-report.ts";
import { type OpenSpanReport, REPORT_EVENT_NAMES, type SnapshotReport } from "./report.ts";
import { type ReportRecord, toReportRecord } from "./report-record.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN_ID = "00f067aa0ba902b7";
const START = 1_700_000_000_000_000_000n;

const OPEN: OpenSpanReport = {
  kind: "openSpan",
  timeUnixNano: START + 2_900_000_000n,
  processStartUnixNano: START - 60_000_000_000n,
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  parentSpanId: "",
  flags: 1,
  name: "postgres.Query",
  spanKind: SpanKind.client,
  startTimeUnixNano: START,
  seq: 2,
  snapshot: 7,
  nextMs: 2000,
  isOverdue: true,
  isCallerGone: false,
  wait: new Map([["spoor.wait.kind", "db.lock"]]),
  attributes: new Map([["db.query.text", "SELECT * FROM inventory"]]),
};

const SNAPSHOT: SnapshotReport = {
  kind: "snapshot",
  timeUnixNano: START,
  processStartUnixNano: START,
  snapshot: 3,
  spans: [],
  spanCount: 0,
  nextMs: 60_000,
};

test("every report survives its log record", () => {
  const property = fc.property(randomReport, (report) => {
    const record = toReportRecord(report, { service: "checkout" });
    assert.deepStrictEqual(readReport(received(record)), report);
  });
  fc.assert(property, { numRuns: 500 });
});

test("any log record is read without an exception, under any event name", () => {
  const names = fc.constantFrom(...Object.values(REPORT_EVENT_NAMES));
  const property = fc.property(randomLogRecords, names, randomReport, (records, name, report) => {
    const own = toReportRecord(report, { service: "" });
    for (const record of records) {
      assert.equal(readReport({ ...record, eventName: "other" }), undefined);
      assert.notEqual(readReport({ ...record, eventName: name }), undefined);
      // The keys of a report with values of other types and other senders.
      const values = [...record.attributes.values(), null];
      const attributes = new Map<string, AttributeValue>();
      for (const [index, key] of [...own.attributes.keys()].entries()) {
        attributes.set(key, values[index % values.length] ?? null);
      }
      assert.notEqual(readReport({ ...received(own), attributes }), undefined);
    }
  });
  fc.assert(property, { numRuns: 200 });
});

test("an open span reads as a sentence on any log store", () => {
  const record = toReportRecord(OPEN, {
    service: "inventory",
    waitText: "waiting for a row lock held by `node nightly-reconcile.ts`",
  });
  assert.equal(
    record.body,
    "inventory: postgres.Query SELECT * FROM inventory still open after 2.9s, " +
      "waiting for a row lock held by `node nightly-reconcile.ts`",
  );
  assert.equal(record.severityText, "WARN");
  assert.equal(record.traceId, TRACE_ID);
  assert.equal(record.spanId, SPAN_ID);
  const zombie = toReportRecord({ ...OPEN, isCallerGone: true }, { service: "inventory" });
  assert.match(zombie.body, /still open after 2\.9s, and its caller has given up$/);
});

test("a process on which nothing is overdue says so", () => {
  const record = toReportRecord(SNAPSHOT, { service: "inventory" });
  assert.equal(record.body, "inventory: no span is overdue; next report in 1m");
  assert.equal(record.severityText, "INFO");
});

test("a snapshot lists the first 256 spans and counts the others", () => {
  const spans = Array.from({ length: 300 }, (_, index) => ({
    traceId: TRACE_ID,
    spanId: (index + 1).toString(16).padStart(16, "0"),
  }));
  const record = toReportRecord({ ...SNAPSHOT, spans, spanCount: 300 }, { service: "inventory" });
  const report = readReport(received(record));
  assert.ok(report?.kind === "snapshot");
  assert.deepEqual(report.spans, spans.slice(0, OPEN_SPANS_LISTED_MAX));
  assert.equal(report.spanCount, 300);
});

test("a list that says less than it holds is not believed to be complete", () => {
  const valid = `${TRACE_ID}-${SPAN_ID}`;
  const report = readReport({
    ...received(toReportRecord(SNAPSHOT, { service: "" })),
    attributes: new Map<string, AttributeValue>([
      ["spoor.process.snapshot", 1n],
      ["spoor.process.spans", [valid, "nonsense", 5n]],
      ["spoor.process.span_count", 1n],
    ]),
  });
  assert.ok(report?.kind === "snapshot");
  assert.deepEqual(report.spans, [{ traceId: TRACE_ID, spanId: SPAN_ID }]);
  assert.equal(report.spanCount, 3);
});

test("64-bit integers may come as decimal text", () => {
  const record = received(toReportRecord(OPEN, { service: "" }));
  const attributes = new Map(
    [...record.attributes].map(([key, value]): [string, AttributeValue] => [
      key,
      typeof value === "bigint" ? value.toString() : value,
    ]),
  );
  assert.deepStrictEqual(readReport({ ...record, attributes }), OPEN);
});

test("an open span without ids, start or number is malformed and says why", () => {
  const record = received(toReportRecord(OPEN, { service: "" }));
  const without = (key: string): ReportSource => {
    const attributes = new Map(record.attributes);
    attributes.delete(key);
    return { ...record, attributes };
  };
  for (const [source, problem] of [
    [{ ...record, spanId: "" }, "no span id"],
    [without("spoor.open.start_unix_nano"), "no spoor.open.start_unix_nano"],
    [without("spoor.open.seq"), "no spoor.open.seq"],
  ] as const) {
    assert.deepEqual(readReport(source), { kind: "malformed", problem });
  }
});

test("reports of one span come after 1, 2, 4, 8 and then every 15 seconds", () => {
  assert.deepEqual(
    [1, 2, 3, 4, 5, 6, 100].map(reportDelayMs),
    [1000, 2000, 4000, 8000, 15_000, 15_000, 15_000],
  );
});

function received(record: ReportRecord): ReportSource {
  return { ...record, observedTimeUnixNano: 0n };
}
