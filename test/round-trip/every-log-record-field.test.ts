/*
 * Log records come out as they went in: random ones with every field that OTLP has, over every
 * protocol and compression, through the server and ClickHouse, and back through the API.
 */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import type { ClientHttp2Session } from "node:http2";
import { after, before, suite, test } from "node:test";
import { encodeLogsJson, encodeLogsProtobuf } from "@spoor/otlp";
import { type LogRecord, logRecordTimeUnixNano } from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import * as fc from "fast-check";
import { readLogRecords } from "../log-records.ts";
import { connectGrpc, sendersOf } from "../otlp-sender.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

const RUNS = 10;

/** Ends the search for a smaller example of a failure while there is time left to report it. */
const PROPERTY_MS_MAX = 60_000;

let spoor: SpoorProcess;
let session: ClientHttp2Session;
before(async () => {
  spoor = await startSpoor();
  session = connectGrpc(spoor);
});
after(async () => {
  session.close();
  await spoor.stop();
});

const SENDERS = sendersOf<LogRecord>(
  () => spoor,
  () => session,
  {
    httpPath: "/v1/logs",
    grpcPath: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
    encodeProtobuf: encodeLogsProtobuf,
    encodeJson: encodeLogsJson,
  },
);

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

suite("every field of every log record comes back as it was sent", { concurrency: true }, () => {
  for (const [protocol, send] of Object.entries(SENDERS)) {
    for (const compression of ["none", "gzip", "zstd"] as const) {
      test(`over ${protocol}, compression ${compression}`, async () => {
        const property = fc.asyncProperty(randomLogRecords, async (random) => {
          const sent = inNewTrace(random);
          await send(sent, compression);
          // Those without a trace take part in the order of the groups that OTLP makes.
          const expected = inTimeOrder(sent).filter(({ traceId }) => traceId !== "");
          const [first] = expected;
          if (first === undefined) return;
          const stored = await readLogRecords(spoor.url, first.traceId);
          assert.deepStrictEqual(stored, expected);
        });
        await fc.assert(property, {
          numRuns: RUNS,
          interruptAfterTimeLimit: PROPERTY_MS_MAX,
          markInterruptAsFailure: true,
        });
      });
    }
  }
});

test("nothing of all those log records was refused or changed", async () => {
  assert.deepEqual((await spoor.status()).losses, []);
});
