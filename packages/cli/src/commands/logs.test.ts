import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type LogRecord,
  type LogRecordsAnswer,
  type LogSearchAnswer,
  toLogRecordListDocument,
  type TraceSummaryDocument,
} from "@spoor/trace";
import { type Answer, COMPLETE, jsonAnswer, startTestServer } from "../client/test-server.ts";
import { CHECKOUT, START_UNIX_NANO, TRACE_ID } from "../terminal/terminal-literal.ts";
import { run } from "./run-literal.ts";

const [ROOT] = CHECKOUT.spans;
assert.ok(ROOT !== undefined);

const LINE: LogRecord = {
  traceId: TRACE_ID,
  spanId: ROOT.spanId,
  timeUnixNano: START_UNIX_NANO + 204_000_123n,
  observedTimeUnixNano: START_UNIX_NANO,
  severityNumber: 9,
  severityText: "",
  eventName: "",
  body: "order placed\nby user_7",
  attributes: new Map([["order.id", "1001"]]),
  droppedAttributesCount: 0,
  flags: 1,
  resource: ROOT.resource,
  scope: ROOT.scope,
};

const LINES: readonly LogRecord[] = [
  LINE,
  { ...LINE, severityNumber: 17, severityText: "error", body: new Map([["code", 504n]]) },
  { ...LINE, timeUnixNano: 0n, severityNumber: 0, eventName: "payment.failed", body: null },
];

const SUMMARY: Pick<TraceSummaryDocument, "traceId"> = { traceId: TRACE_ID };

function answerOf(records: readonly LogRecord[]): LogRecordsAnswer {
  return { traceId: TRACE_ID, ...toLogRecordListDocument(records), ...COMPLETE };
}

/** Answers lists with one trace and everything else with these log records. */
function answering(records: readonly LogRecord[]): Answer {
  return (request, response) => {
    const isList = request.url?.startsWith("/api/v1/traces?") === true;
    const document = isList ? { traces: [SUMMARY], ...COMPLETE } : answerOf(records);
    jsonAnswer(document)(request, response);
  };
}

test("log records are printed for programs with tabs, exact times and one line each", async () => {
  await using server = await startTestServer(answering(LINES));
  const { code, stdout, stderr } = await run(["logs", TRACE_ID, "--url", server.url]);
  assert.deepEqual([code, stderr], [0, ""]);
  assert.equal(
    stdout,
    "2026-11-22T14:03:11.204000123Z\tINFO\tcheckout\torder placed\\nby user_7\n" +
      '2026-11-22T14:03:11.204000123Z\terror\tcheckout\t{"code":504}\n' +
      "2026-11-22T14:03:11.000000000Z\t-\tcheckout\tpayment.failed\n",
  );
  assert.deepEqual(server.requests, [`/api/v1/traces/${TRACE_ID}/logs`]);
});

test("on a terminal log records stand in columns with milliseconds", async () => {
  await using server = await startTestServer(answering(LINES));
  const given = ["logs", "@last", "--utc", "--color", "never", "--url", server.url];
  const { stdout } = await run(given, { columns: 80 });
  assert.equal(
    stdout,
    "14:03:11.204Z  INFO   checkout  order placed\\nby user_7\n" +
      '14:03:11.204Z  error  checkout  {"code":504}\n' +
      "14:03:11.000Z  -      checkout  payment.failed\n",
  );
  assert.equal(server.requests[1], `/api/v1/traces/${TRACE_ID}/logs`);
});

test("a severity of error is painted, and escape sequences of a sender are not", async () => {
  const evil = { ...LINE, severityNumber: 21, body: "\u001b[31mred", severityText: "\u001b[2J" };
  await using server = await startTestServer(answering([evil]));
  const given = ["logs", TRACE_ID, "--color", "always", "--url", server.url];
  const { stdout } = await run(given, { columns: 80 });
  assert.ok(stdout.includes("\u001b[38;5;160m\\x1b[2J\u001b[39m"));
  assert.match(stdout, /\\x1b\[31mred/);
});

test("-o json is the answer, and -o jsonl has every log record with what it refers to", async () => {
  await using server = await startTestServer(answering(LINES));
  const json = await run(["logs", "4bf9", "-o", "json", "--url", server.url]);
  assert.deepEqual(JSON.parse(json.stdout), { v: 1, ...answerOf(LINES) });
  const jsonl = await run(["logs", "4bf9", "-o", "jsonl", "--url", server.url]);
  const { logs, resources, scopes } = answerOf(LINES);
  const expected = logs.map((record) =>
    JSON.stringify(Object.assign({ v: 1 }, record, { resource: resources[0], scope: scopes[0] })),
  );
  assert.deepEqual(jsonl.stdout.trimEnd().split("\n"), expected);
});

test("a trace without log records is no error, and is said", async () => {
  await using server = await startTestServer(answering([]));
  const { code, stdout, stderr } = await run(["logs", TRACE_ID, "--url", server.url]);
  assert.deepEqual([code, stdout], [0, ""]);
  assert.equal(stderr, "This trace has no log records here.\n");
});

test("what names no trace is said before any server is asked", async () => {
  const { code, stderr } = await run(["logs", "xyz", "--url", "http://127.0.0.1:1"]);
  assert.equal(code, 2);
  assert.match(stderr, /^error: cannot read the log records of "xyz"$/m);
});

/** As the API finds them: newest first. */
function foundOf(records: readonly LogRecord[], nextPage: string | null): LogSearchAnswer {
  const interval = { fromUnixNano: "0", toUnixNano: "1" };
  return { ...toLogRecordListDocument(records), ...interval, nextPage, ...COMPLETE };
}

const FOUND = [
  { ...LINE, body: "late", traceId: "" },
  { ...LINE, body: "early" },
];

test("without a trace log records are found by the flags, and stand earliest first", async () => {
  await using server = await startTestServer(jsonAnswer(foundOf(FOUND, "l17.2")));
  const flags = "--service checkout --severity error --contains stock --no-trace --from -1h -n 2";
  const given = ["logs", ...flags.split(" "), "--url", server.url];
  const { code, stdout, stderr } = await run(given);
  assert.equal(code, 0);
  const time = "2026-11-22T14:03:11.204000123Z";
  assert.equal(
    stdout,
    `${time}\tINFO\tcheckout\t${TRACE_ID}\tearly\n${time}\tINFO\tcheckout\t-\tlate\n`,
  );
  assert.equal(stderr, "The next page: --page l17.2\n");
  assert.deepEqual(server.requests, [
    "/api/v1/logs?service=checkout&severity=error&contains=stock&trace=without&limit=2&from=-1h",
  ]);
});

test("found log records tell their traces on a terminal, and json is the answer", async () => {
  await using server = await startTestServer(jsonAnswer(foundOf(FOUND, null)));
  const given = ["logs", "--utc", "--color", "never", "--url", server.url];
  const { stdout } = await run(given, { columns: 80 });
  assert.equal(
    stdout,
    `14:03:11.204Z  INFO  checkout  ${TRACE_ID.slice(0, 8)}  early\n` +
      "14:03:11.204Z  INFO  checkout  -         late\n",
  );
  const json = await run(["logs", "-o", "json", "--url", server.url]);
  assert.deepEqual(JSON.parse(json.stdout), { v: 1, ...foundOf(FOUND, null) });
});

test("that nothing fits is said, and flags of a search beside a trace are refused", async () => {
  await using server = await startTestServer(jsonAnswer(foundOf([], null)));
  const none = await run(["logs", "--severity", "fatal", "--url", server.url]);
  assert.deepEqual([none.code, none.stdout, none.stderr], [0, "", "No log record fits.\n"]);
  const both = await run(["logs", "@last", "--severity", "error", "--url", server.url]);
  assert.equal(both.code, 2);
  assert.match(both.stderr, /--severity finds log records, and "@last" names a trace/u);
});
