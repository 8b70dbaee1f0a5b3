/*
 * Retention on the real engine, with a clock that only the test moves.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import {
  appendLogRecord,
  LogBatch,
  ManualClock,
  plainResource,
  plainSpan,
  type Span,
  spanBatchOf,
  StatusCode,
} from "@spoor/trace";
import type { StoreEvent } from "../base/store-event.ts";
import { type EmbeddedStore, openEmbeddedStore } from "./clickhouse-store.ts";

const DAY = 86_400_000_000_000n;
const DAY_MS = 86_400_000;
/** Noon of a day. */
const NOON = 20_700n * DAY + DAY / 2n;

const dataPath = mkdtempSync(join(tmpdir(), "spoor-retention-"));
const events: StoreEvent[] = [];
let clock: ManualClock;
let store: EmbeddedStore;
before(async () => {
  clock = new ManualClock(NOON);
  store = await openEmbeddedStore({ dataPath, clock, onEvent: (event) => events.push(event) });
});
after(async () => {
  await store.close();
  rmSync(dataPath, { recursive: true });
});

let traceNumber = 0;

interface TracePlan {
  readonly daysAgo: bigint;
  readonly hasError?: boolean;
  readonly service?: string;
  /** Of a second span. */
  readonly laterNano?: bigint;
}

/** Writes a trace and returns its id. */
async function writeTrace({
  daysAgo,
  hasError,
  service = "api",
  laterNano,
}: TracePlan): Promise<string> {
  traceNumber += 1;
  const traceId = traceNumber.toString(16).padStart(32, "0");
  const startUnixNano = clock.nowUnixNano() - daysAgo * DAY;
  const root = spanOf({ traceId, spanNumber: 1, startUnixNano, service });
  const status = { code: hasError === true ? StatusCode.error : StatusCode.unset, message: "" };
  const spans =
    laterNano === undefined
      ? [{ ...root, status }]
      : [
          root,
          {
            ...spanOf({
              traceId,
              spanNumber: 2,
              startUnixNano: startUnixNano + laterNano,
              service,
            }),
            status,
          },
        ];
  await store.write(spanBatchOf(spans));
  return traceId;
}

function spanOf(given: {
  readonly traceId: string;
  readonly spanNumber: number;
  readonly startUnixNano: bigint;
  readonly service: string;
}): Span {
  return plainSpan({
    traceId: given.traceId,
    spanId: given.spanNumber.toString(16).padStart(16, "0"),
    name: "step",
    kind: 1,
    startTimeUnixNano: given.startUnixNano,
    endTimeUnixNano: given.startUnixNano + 5n,
    resource: plainResource(given.service),
  });
}

/** Writes a log record of the trace, or of none. */
async function writeLogRecord(traceId: string, daysAgo: bigint): Promise<void> {
  const timeUnixNano = clock.nowUnixNano() - daysAgo * DAY;
  const span = spanOf({ traceId, spanNumber: 1, startUnixNano: timeUnixNano, service: "api" });
  const { resource, scope } = span;
  const batch = new LogBatch();
  appendLogRecord(batch, {
    traceId,
    spanId: "",
    timeUnixNano,
    observedTimeUnixNano: timeUnixNano,
    severityNumber: 9,
    severityText: "INFO",
    eventName: "",
    body: "done",
    attributes: new Map(),
    droppedAttributesCount: 0,
    flags: 0,
    resource,
    scope,
  });
  await store.writeLogs(batch);
}

async function logCounts(traceIds: readonly string[]): Promise<number[]> {
  const reads = traceIds.map((traceId) => store.readLogs(traceId, { limit: 10 }));
  return (await Promise.all(reads)).map(({ logRecords }) => logRecords.length);
}

async function spanCounts(traceIds: readonly string[]): Promise<number[]> {
  const reads = traceIds.map((traceId) => store.readTrace(traceId, { spanLimit: 10 }));
  return (await Promise.all(reads)).map((read) => read?.trace.spans.length ?? 0);
}

test("old days go, errors keep their traces whole, and younger data is not touched", async () => {
  const ids = [
    await writeTrace({ daysAgo: 40n, hasError: true }),
    await writeTrace({ daysAgo: 10n }),
    await writeTrace({ daysAgo: 10n, hasError: true }),
    // Its root is on the day before its error.
    await writeTrace({ daysAgo: 11n, hasError: true, laterNano: DAY }),
    await writeTrace({ daysAgo: 7n }),
    await writeTrace({ daysAgo: 0n }),
  ];
  const policy = { ageNano: 7n * DAY, errorAgeNano: 30n * DAY };
  const logged = [ids[0], ids[1], ids[2], undefined];
  const logDays = [40n, 10n, 10n, 10n];
  for (const [index, traceId = ""] of logged.entries()) {
    await writeLogRecord(traceId, logDays[index] ?? 0n);
  }
  const report = await store.retain(policy);
  assert.deepEqual(await spanCounts(ids), [0, 0, 1, 2, 1, 1]);
  assert.equal(report.deletedSpanCount, 2);
  // The log records of an error stay with it; those of no trace go with the day.
  assert.deepEqual(await logCounts(ids.slice(0, 3)), [0, 0, 1]);
  assert.equal(report.deletedLogRecordCount, 3);
  assert.equal(report.droppedDays.length, 1);
  assert.equal(report.thinnedDays.length, 1);
  assert.deepEqual(events.at(-1), { kind: "retention_applied", report });
  const summarized = await store.summarize(ids);
  assert.equal(summarized.length, 4);
  const again = await store.retain(policy);
  assert.deepEqual(again, {
    ...report,
    deletedSpanCount: 0,
    deletedLogRecordCount: 0,
    freedBytes: again.freedBytes,
    droppedDays: [],
    thinnedDays: [],
  });
});

test("a resource that went is stored again when it comes again", async () => {
  const old = await writeTrace({ daysAgo: 20n, service: "comes-again" });
  await store.retain({ ageNano: 15n * DAY });
  assert.deepEqual(await spanCounts([old]), [0]);
  const young = await writeTrace({ daysAgo: 0n, service: "comes-again" });
  const read = await store.readTrace(young, { spanLimit: 1 });
  assert.equal(read?.trace.spans[0]?.resource.attributes.get("service.name"), "comes-again");
  assert.equal(
    events.some(({ kind }) => kind === "dimension_missing"),
    false,
  );
});

test("a day that goes takes its part of the catalogue, of calls and of durations", async () => {
  await writeTrace({ daysAgo: 20n, service: "all-gone" });
  await store.countMinutes();
  const fromUnixNano = clock.nowUnixNano() - 21n * DAY;
  const range = { fromUnixNano, toUnixNano: fromUnixNano + 2n * DAY, limit: 1000 };
  const services = async (): Promise<string[]> =>
    (await store.listServices(range)).items.map(({ service }) => service);
  const spans = async (): Promise<number> => {
    const query = { ...range, service: "all-gone", name: "step" };
    return (await store.readOperationStats(query)).spanCount;
  };
  assert.deepEqual([(await services()).includes("all-gone"), await spans()], [true, 1]);
  await store.retain({ ageNano: 15n * DAY });
  assert.deepEqual([(await services()).includes("all-gone"), await spans()], [false, 0]);
});

test("writes that come while old data are deleted are kept", async () => {
  await writeTrace({ daysAgo: 20n });
  const retaining = store.retain({ ageNano: 15n * DAY });
  const young = await writeTrace({ daysAgo: 0n });
  await retaining;
  assert.deepEqual(await spanCounts([young]), [1]);
});

test("by size the oldest days go, and the last day stays and is reported", async () => {
  const old = await writeTrace({ daysAgo: 3n });
  const young = await writeTrace({ daysAgo: 0n });
  const report = await store.retain({ sizeBytes: 1 });
  assert.equal(report.isOverSize, true);
  assert.deepEqual(await spanCounts([old, young]), [0, 1]);
});

test("spans of no believable time go when they have been here long enough", async () => {
  const traceId = "f".repeat(32);
  const span = spanOf({ traceId, spanNumber: 1, startUnixNano: 5n, service: "api" });
  await store.write(spanBatchOf([span]));
  // The engine's own clock tells when they came; the manual one is moved past it.
  const realNowMs = Date.now();
  clock.advanceMs(Math.max(0, realNowMs - Number(clock.nowUnixNano() / 1_000_000n)));
  await store.retain({ ageNano: DAY });
  assert.deepEqual(await spanCounts([traceId]), [1]);
  clock.advanceMs(2 * DAY_MS);
  await store.retain({ ageNano: DAY });
  assert.deepEqual(await spanCounts([traceId]), [0]);
});
