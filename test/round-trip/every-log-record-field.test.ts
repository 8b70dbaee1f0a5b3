/* Whatever a sender says of log records comes out as it went in. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { encodeLogsJson, encodeLogsProtobuf } from "@spoor/otlp";
import { type LogRecord, logRecordTimeUnixNano } from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import { readLogRecords } from "../log-records.ts";
import { testRoundTrip } from "./comes-back.ts";

/** The same log records in a trace that nobody else has, save those that have none. */
function inNewTrace(records: readonly LogRecord[]): LogRecord[] {
  const traceId = randomBytes(16).toString("hex");
  return records.map((record) =>
    record.traceId === "" ? record : Object.assign({ ...record }, { traceId }),
  );
}

/** OTLP groups by resource and scope; what happened in one moment stays in that order. */
function inTimeOrder(records: readonly LogRecord[]): LogRecord[] {
  const grouped = [...Map.groupBy(records, ({ resource }) => resource).values()].flatMap(
    (ofResource) => [...Map.groupBy(ofResource, ({ scope }) => scope).values()].flat(),
  );
  return grouped.sort((a, b) => {
    const [timeA, timeB] = [logRecordTimeUnixNano(a), logRecordTimeUnixNano(b)];
    return timeA < timeB ? -1 : Number(timeA > timeB);
  });
}

testRoundTrip<LogRecord>({
  noun: "log record",
  runs: 10,
  httpPath: "/v1/logs",
  grpcPath: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
  encodeProtobuf: encodeLogsProtobuf,
  encodeJson: encodeLogsJson,
  random: randomLogRecords,
  apart: inNewTrace,
  assertStored: async ({ url }, sent) => {
    // Those without a trace take part in the order of the groups that OTLP makes.
    const expected = inTimeOrder(sent).filter(({ traceId }) => traceId !== "");
    const [first] = expected;
    if (first === undefined) return;
    assert.deepStrictEqual(await readLogRecords(url, first.traceId), expected);
  },
});
