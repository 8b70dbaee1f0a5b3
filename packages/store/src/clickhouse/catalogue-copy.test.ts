/* Lists from memory are those of the tables, whoever wrote and whenever it was stored. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import type { SpanBatch } from "@spoor/trace";
import {
  ManualClock,
  plainResource,
  plainSpan,
  type Span,
  spanBatchOf,
  systemClock,
} from "@spoor/trace";

import { COPY_AGE_MS_MAX } from "../base/limits.ts";
import { EmbeddedEngine } from "../engine/embedded-engine.ts";
import { EMBEDDED_PLACE, migrate } from "../schema/migrate.ts";
import { ClickHouseStore } from "./clickhouse-store.ts";

const HOUR = 3_600_000_000_000n;
const DAY = 24n * HOUR;
/** The first moment of a day. */
const START = (systemClock.nowUnixNano() / DAY - 20n) * DAY;

const directory = mkdtempSync(join(tmpdir(), "spoor-copy-"));
let engine: EmbeddedEngine | undefined;

before(async () => {
  engine = await EmbeddedEngine.start({
    dataPath: directory,
    clock: systemClock,
    onEvent: () => undefined,
  });
  await migrate(engine.current().writer);
});
after(async () => {
  await engine?.close();
  rmSync(directory, { recursive: true, force: true });
});

function newStore(isOnlyWriter: boolean, clock: ManualClock): ClickHouseStore {
  assert.ok(engine);
  const named = { driver: "clickhouse", path: directory };
  return new ClickHouseStore({
    ...named,
    source: engine,
    clock,
    onEvent: () => undefined,
    place: EMBEDDED_PLACE,
    isOnlyWriter,
  });
}

/** What differs from span to span here. */
interface Parts {
  readonly service: string;
  readonly name: string;
  readonly startTimeUnixNano: bigint;
}

function batchOf(spans: readonly Parts[]): SpanBatch {
  return spanBatchOf(spans.map(({ service, ...fields }) => spanOf(service, fields)));
}

function spanOf(service: string, fields: Omit<Parts, "service">): Span {
  return plainSpan({
    traceId: "3".repeat(32),
    spanId: "4".repeat(16),
    kind: 2,
    endTimeUnixNano: fields.startTimeUnixNano + 1n,
    attributes: new Map([["region", fields.name]]),
    resource: plainResource(service),
    ...fields,
  });
}

type Interval = readonly [from: bigint, to: bigint];

async function names(store: ClickHouseStore, service: string, at: Interval): Promise<string[]> {
  const range = { fromUnixNano: at[0], toUnixNano: at[1], limit: 100 };
  const { items } = await store.listSpanNames({ ...range, service });
  const values = await store.listAttributeValues({ ...range, scope: "span", key: "region" });
  assert.ok(items.every(({ name }) => values.items.some(({ value }) => value === name)));
  return items.map(({ name, spanCount }) => `${name} ${spanCount}`).sort();
}

test("a list that is kept counts what is written later, once, before and after it is stored", async () => {
  const service = "kept";
  const store = newStore(true, new ManualClock(systemClock.nowUnixNano()));
  const day: Interval = [START, START + DAY];
  const hour: Interval = [START + 3n * HOUR, START + 4n * HOUR];
  const month: Interval = [START - 70n * DAY, START + DAY];
  const get = { service, name: "get", startTimeUnixNano: START + 3n * HOUR };
  await store.write(batchOf([get]));
  for (const at of [day, hour, month]) assert.deepEqual(await names(store, service, at), ["get 1"]);
  await store.write(batchOf([get, { ...get, startTimeUnixNano: START + 9n * HOUR }]));
  const later = async (): Promise<void> => {
    assert.deepEqual(await names(store, service, day), ["get 3"]);
    assert.deepEqual(await names(store, service, hour), ["get 2"]);
    assert.deepEqual(await names(store, service, month), ["get 3"]);
  };
  await later();
  // What was not asked for before is read from the tables, for which all is stored first.
  assert.deepEqual(await names(store, service, [START, START + 5n * HOUR]), ["get 2"]);
  await later();
  const other = newStore(true, new ManualClock(systemClock.nowUnixNano()));
  assert.deepEqual(await names(other, service, day), ["get 3"]);
});

test("what another process writes is listed after a moment, what it has new at once stored", async () => {
  const service = "shared";
  const clock = new ManualClock(systemClock.nowUnixNano());
  const [mine, others] = [newStore(false, clock), newStore(false, clock)];
  const day: Interval = [START, START + DAY];
  const get = { service, name: "get", startTimeUnixNano: START };
  await mine.write(batchOf([get]));
  assert.deepEqual(await names(mine, service, day), ["get 1"]);
  await others.write(batchOf([{ ...get, name: "put" }]));
  assert.deepEqual(await names(mine, service, day), ["get 1"]);
  clock.advanceMs(COPY_AGE_MS_MAX + 1);
  assert.deepEqual(await names(mine, service, day), ["get 1", "put 1"]);
});
