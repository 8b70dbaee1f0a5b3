/** Calls between services, durations of operations, and their spans, in every store. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { plainResource, type Span, SpanKind, systemClock } from "@spoor/trace";

import { durationBucket } from "../base/duration-histogram.ts";
import type { CatalogueQuery, ServiceEdge } from "./catalogue.ts";
import type { CatalogueBench } from "./catalogue.contract.ts";
import type { LooseSpan } from "./span-arbitraries.contract.ts";

const MINUTE = 60_000_000_000n;
const MILLISECOND = 1_000_000n;
/** A time that no other test uses. */
const BASE = (systemClock.nowUnixNano() / MINUTE - 100_000n) * MINUTE;

function minutes(first: bigint, count: bigint, limit: number = 100): CatalogueQuery {
  const fromUnixNano = BASE + first * MINUTE;
  return { fromUnixNano, toUnixNano: fromUnixNano + count * MINUTE, limit };
}

/** Contract tests of calls and durations. */
export function testCalls(bench: CatalogueBench): void {
  testLateCalls(bench);
  testPeers(bench);
  testStats(bench);
}

function spanAt(
  bench: CatalogueBench,
  traceId: string,
  service: string,
  startTimeUnixNano: bigint,
  fields: Partial<LooseSpan> = {},
): Span {
  return bench.span(traceId, {
    name: "call",
    resource: plainResource(service),
    startTimeUnixNano,
    endTimeUnixNano: startTimeUnixNano + 10n * MILLISECOND,
    ...fields,
  });
}

/** Caller, type and callee, calls, errors. */
function texts(edges: readonly ServiceEdge[]): string[] {
  return edges.map(
    ({ caller, calleeType, callee, callCount, errorCount }) =>
      `${caller} > ${calleeType} ${callee}: ${callCount}, ${errorCount}`,
  );
}

function testLateCalls(bench: CatalogueBench): void {
  test("a call counts once, whichever half comes first and however late", async () => {
    const list = async (first: bigint): Promise<string[]> =>
      texts((await bench.store.listServiceEdges(minutes(first, 1n))).items);
    const traceId = bench.newTraceId();
    const client = spanAt(bench, traceId, "shop", BASE + MINUTE - 1n, { kind: 3 });
    const server = spanAt(bench, traceId, "pay", BASE + 2n * MINUTE, {
      kind: 2,
      parentSpanId: client.spanId,
    });
    await bench.write([client]);
    assert.deepEqual(await list(0n), ["shop > external : 1, 0"]);
    await bench.write([server]);
    assert.deepEqual(await list(0n), ["shop > service pay: 1, 0"]);
    assert.deepEqual(await list(2n), []);

    const other = bench.newTraceId();
    const failing = spanAt(bench, other, "shop", BASE + 20n * MINUTE, {
      kind: 3,
      status: { code: 2, message: "" },
    });
    const parentSpanId = failing.spanId;
    const early = spanAt(bench, other, "pay", BASE + 20n * MINUTE, { kind: 2, parentSpanId });
    const again = spanAt(bench, other, "pay", BASE + 21n * MINUTE, { kind: 2, parentSpanId });
    await bench.write([early]);
    assert.deepEqual(await list(20n), []);
    await bench.write([failing]);
    assert.deepEqual(await list(20n), ["shop > service pay: 1, 1"]);
    await bench.write([again]);
    assert.deepEqual(await list(20n), ["shop > service pay: 2, 2"]);
  });

  test("a span that calls without a client span counts as the called one says", async () => {
    const traceId = bench.newTraceId();
    const at = BASE + 40n * MINUTE;
    const caller = spanAt(bench, traceId, "front", at, { kind: 1 });
    const callee = spanAt(bench, traceId, "back", at, {
      kind: 5,
      parentSpanId: caller.spanId,
      endTimeUnixNano: at + 77n * MILLISECOND,
      status: { code: 2, message: "" },
    });
    const tooLate = spanAt(bench, traceId, "back", at + 6n * MINUTE, {
      kind: 5,
      parentSpanId: caller.spanId,
    });
    await bench.write([caller, callee, tooLate]);
    const { items, capped, pendingMinutes } = await bench.store.listServiceEdges(minutes(40n, 1n));
    assert.deepEqual(texts(items), ["front > service back: 1, 1"]);
    const bucket = durationBucket(77n * MILLISECOND);
    assert.deepEqual(items[0]?.durations, new Map([[bucket, 1]]));
    assert.deepEqual([capped, pendingMinutes], [false, 0]);
  });
}

function testPeers(bench: CatalogueBench): void {
  test("what has no spans of its own is named by the attributes of who calls it", async () => {
    const at = BASE + 60n * MINUTE;
    const traceId = bench.newTraceId();
    const calling = (kind: 3 | 4, attributes: Record<string, string>): Span =>
      spanAt(bench, traceId, "api", at, { kind, attributes: new Map(Object.entries(attributes)) });
    await bench.write([
      calling(3, { "db.system.name": "postgresql", "db.namespace": "orders" }),
      calling(3, { "db.system": "redis", "server.address": "cache-1" }),
      calling(3, { "db.system": "mysql" }),
      calling(4, { "messaging.system": "kafka", "messaging.destination.name": "jobs" }),
      calling(3, { "server.address": "api.example.com", "db.namespace": "ignored" }),
      calling(3, { "server.address": "api.example.com" }),
      calling(3, {}),
    ]);
    const { items } = await bench.store.listServiceEdges(minutes(60n, 1n));
    assert.deepEqual(texts(items), [
      "api > external api.example.com: 2, 0",
      "api > external : 1, 0",
      "api > database cache-1: 1, 0",
      "api > messaging jobs: 1, 0",
      "api > database mysql: 1, 0",
      "api > database orders: 1, 0",
    ]);
    const cut = await bench.store.listServiceEdges(minutes(60n, 1n, 2));
    assert.deepEqual([cut.items.length, cut.capped], [2, true]);
  });
}

function testStats(bench: CatalogueBench): void {
  test("adds up how long an operation took, in every minute of a range", async () => {
    const durations = [0n, 1n, 5n * MILLISECOND, 5n * MILLISECOND, 3_600_000n * MILLISECOND];
    const traceId = bench.newTraceId();
    for (const [index, duration] of durations.entries()) {
      const start = BASE + BigInt(80 + index) * MINUTE;
      await bench.write([
        spanAt(bench, traceId, "stats", start, {
          endTimeUnixNano: start + duration,
          status: { code: index === 2 ? 2 : 0, message: "" },
          kind: index === 3 ? SpanKind.server : SpanKind.client,
        }),
        spanAt(bench, traceId, "stats", start, { name: "other" }),
      ]);
    }
    const query = { ...minutes(80n, 5n), service: "stats", name: "call" };
    const expected = new Map<number, number>();
    for (const duration of durations) {
      const bucket = durationBucket(duration);
      expected.set(bucket, (expected.get(bucket) ?? 0) + 1);
    }
    assert.deepEqual(await bench.store.readOperationStats(query), {
      spanCount: 5,
      errorCount: 1,
      durations: expected,
      pendingMinutes: 0,
    });
    const kinds = Object.values(SpanKind).map((kind) =>
      bench.store.readOperationStats({ ...query, kind }),
    );
    const counts = (await Promise.all(kinds)).map(({ spanCount }) => spanCount);
    assert.deepEqual(counts, [0, 0, 1, 4, 0, 0]);
    const none = await bench.store.readOperationStats({ ...query, name: "nothing" });
    assert.deepEqual([none.spanCount, none.durations.size], [0, 0]);
  });
}
