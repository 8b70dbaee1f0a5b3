/* How every TraceStore searches log records; part of the contract suite. */
import assert from "node:assert/strict";
import { test } from "node:test";

import {
  appendLogRecord,
  LogBatch,
  type LogRecord,
  logRecordTimeUnixNano,
  systemClock,
} from "@spoor/trace";

import { BARE_LOG_RECORD as BARE, type LogBench } from "./log-records.contract.ts";
import type { LogQuery } from "./log-search.ts";

const NOW = systemClock.nowUnixNano();
const MINUTE = 60_000_000_000n;

let serviceNumber = 0;

/** A service that no other test has, so that its log records are alone. */
function newService(): { readonly service: string; readonly resource: LogRecord["resource"] } {
  serviceNumber += 1;
  const service = `searched-${serviceNumber}`;
  return {
    service,
    resource: { ...BARE.resource, attributes: new Map([["service.name", service]]) },
  };
}

/** Registers the tests. */
export function testLogSearch(bench: LogBench): void {
  const write = async (records: readonly LogRecord[]): Promise<void> => {
    const batch = new LogBatch();
    for (const record of records) appendLogRecord(batch, record);
    await bench.store.writeLogs(batch);
  };
  const find = async (query: Partial<LogQuery>): Promise<unknown[]> => {
    const found = await bench.store.findLogs({
      fromUnixNano: 0n,
      toUnixNano: 2n ** 64n,
      limit: 100,
      ...query,
    });
    assert.equal(found.complete, true);
    return found.logRecords.map(({ body }) => body);
  };

  test("log records are found by service, newest first, with all they hold", async () => {
    const { service, resource } = newService();
    const records = Array.from([0n, 3n, 400n, 30_000n], (minutes, index) => ({
      ...BARE,
      resource,
      traceId: index % 2 === 0 ? bench.newTraceId() : "",
      timeUnixNano: NOW - minutes * MINUTE,
      body: `line ${index}`,
    }));
    await write(records.toReversed());
    const query = { fromUnixNano: 0n, toUnixNano: NOW + MINUTE, service, limit: 10 };
    const found = await bench.store.findLogs(query);
    assert.deepStrictEqual(found.logRecords, records);
    assert.deepEqual([found.complete, found.capped, found.nextPageToken], [true, null, undefined]);
  });

  test("an interval of log records begins with its first moment and ends before its last", async () => {
    const { service, resource } = newService();
    const at = (nano: bigint): LogRecord => ({
      ...BARE,
      resource,
      traceId: "",
      timeUnixNano: NOW + nano,
      body: nano,
    });
    await write([at(0n), at(1n), at(2n), at(3n)]);
    const interval = { fromUnixNano: NOW + 1n, toUnixNano: NOW + 3n };
    assert.deepEqual(await find({ service, ...interval }), [2n, 1n]);
    assert.deepEqual(await find({ service, fromUnixNano: NOW + 4n }), []);
  });

  test("a log record without a time, or of no believable one, is found where it stands", async () => {
    const { service, resource } = newService();
    const common = { ...BARE, resource, traceId: "" };
    await write([
      { ...common, timeUnixNano: 0n, observedTimeUnixNano: NOW, body: "observed" },
      { ...common, timeUnixNano: 5n, body: "1970" },
      { ...common, timeUnixNano: NOW + 500_000n * MINUTE, body: "next year" },
    ]);
    assert.deepEqual(await find({ service }), ["next year", "observed", "1970"]);
  });

  test("log records are found by severity, text, and whether they have a trace", async () => {
    const { service, resource } = newService();
    const lines: readonly Partial<LogRecord>[] = [
      { body: "Connection REFUSED by peer", severityNumber: 17, traceId: bench.newTraceId() },
      { body: "refusals: none", severityNumber: 9 },
      { body: new Map([["reason", "refused"]]), severityNumber: 13 },
      { body: "\u0001 refused", severityNumber: 0 },
      { body: null, eventName: "payment.refused", severityNumber: 21 },
      { body: 4711n, severityNumber: 5 },
    ];
    await write(
      lines.map((line, index) => ({
        ...BARE,
        resource,
        traceId: "",
        timeUnixNano: NOW - BigInt(index),
        ...line,
      })),
    );
    const bodies = (...indices: number[]): unknown[] => indices.map((index) => lines[index]?.body);
    assert.deepEqual(await find({ service, severityNumberMin: 13 }), bodies(0, 2, 4));
    assert.deepEqual(await find({ service, contains: "refused" }), bodies(0, 2, 3, 4));
    assert.deepEqual(await find({ service, contains: "4711" }), bodies(5));
    assert.deepEqual(await find({ service, contains: "intValue" }), []);
    assert.deepEqual(await find({ service, contains: "%' OR 1 = 1 --" }), []);
    assert.deepEqual(await find({ service, hasTrace: true }), bodies(0));
    assert.deepEqual(await find({ service, hasTrace: false }), bodies(1, 2, 3, 4, 5));
    const all = { severityNumberMin: 17, contains: "REFUSED", hasTrace: false } as const;
    assert.deepEqual(await find({ service, ...all }), bodies(4));
  });

  test("pages give each log record once, also where many are of one moment", async () => {
    const { service, resource } = newService();
    const records = Array.from({ length: 57 }, (_, index) => ({
      ...BARE,
      resource,
      traceId: "",
      // Twenty of one moment, some alike in all they say.
      timeUnixNano: NOW - BigInt(Math.floor(index / 20)) * 100n * MINUTE,
      body: `line ${index % 19}`,
    }));
    await write(records);
    const bodies: unknown[] = [];
    const times: bigint[] = [];
    let pageToken: string | undefined;
    do {
      const page = await bench.store.findLogs({
        fromUnixNano: 0n,
        toUnixNano: NOW + 1n,
        service,
        limit: 7,
        ...(pageToken !== undefined && { pageToken }),
      });
      assert.ok(page.logRecords.length > 0);
      assert.equal(page.complete, page.nextPageToken === undefined);
      bodies.push(...page.logRecords.map(({ body }) => body));
      times.push(...page.logRecords.map(logRecordTimeUnixNano));
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    assert.equal(bodies.length, records.length);
    assert.deepEqual(bodies.map(String).sort(), records.map(({ body }) => body).sort());
    assert.deepEqual(
      times,
      times.toSorted((a, b) => Number(b - a)),
    );
  });

  test("a page token of something else is refused, and a stopped search stops", async () => {
    const query = { fromUnixNano: 0n, toUnixNano: NOW, limit: 1 };
    for (const pageToken of ["", "l", `r1.${"a".repeat(32)}`, "l1.x", "l1.1'; DROP TABLE logs"]) {
      await assert.rejects(bench.store.findLogs({ ...query, pageToken }), {
        code: "SPOOR_STORE_PAGE_TOKEN",
      });
    }
    const stopped = AbortSignal.abort(new Error("nobody waits"));
    await assert.rejects(bench.store.findLogs({ ...query, signal: stopped }), /nobody waits/u);
  });
}
