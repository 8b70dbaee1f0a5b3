import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";

import {
  plainResource,
  plainScope,
  plainSpan,
  type Span,
  spanBatchOf,
  systemClock,
} from "@spoor/trace";
import { parse } from "@spoor/traceql";

import type { StoreEvent } from "../base/store-event.ts";
import { traceStoreContract } from "../port/trace-store.contract.ts";
import type { TraceStore } from "../port/trace-store.ts";
import { openEmbeddedStore } from "./clickhouse-store.ts";

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function newDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "spoor-store-"));
  directories.push(directory);
  return directory;
}

traceStoreContract("clickhouse-embedded", () =>
  openEmbeddedStore({ dataPath: newDirectory(), clock: systemClock }),
);

const RESOURCE: Span["resource"] = plainResource("api");

const SCOPE: Span["scope"] = plainScope("test");

let spanNumber = 0;

function spanOf(traceId: string, fields: Partial<Span> = {}): Span {
  spanNumber += 1;
  const now = systemClock.nowUnixNano();
  return plainSpan({
    traceId,
    spanId: spanNumber.toString(16).padStart(16, "0"),
    name: "step",
    kind: 1,
    startTimeUnixNano: now,
    endTimeUnixNano: now + 5n,
    resource: RESOURCE,
    scope: SCOPE,
    ...fields,
  });
}

async function write(store: TraceStore, spans: readonly Span[]): Promise<void> {
  await store.write(spanBatchOf(spans));
}

const [FIRST, SECOND] = ["1".repeat(32), "2".repeat(32)] as const;

test("a store that is closed and opened again has everything", async () => {
  const dataPath = newDirectory();
  const spans = [spanOf(FIRST), spanOf(FIRST, { name: "second", startTimeUnixNano: 2n ** 63n })];
  {
    await using store = await openEmbeddedStore({ dataPath, clock: systemClock });
    await write(store, spans);
  }
  await using store = await openEmbeddedStore({ dataPath, clock: systemClock });
  const read = await store.readTrace(FIRST, { spanLimit: 10 });
  assert.deepEqual(read?.trace.spans, spans);
  assert.equal((await store.summarize([FIRST])).length, 1);
});

test("a second server on the same directory is told which process has it", async () => {
  const dataPath = newDirectory();
  await using store = await openEmbeddedStore({ dataPath, clock: systemClock });
  assert.equal(store.isReady, true);
  await assert.rejects(openEmbeddedStore({ dataPath, clock: systemClock }), {
    code: "SPOOR_STORE_LOCKED",
    message: new RegExp(`process ${process.pid} uses it`),
  });
});

test("an engine that is killed comes back, and nothing acknowledged is lost or doubled", async () => {
  const events: StoreEvent[] = [];
  const onEvent = (event: StoreEvent): void => void events.push(event);
  await using store = await openEmbeddedStore({
    dataPath: newDirectory(),
    clock: systemClock,
    onEvent,
  });
  const spans: Span[] = [];
  const writeSome = async (): Promise<void> => {
    const some = Array.from({ length: 50 }, () => spanOf(SECOND));
    await write(store, some);
    spans.push(...some);
  };
  for (let round = 0; round < 2; round += 1) {
    await writeSome();
    const { pid } = lastReady(events);
    // These two are in flight when the engine dies; they are repeated and succeed.
    const inFlight = [writeSome(), writeSome()];
    process.kill(pid, "SIGKILL");
    await Promise.all(inFlight);
    assert.notEqual(lastReady(events).pid, pid);
  }
  assert.equal(events.filter(({ kind }) => kind === "engine_died").length, 2);
  const read = await store.readTrace(SECOND, { spanLimit: 1000 });
  const ids = read?.trace.spans.map(({ spanId }) => spanId).sort();
  assert.deepEqual(ids, spans.map(({ spanId }) => spanId).sort());
  const [summary] = await store.summarize([SECOND]);
  assert.equal(summary?.spanCount, 300);
});

test("a write while the engine is down fails as retryable", async () => {
  const events: StoreEvent[] = [];
  const died = Promise.withResolvers<void>();
  await using store = await openEmbeddedStore({
    dataPath: newDirectory(),
    clock: systemClock,
    onEvent: (event) => {
      events.push(event);
      if (event.kind === "engine_died") died.resolve();
    },
  });
  process.kill(lastReady(events).pid, "SIGKILL");
  await died.promise;
  assert.equal(store.isReady, false);
  await assert.rejects(write(store, [spanOf(FIRST)]), {
    code: "SPOOR_STORE_UNAVAILABLE",
    retryable: true,
  });
});

test("a batch with 70,000 distinct names is kept", async () => {
  await using store = await openEmbeddedStore({ dataPath: newDirectory(), clock: systemClock });
  const spans = Array.from({ length: 70_000 }, (_, index) =>
    spanOf(FIRST, { name: `name ${index}` }),
  );
  await write(store, spans);
  const read = await store.readTrace(FIRST, { spanLimit: 70_000 });
  assert.equal(new Set(read?.trace.spans.map(({ name }) => name)).size, 70_000);
});

test("a batch with spans of 130 days is kept", { timeout: 60_000 }, async () => {
  await using store = await openEmbeddedStore({ dataPath: newDirectory(), clock: systemClock });
  const now = systemClock.nowUnixNano();
  const spans = Array.from({ length: 130 }, (_, day) =>
    spanOf(FIRST, { startTimeUnixNano: now - BigInt(day) * 86_400_000_000_000n }),
  );
  await write(store, spans);
  const read = await store.readTrace(FIRST, { spanLimit: 200 });
  assert.deepEqual(read?.trace.spans, spans.toReversed());
});

function inZone(zone: string): Partial<Span> {
  return { resource: { ...RESOURCE, attributes: new Map([["zone", zone]]) } };
}

test("a search knows of an attribute of resources as soon as the first has it", async () => {
  await using store = await openEmbeddedStore({ dataPath: newDirectory(), clock: systemClock });
  const traceOf = async (text: string): Promise<string[]> => {
    const parsed = parse(text);
    assert.ok(parsed.ok);
    const range = { fromUnixNano: 0n, toUnixNano: 2n ** 64n - 1n };
    const found = await store.search({ ...range, query: parsed.query, limit: 5, spanLimit: 1 });
    return found.traces.map(({ summary }) => summary.traceId);
  };
  const third = "3".repeat(32);
  await write(store, [spanOf(FIRST)]);
  assert.deepEqual(await traceOf(`{ .zone = "east" }`), []);
  assert.deepEqual(await traceOf(`{ resource.zone = nil }`), [FIRST]);
  await write(store, [spanOf(SECOND, inZone("east"))]);
  assert.deepEqual(await traceOf(`{ .zone = "east" }`), [SECOND]);
  assert.deepEqual(await traceOf(`{ resource.zone = nil }`), [FIRST]);
  await write(store, [spanOf(third, inZone("west"))]);
  assert.deepEqual(await traceOf(`{ resource.zone = "west" }`), [third]);
  assert.deepEqual(await traceOf(`{ .zone != "west" }`), [SECOND]);
});

function lastReady(events: readonly StoreEvent[]): StoreEvent & { kind: "engine_ready" } {
  const ready = events.findLast((event) => event.kind === "engine_ready");
  assert.ok(ready, "the engine was ready");
  return ready;
}
