import assert from "node:assert/strict";
import { test } from "node:test";
import { LogBatch, LossLedger } from "@spoor/trace";
import * as fc from "fast-check";
import { fuzzDecodeLogs } from "./decode-logs.fuzz.ts";
import { decodeLogsJson } from "./decode-json.ts";
import { decodeLogsProtobuf } from "./decode-protobuf.ts";

test("a damaged logs request is malformed or accepted, and never more than that", () => {
  const { acceptedCount, malformedCount } = fuzzDecodeLogs({ seed: 20, bodyCount: 8 });
  assert.ok(acceptedCount > 1000, `${acceptedCount} accepted`);
  assert.ok(malformedCount > 1000, `${malformedCount} malformed`);
});

test("random bytes and random JSON are malformed or accepted as log records", () => {
  const bytes = fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
    const batch = new LogBatch();
    const result = decodeLogsProtobuf(body, batch, new LossLedger());
    assert.equal(result.malformed === undefined ? result.logRecordCount : 0, batch.logRecordCount);
  });
  fc.assert(bytes, { numRuns: 2000 });
  const documents = fc.property(fc.jsonValue(), (logRecord) => {
    const document = { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] };
    const batch = new LogBatch();
    const body = new TextEncoder().encode(JSON.stringify(document));
    const result = decodeLogsJson(body, batch, new LossLedger());
    assert.equal(result.malformed === undefined ? 1 : 0, batch.logRecordCount);
  });
  fc.assert(documents, { numRuns: 500 });
});
