import assert from "node:assert/strict";
import { test } from "node:test";
import { appendLogRecord, LogBatch, NO_RESOURCE, NO_SCOPE } from "@spoor/trace";
import { NOW_UNIX_NANO, type TestAnswer, testApi, traceIdOf } from "./api-literal.ts";

const LINES = [
  { body: "cannot reserve stock", severityNumber: 17, traceId: traceIdOf("1") },
  { body: "Stock is low", severityNumber: 13, traceId: "" },
  { body: "reserved", severityNumber: 9, traceId: "" },
] as const;

/** Asks a server that has these lines, each a minute older than the one before it. */
async function ask(parameters: Readonly<Record<string, string>>): Promise<TestAnswer> {
  const api = await testApi();
  const batch = new LogBatch();
  for (const [minutes, line] of LINES.entries()) {
    const timeUnixNano = NOW_UNIX_NANO - BigInt(minutes) * 60_000_000_000n;
    appendLogRecord(batch, {
      ...line,
      timeUnixNano,
      spanId: "",
      observedTimeUnixNano: timeUnixNano,
      severityText: "",
      eventName: "",
      attributes: new Map(),
      droppedAttributesCount: 0,
      flags: 0,
      resource: NO_RESOURCE,
      scope: NO_SCOPE,
    });
  }
  await api.store.writeLogs(batch);
  return api.get(`/logs?${new URLSearchParams(parameters).toString()}`);
}

async function bodies(parameters: Readonly<Record<string, string>>): Promise<unknown[]> {
  const { body } = await ask(parameters);
  return body.logs.map((record: { body: { stringValue: string } }) => record.body.stringValue);
}

test("log records are found by time, severity, text and whether they have a trace", async () => {
  const all = LINES.map(({ body }) => body);
  assert.deepEqual(await bodies({}), all);
  assert.deepEqual(await bodies({ severity: "warn" }), all.slice(0, 2));
  assert.deepEqual(await bodies({ contains: "stock" }), all.slice(0, 2));
  assert.deepEqual(await bodies({ trace: "without" }), all.slice(1));
  assert.deepEqual(await bodies({ trace: "with", severity: "error" }), all.slice(0, 1));
  assert.deepEqual(await bodies({ from: "-1m" }), all.slice(0, 2));
  assert.deepEqual(await bodies({ service: "nobody" }), []);
});

test("pages of log records follow each other, and say what they left out", async () => {
  const first = (await ask({ limit: "2" })).body;
  assert.deepEqual(first.capped, { unit: "log records", limit: 2 });
  assert.equal(first.complete, false);
  assert.deepEqual(await bodies({ limit: "2", page: first.nextPage }), ["reserved"]);
  const { body } = await ask({ limit: "3" });
  assert.deepEqual([body.nextPage, body.complete, body.capped], [null, true, null]);
});

test("a severity that is none, an empty interval and a wrong page are refused with words", async () => {
  const answers = await Promise.all(
    [
      { severity: "bad" },
      { from: "now", to: "-1h" },
      { page: "x" },
      { contains: "a".repeat(1001) },
    ].map(ask),
  );
  assert.deepEqual(
    answers.map(({ status, body }) => [status, body.code]),
    [
      [400, "SPOOR_API_PARAMETER_INVALID"],
      [400, "SPOOR_API_PARAMETER_INVALID"],
      [400, "SPOOR_API_PAGE_INVALID"],
      [400, "SPOOR_API_PARAMETER_INVALID"],
    ],
  );
  assert.match(answers[0]?.body.detail, /trace, debug, info, warn, error or fatal/u);
});
