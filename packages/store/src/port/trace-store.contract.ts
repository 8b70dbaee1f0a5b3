/*
 * What every TraceStore does, as tests that each driver runs against itself.
 *
 * Tests of one driver share a store, because starting an engine takes longer than using it: each
 * makes trace ids that no other has, and those that ask for lists keep a model of all that was
 * written so far.
 */
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import {
  appendSpan,
  AttributeType,
  outlineOfSpan,
  plainResource,
  plainScope,
  plainSpan,
  serviceName,
  type Span,
  SpanBatch,
  spanBatchOf,
  systemClock,
} from "@spoor/trace";
import * as fc from "fast-check";

import { testCalls } from "./calls.contract.ts";
import { testCatalogue } from "./catalogue.contract.ts";
import { testLogRecords } from "./log-records.contract.ts";
import { testLogSearch } from "./log-search.contract.ts";
import { outlinesIn, testOutlines } from "./outlines.contract.ts";
import { type LooseSpan, looseSpans, timeUnixNano } from "./span-arbitraries.contract.ts";
import { testSearch } from "./search.contract.ts";
import type { TraceQuery, TraceStore } from "./trace-store.ts";

const SECOND = 1_000_000_000n;
const MINUTE = 60n * SECOND;
const UINT64_END = 2n ** 64n;
/** In the middle of a bucket, so that the random times around it meet both of its edges. */
const NOW = (systemClock.nowUnixNano() / MINUTE) * MINUTE + MINUTE / 2n;

const BARE: LooseSpan = plainSpan({
  parentSpanId: "00000000000000ff",
  name: "step",
  kind: 1,
  startTimeUnixNano: NOW,
  endTimeUnixNano: NOW + 1_000_000n,
  resource: plainResource("api"),
  scope: plainScope("test"),
});

/** Runs the contract of the port against the store that `open` gives. */
export function traceStoreContract(driver: string, open: () => Promise<TraceStore>): void {
  describe(`the ${driver} store`, () => {
    const bench = new Bench();
    before(async () => {
      bench.store = await open();
    });
    after(() => bench.store.close());
    testRoundTrip(bench);
    testReads(bench);
    testOutlines(bench);
    testPrefixes(bench);
    testSummaries(bench);
    testLists(bench);
    testListEdges(bench);
    testLogRecords(bench);
    testLogSearch(bench);
    testCatalogue(bench);
    testCalls(bench);
    testSearch(bench);
  });
}

/** The store, and a model of everything that was written into it. */
class Bench {
  readonly now = NOW;
  readonly spans: Span[] = [];
  #store: TraceStore | undefined;
  #traceCount = 0;
  #spanCount = 0;

  get store(): TraceStore {
    assert.ok(this.#store, "the store is open");
    return this.#store;
  }

  set store(store: TraceStore) {
    this.#store = store;
  }

  newTraceId(start: string = "7a"): string {
    this.#traceCount += 1;
    return start + this.#traceCount.toString(16).padStart(32 - start.length, "0");
  }

  span(traceId: string, fields: Partial<LooseSpan> = {}): Span {
    this.#spanCount += 1;
    const spanId = this.#spanCount.toString(16).padStart(16, "0");
    return { ...BARE, ...fields, traceId, spanId };
  }

  async write(spans: readonly Span[]): Promise<void> {
    this.spans.push(...spans);
    await this.store.write(spanBatchOf(spans));
  }
}

function testRoundTrip(bench: Bench): void {
  test("gives back every field of every span exactly", { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(looseSpans(NOW), async (loose) => {
      const ids = [bench.newTraceId(), bench.newTraceId()] as const;
      const spans = loose.map((fields, index) => bench.span(ids[index % 2] ?? ids[0], fields));
      await bench.write(spans);
      for (const traceId of ids) {
        const read = await bench.store.readTrace(traceId, { spanLimit: 100 });
        const expected = spans.filter((span) => span.traceId === traceId).sort(byStart);
        assert.deepEqual(read?.trace.spans ?? [], expected);
        assert.deepEqual(await outlinesIn(bench.store, traceId), expected.map(outlineOfSpan));
      }
    });
    await fc.assert(property, { numRuns: 15, interruptAfterTimeLimit: 60_000 });
  });

  test("the first of a repeated attribute key counts, and text need not be interned", async () => {
    const span = bench.span(bench.newTraceId(), { attributes: new Map([["key", "first"]]) });
    const batch = new SpanBatch();
    appendSpan(batch, span);
    const [key, other] = [batch.strings.internText("key"), batch.strings.internText("other")];
    const bytes = new TextEncoder().encode("\u0001inline");
    const offset = batch.heap.appendBytes(bytes);
    batch.attributes.push(key, AttributeType.bool, 1, 0);
    batch.attributes.push(other, AttributeType.stringInline, offset, bytes.length);
    batch.attributes.push(other, AttributeType.int, 5, 0);
    batch.attributesEnd[0] = batch.attributes.count;
    bench.spans.push(span);
    await bench.store.write(batch);
    const read = await bench.store.readTrace(span.traceId, { spanLimit: 1 });
    const expected = new Map([
      ["key", "first"],
      ["other", "\u0001inline"],
    ]);
    assert.deepEqual(read?.trace.spans[0]?.attributes, expected);
  });

  test("keeps a batch of many distinct names, messages and services", async () => {
    const traceId = bench.newTraceId();
    const spans = Array.from({ length: 3000 }, (_, index) =>
      bench.span(traceId, {
        name: `name ${index}`,
        status: { code: 1, message: `message ${index * 7}` },
        startTimeUnixNano: NOW + BigInt(index),
        attributes: new Map([[`key ${index % 700}`, `value ${index}`]]),
        resource: plainResource(`service ${index % 300}`),
      }),
    );
    await bench.write(spans);
    const read = await bench.store.readTrace(traceId, { spanLimit: 3000 });
    assert.deepEqual(read?.trace.spans, spans);
  });

  test("takes an empty batch and many batches at once", async () => {
    const ids = Array.from({ length: 8 }, () => bench.newTraceId());
    await bench.write([]);
    await Promise.all(ids.map((traceId) => bench.write([bench.span(traceId)])));
    const summaries = await bench.store.summarize(ids);
    assert.equal(summaries.length, 8);
  });
}

function testReads(bench: Bench): void {
  test("an unknown trace is undefined", async () => {
    const read = await bench.store.readTrace("f".repeat(32), { spanLimit: 10 });
    assert.equal(read, undefined);
  });

  test("a trace longer than the limit is cut at its end and says so", async () => {
    const traceId = bench.newTraceId();
    const spans = [3n, 1n, 2n].map((offset) =>
      bench.span(traceId, { startTimeUnixNano: NOW + offset }),
    );
    await bench.write(spans);
    const cut = await bench.store.readTrace(traceId, { spanLimit: 2 });
    assert.deepEqual(cut?.trace.spans, [spans[1], spans[2]]);
    assert.equal(cut?.hasMore, true);
    const whole = await bench.store.readTrace(traceId, { spanLimit: 3 });
    assert.equal(whole?.hasMore, false);
  });

  test("one trace is put together from all its batches", async () => {
    const traceId = bench.newTraceId();
    const spans = [0n, 5n * MINUTE, 600n * MINUTE].map((offset) =>
      bench.span(traceId, { startTimeUnixNano: NOW - offset }),
    );
    for (const span of spans) await bench.write([span]);
    const read = await bench.store.readTrace(traceId, { spanLimit: 10 });
    assert.deepEqual(read?.trace.spans, spans.toReversed());
  });
}

function testPrefixes(bench: Bench): void {
  test("finds trace ids by prefix, ascending, up to the limit", async () => {
    const ids = ["abcd1", "abcd2", "abcd3", "abce0"].map((start) => bench.newTraceId(start));
    await bench.write(ids.toReversed().map((traceId) => bench.span(traceId)));
    const find = (prefix: string, limit: number): Promise<string[]> =>
      bench.store.findTraceIds(prefix, { limit });
    assert.deepEqual(await find("abcd", 10), ids.slice(0, 3));
    assert.deepEqual(await find("abcd", 2), ids.slice(0, 2));
    assert.deepEqual(await find("abcd2", 10), [ids[1]]);
    assert.deepEqual(await find((ids[3] ?? "").slice(0, 31), 10), [ids[3]]);
    assert.deepEqual(await find("abcf", 10), []);
  });
}

function testSummaries(bench: Bench): void {
  test("the earliest span stands for a trace until its root arrives", async () => {
    const traceId = bench.newTraceId();
    const child = bench.span(traceId, {
      name: "child",
      resource: plainResource("payment"),
      startTimeUnixNano: NOW + 10n,
      endTimeUnixNano: NOW + 90n,
      status: { code: 2, message: "no" },
    });
    await bench.write([child]);
    const early = { rootName: "child", rootService: "payment", hasRoot: false, errorCount: 1 };
    assert.deepEqual(await bench.store.summarize([traceId]), [
      {
        ...early,
        traceId,
        startTimeUnixNano: NOW + 10n,
        durationNano: 80n,
        spanCount: 1,
        services: ["payment"],
      },
    ]);
    const root = { name: "root", parentSpanId: "", startTimeUnixNano: NOW + 20n };
    await bench.write([bench.span(traceId, { ...root, endTimeUnixNano: NOW + 200n })]);
    assert.deepEqual(await bench.store.summarize([traceId]), [
      {
        traceId,
        rootName: "root",
        rootService: "api",
        hasRoot: true,
        errorCount: 1,
        startTimeUnixNano: NOW + 10n,
        durationNano: 190n,
        spanCount: 2,
        services: ["api", "payment"],
      },
    ]);
  });

  test("an id that ends with zeros is an id like any other", async () => {
    const traceId = `${bench.newTraceId().slice(0, 28)}0000`;
    const span = { ...bench.span(traceId), spanId: "1122334455660000" };
    await bench.write([span]);
    assert.equal((await bench.store.summarize([traceId])).length, 1);
    assert.deepEqual((await bench.store.readSpans(traceId, [span.spanId])).spans, [span]);
  });

  test("unknown ids have no summary, and an id that is asked twice has one", async () => {
    const traceId = bench.newTraceId();
    await bench.write([bench.span(traceId)]);
    const ids = [traceId, "f".repeat(32), traceId];
    assert.equal((await bench.store.summarize(ids)).length, 1);
    assert.deepEqual(await bench.store.summarize([]), []);
  });
}

const query: fc.Arbitrary<Omit<TraceQuery, "fromUnixNano" | "toUnixNano">> = fc.record(
  {
    sort: fc.constantFrom("recent" as const, "duration" as const),
    service: fc.constantFrom("red", "green", "blue"),
    onlyErrors: fc.boolean(),
    limit: fc.oneof(fc.integer({ min: 1, max: 8 }), fc.constant(1000)),
  },
  { requiredKeys: ["sort", "limit"] },
);

const SPECIAL_TIMES = [0n, NOW - 1440n * MINUTE, NOW + MINUTE, UINT64_END];

function testLists(bench: Bench): void {
  test("finds the traces that fit, in order", { timeout: 120_000 }, async () => {
    const time = timeUnixNano(NOW);
    const span = fc.record({
      trace: fc.nat(4),
      startTimeUnixNano: time,
      endTimeUnixNano: time,
      isError: fc.nat(5).map((number) => number === 0),
      service: fc.constantFrom("red", "green", "blue"),
    });
    const end = fc.oneof(time, fc.constantFrom(...SPECIAL_TIMES));
    const questions = fc.array(fc.tuple(end, end, query), { minLength: 3, maxLength: 6 });
    const batches = fc.array(fc.array(span, { maxLength: 8 }), { minLength: 1, maxLength: 3 });
    const property = fc.asyncProperty(batches, questions, async (written, asked) => {
      const ids = Array.from({ length: 5 }, () => bench.newTraceId());
      for (const batch of written) {
        await bench.write(
          batch.map(({ trace, isError, service, ...times }) =>
            bench.span(ids[trace] ?? "", {
              ...times,
              status: { code: isError ? 2 : 0, message: "" },
              resource: plainResource(service),
            }),
          ),
        );
      }
      for (const [a, b, rest] of asked) {
        const [fromUnixNano, toUnixNano] = a < b ? [a, b] : [b, a];
        const question: TraceQuery = { ...rest, fromUnixNano, toUnixNano };
        const found = await bench.store.findTraces(question);
        const ordered = modelIds(bench.spans, question);
        const answer = { ids: found.traces.map(({ traceId }) => traceId), more: found.hasMore };
        const more = ordered.length > question.limit;
        assert.deepEqual(answer, { ids: ordered.slice(0, question.limit), more });
        const summaries = await bench.store.summarize(answer.ids);
        const byId = new Map(summaries.map((summary) => [summary.traceId, summary]));
        assert.deepEqual(
          found.traces,
          answer.ids.map((traceId) => byId.get(traceId)),
        );
      }
    });
    await fc.assert(property, { numRuns: 8, interruptAfterTimeLimit: 60_000 });
  });
}

function testListEdges(bench: Bench): void {
  test("the end of an interval is exclusive and its start is not", async () => {
    const at = NOW + 4000n * MINUTE;
    const [early, late] = [bench.newTraceId(), bench.newTraceId()];
    await bench.write([
      bench.span(early, { startTimeUnixNano: at }),
      bench.span(late, { startTimeUnixNano: at + 1n }),
    ]);
    const list = await bench.store.findTraces({
      fromUnixNano: at,
      toUnixNano: at + 1n,
      sort: "recent",
      limit: 10,
    });
    assert.deepEqual(
      list.traces.map(({ traceId }) => traceId),
      [early],
    );
  });

  test("an old trace with a new span stands behind the traces that began later", async () => {
    const service = "began-early";
    const [old, older, young] = [bench.newTraceId(), bench.newTraceId(), bench.newTraceId()];
    await bench.write([
      ...spansAt(bench, old, service, [-300n, -10n]),
      ...spansAt(bench, older, service, [-400n, -10n]),
      ...spansAt(bench, young, service, [-30n]),
    ]);
    const interval = { fromUnixNano: NOW - 100n * MINUTE, toUnixNano: NOW + MINUTE };
    const found = await listIds(bench, { ...interval, service, sort: "recent", limit: 1 });
    assert.deepEqual(found, [young]);
  });

  test("a service that took part only after the interval makes a trace fit", async () => {
    const service = "came-late";
    const ids = [bench.newTraceId(), bench.newTraceId(), bench.newTraceId()] as const;
    await bench.write([
      ...spansAt(bench, ids[0], "api", [-6010n]),
      ...spansAt(bench, ids[0], service, [-3000n]),
      ...spansAt(bench, ids[1], service, [-6020n]),
      ...spansAt(bench, ids[2], service, [-6030n]),
    ]);
    const interval = { fromUnixNano: NOW - 120n * MINUTE, toUnixNano: NOW - 100n * MINUTE };
    const found = await listIds(bench, { ...interval, service, sort: "recent", limit: 1 });
    assert.deepEqual(found, [ids[0]]);
  });

  test("a trace fits only if a span started inside, not around, the interval", async () => {
    const service = "around";
    const [inside, around] = [bench.newTraceId(), bench.newTraceId()];
    await bench.write([
      ...spansAt(bench, inside, service, [-29n, 0n, 20n]),
      ...spansAt(bench, around, service, [-29n, 20n]),
    ]);
    const interval = { fromUnixNano: NOW - 5n * SECOND, toUnixNano: NOW + 5n * SECOND };
    for (const sort of ["recent", "duration"] as const) {
      assert.deepEqual(await listIds(bench, { ...interval, service, sort, limit: 9 }), [inside]);
    }
  });
}

/** Spans of one trace and service that start so many seconds after now. */
function spansAt(
  bench: Bench,
  traceId: string,
  service: string,
  seconds: readonly bigint[],
): Span[] {
  return seconds.map((offset) =>
    bench.span(traceId, {
      startTimeUnixNano: NOW + offset * SECOND,
      resource: plainResource(service),
    }),
  );
}

async function listIds(bench: Bench, question: TraceQuery): Promise<string[]> {
  const { traces } = await bench.store.findTraces(question);
  return traces.map(({ traceId }) => traceId);
}

/** Ids of the traces that fit, written down as plainly as the port says it. */
function modelIds(spans: readonly Span[], question: TraceQuery): string[] {
  const traces = Map.groupBy(spans, ({ traceId }) => traceId);
  const fitting = [...traces].filter(([, own]) => {
    const isInside = own.some(
      ({ startTimeUnixNano: start }) =>
        start >= question.fromUnixNano && start < question.toUnixNano,
    );
    const { service } = question;
    const isServed =
      service === undefined || own.some(({ resource }) => serviceName(resource) === service);
    const isFailed = question.onlyErrors !== true || own.some(({ status }) => status.code === 2);
    return isInside && isServed && isFailed;
  });
  const keyed = fitting.map(([traceId, own]) => {
    const first = least(own.map(({ startTimeUnixNano }) => startTimeUnixNano));
    const last = -least(own.map(({ endTimeUnixNano }) => -endTimeUnixNano));
    return { traceId, key: question.sort === "recent" ? first : last - first };
  });
  keyed.sort((a, b) => {
    if (a.key !== b.key) return a.key > b.key ? -1 : 1;
    return a.traceId < b.traceId ? -1 : 1;
  });
  return keyed.map(({ traceId }) => traceId);
}

function least(values: readonly bigint[]): bigint {
  return values.reduce((first, value) => (value < first ? value : first));
}

function byStart(a: Span, b: Span): number {
  if (a.startTimeUnixNano !== b.startTimeUnixNano) {
    return a.startTimeUnixNano < b.startTimeUnixNano ? -1 : 1;
  }
  return a.spanId < b.spanId ? -1 : 1;
}
