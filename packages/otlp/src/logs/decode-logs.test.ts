import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { test } from "node:test";
import {
  LogBatch,
  type LogRecord,
  logRecordsOf,
  LossLedger,
  NO_RESOURCE,
  NO_SCOPE,
} from "@spoor/trace";
import { randomLogRecords } from "@spoor/trace/random-log-records";
import * as fc from "fast-check";
import { bytesField, hex, requestOf, varintField } from "../values/build-body.fuzz.ts";
import { groupRecords } from "../values/group-records.ts";
import { ROW_SCHEMAS, shuffledFields } from "../values/shuffled-fields.fuzz.ts";
import { DECODE_LIMITS } from "@spoor/trace";
import { decodeLogsJson } from "./decode-json.ts";
import { decodeLogsProtobuf } from "./decode-protobuf.ts";
import { encodeLogsJson } from "./encode-json.ts";
import { encodeLogsProtobuf } from "./encode-protobuf.ts";
import {
  encodeLogsByProtobufjs,
  reencodeLogsByProtobufjs,
} from "./protobufjs-log-messages.fuzz.ts";

const RUNS = { numRuns: 200 };

type Decode = typeof decodeLogsProtobuf;

const BARE: LogRecord = {
  traceId: "",
  spanId: "",
  timeUnixNano: 1n,
  observedTimeUnixNano: 2n,
  severityNumber: 9,
  severityText: "",
  eventName: "",
  body: "done",
  attributes: new Map(),
  droppedAttributesCount: 0,
  flags: 0,
  resource: NO_RESOURCE,
  scope: NO_SCOPE,
};

function jsonBody(records: readonly LogRecord[]): Uint8Array {
  return textBody(encodeLogsJson(records));
}

function textBody(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** A JSON request with one log record of these fields. */
function jsonOf(fields: object): Uint8Array {
  return textBody({ resourceLogs: [{ scopeLogs: [{ logRecords: [fields] }] }] });
}

/** The order in which OTLP carries log records: by resource and scope. */
function grouped(records: readonly LogRecord[]): LogRecord[] {
  return [...groupRecords(records).values()].flatMap((scopes) => [...scopes.values()].flat());
}

/** Decodes `body` and expects `records`, nothing lost. */
function check(decode: Decode, body: Uint8Array, records: readonly LogRecord[]): void {
  const batch = new LogBatch();
  const ledger = new LossLedger();
  const result = decode(body, batch, ledger);
  // The caller may use the memory of the body for the next one.
  body.fill(0xee);
  assert.deepStrictEqual(result, { logRecordCount: records.length, problems: [] });
  assert.deepStrictEqual(ledger.entries(), []);
  assert.deepStrictEqual(logRecordsOf(batch), grouped(records));
}

const ROUND_TRIPS: readonly (readonly [
  name: string,
  decode: Decode,
  encode: (records: readonly LogRecord[]) => Uint8Array,
])[] = [
  ["OTLP/protobuf", decodeLogsProtobuf, encodeLogsProtobuf],
  ["OTLP/JSON", decodeLogsJson, jsonBody],
  ["OTLP/protobuf as protobufjs encodes it", decodeLogsProtobuf, encodeLogsByProtobufjs],
];

for (const [name, decode, encode] of ROUND_TRIPS) {
  test(`every field of every log record survives ${name}`, () => {
    const property = fc.property(randomLogRecords, (records) => {
      check(decode, encode(records), records);
    });
    fc.assert(property, RUNS);
  });
}

test("what is too long or too much is cut and counted, and a body is kept whole", () => {
  const limits = { ...DECODE_LIMITS, attributeValueBytesMax: 4, attributeCountMax: 2 };
  const attributes = new Map([
    ["a", "longer"],
    ["b", "text"],
    ["c", "left out"],
  ]);
  const body = new Map([["far longer than an attribute", ["may", "be"]]]);
  const record: LogRecord = { ...BARE, attributes, body };
  for (const [name, decode, encode] of ROUND_TRIPS) {
    const batch = new LogBatch();
    const ledger = new LossLedger();
    decode(encode([record]), batch, ledger, limits);
    const [read] = logRecordsOf(batch);
    assert.deepStrictEqual(read?.body, body, name);
    const marks = new Map([["a", 6n]]);
    const kept = new Map<string, unknown>([
      ["a", "long"],
      ["b", "text"],
      ["spoor.truncated", marks],
    ]);
    assert.deepStrictEqual(read.attributes, kept, name);
    assert.equal(read.droppedAttributesCount, 1, name);
    assert.equal(ledger.of("attribute_value_cut"), 1, name);
    assert.equal(ledger.of("attribute_count"), 1, name);
  }
});

test("a request of more log records than may be is refused as a whole", () => {
  const limits = { ...DECODE_LIMITS, rowCountMax: 4 };
  for (const [name, decode, encode] of ROUND_TRIPS) {
    const batch = new LogBatch();
    const ledger = new LossLedger();
    const result = decode(encode(Array.from({ length: 9 }, () => BARE)), batch, ledger, limits);
    assert.ok(result.malformed !== undefined && result.isOverLimit === true, name);
    assert.equal(batch.logRecordCount, 0, name);
  }
});

test("protobufjs reads log records that are encoded here as they were meant", () => {
  const property = fc.property(randomLogRecords, (records) => {
    const body = reencodeLogsByProtobufjs(encodeLogsProtobuf(records));
    assert.deepStrictEqual(Buffer.from(body), Buffer.from(encodeLogsByProtobufjs(records)));
  });
  fc.assert(property, RUNS);
});

test("the order of the fields of a log record does not matter", () => {
  const property = fc.property(
    randomLogRecords,
    fc.infiniteStream(fc.nat()),
    (records, choices) => {
      const body = shuffledFields(encodeLogsProtobuf(records), ROW_SCHEMAS.logRecord, choices);
      check(decodeLogsProtobuf, body, records);
    },
  );
  fc.assert(property, RUNS);
});

test("logs requests that share a batch do not disturb one another", () => {
  const property = fc.property(fc.array(randomLogRecords, { maxLength: 40 }), (requests) => {
    const batch = new LogBatch();
    const ledger = new LossLedger();
    for (const [index, records] of requests.entries()) {
      const isJson = index % 2 === 1;
      const result = isJson
        ? decodeLogsJson(jsonBody(records), batch, ledger)
        : decodeLogsProtobuf(encodeLogsProtobuf(records), batch, ledger);
      assert.equal(result.malformed, undefined);
    }
    assert.deepStrictEqual(logRecordsOf(batch), requests.flatMap(grouped));
  });
  fc.assert(property, { numRuns: 60 });
});

interface Outcome {
  readonly record: Partial<LogRecord>;
  readonly losses: unknown;
  readonly problems: readonly string[];
}

/** Decodes the one log record of `body`. */
function decodeOne(decode: Decode, body: Uint8Array): Outcome {
  const batch = new LogBatch();
  const ledger = new LossLedger();
  const result = decode(body, batch, ledger);
  assert.ok(result.malformed === undefined, result.malformed);
  const [record] = logRecordsOf(batch);
  assert.ok(record !== undefined);
  return { record, losses: ledger.entries(), problems: result.problems };
}

const TRACE_ID = "01".repeat(16);
const SPAN_ID = "02".repeat(8);

test("a log record with an id of a wrong length is kept without it, and that is counted", () => {
  const bodies = [
    [
      decodeLogsProtobuf,
      requestOf(
        Buffer.concat([bytesField(9, hex("01".repeat(8))), bytesField(10, hex(`${SPAN_ID}02`))]),
      ),
    ],
    [decodeLogsJson, jsonOf({ traceId: "01".repeat(8), spanId: "no hex" })],
  ] as const;
  for (const [decode, body] of bodies) {
    const { record, losses, problems } = decodeOne(decode, body);
    assert.deepEqual([record.traceId, record.spanId], ["", ""]);
    assert.deepEqual(losses, [{ reason: "log_record_id_invalid", count: 2 }]);
    assert.match(problems.join(), /^2 x a trace or span id of the wrong length in a log record/);
  }
});

test("a wrong trace id does not take the span id with it", () => {
  const fields = Buffer.concat([bytesField(9, hex("0102")), bytesField(10, hex(SPAN_ID))]);
  const { record, losses } = decodeOne(decodeLogsProtobuf, requestOf(fields));
  assert.deepEqual([record.traceId, record.spanId], ["", SPAN_ID]);
  assert.deepEqual(losses, [{ reason: "log_record_id_invalid", count: 1 }]);
});

test("ids of zeros and empty ids mean none, and are no loss", () => {
  const zeros = { traceId: "0".repeat(32), spanId: "0".repeat(16) };
  const fields = Buffer.concat([bytesField(9, hex(zeros.traceId)), bytesField(10)]);
  for (const { record, losses } of [
    decodeOne(decodeLogsProtobuf, requestOf(fields)),
    decodeOne(decodeLogsJson, jsonOf(zeros)),
  ]) {
    assert.deepEqual([record.traceId, record.spanId, losses], ["", "", []]);
  }
});

test("a severity number that does not exist is kept as unspecified and counted", () => {
  for (const { record, losses } of [
    decodeOne(decodeLogsProtobuf, requestOf(varintField(2, 25))),
    decodeOne(decodeLogsProtobuf, requestOf(varintField(2, 2n ** 64n - 1n))),
    decodeOne(decodeLogsJson, jsonOf({ severityNumber: "SEVERITY_NUMBER_LOUD" })),
  ]) {
    assert.equal(record.severityNumber, 0);
    assert.deepEqual(losses, [{ reason: "severity_number_unknown", count: 1 }]);
  }
});

test("severity numbers may be spelled by name in JSON", () => {
  const names = ["UNSPECIFIED", "TRACE", "INFO", "ERROR2", "FATAL4"];
  const numbers = names.map(
    (name) =>
      decodeOne(decodeLogsJson, jsonOf({ severity_number: `SEVERITY_NUMBER_${name}` })).record
        .severityNumber,
  );
  assert.deepEqual(numbers, [0, 1, 9, 18, 24]);
});

test("the last of a repeated body counts, and an empty one sets nothing", () => {
  const bodies = [bytesField(5, bytesField(1, "first")), bytesField(5, varintField(3, 7))];
  const twice = decodeOne(decodeLogsProtobuf, requestOf(Buffer.concat(bodies)));
  assert.equal(twice.record.body, 7n);
  const [first = new Uint8Array()] = bodies;
  const cleared = Buffer.concat([first, bytesField(5), bytesField(6, bytesField(1, "key"))]);
  assert.equal(decodeOne(decodeLogsProtobuf, requestOf(cleared)).record.body, "first");
});

test("nothing of an earlier row shines through a log record that sets nothing", () => {
  const full: LogRecord = {
    traceId: TRACE_ID,
    spanId: SPAN_ID,
    timeUnixNano: 1n,
    observedTimeUnixNano: 2n,
    severityNumber: 3,
    severityText: "text",
    eventName: "event",
    body: "body",
    attributes: new Map([["key", "value"]]),
    droppedAttributesCount: 4,
    flags: 5,
    resource: NO_RESOURCE,
    scope: NO_SCOPE,
  };
  for (const [decode, body] of [
    [decodeLogsProtobuf, requestOf(new Uint8Array())],
    [decodeLogsJson, jsonOf({})],
  ] as const) {
    const batch = new LogBatch();
    const mark = batch.mark();
    decodeLogsProtobuf(encodeLogsProtobuf([full]), batch, new LossLedger());
    assert.deepStrictEqual(logRecordsOf(batch), [full]);
    batch.rollback(mark);
    decode(body, batch, new LossLedger());
    const bare = { traceId: "", spanId: "", severityText: "", eventName: "", body: null };
    const zero = { timeUnixNano: 0n, observedTimeUnixNano: 0n, severityNumber: 0, flags: 0 };
    const none = { attributes: new Map(), droppedAttributesCount: 0 };
    assert.deepStrictEqual(logRecordsOf(batch), [{ ...full, ...bare, ...zero, ...none }]);
  }
});

test("a wrong type in JSON makes the request malformed and names its place", () => {
  const batch = new LogBatch();
  const result = decodeLogsJson(jsonOf({ body: "text" }), batch, new LossLedger());
  assert.equal(
    result.malformed,
    "resourceLogs[0].scopeLogs[0].logRecords[0].body must be an object",
  );
  assert.equal(batch.logRecordCount, 0);
});
