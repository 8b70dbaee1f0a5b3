/* What every TraceStore finds by TraceQL; part of the contract suite. */
import assert from "node:assert/strict";
import { test } from "node:test";

import type { Span } from "@spoor/trace";
import { check, parse, type Query, valueKey } from "@spoor/traceql";

import type { RangeAnswer, SearchAnswer, SearchRequest } from "./search.ts";
import type { LooseSpan } from "./span-arbitraries.contract.ts";
import type { TraceStore } from "./trace-store.ts";

/** What these tests need: a store, and spans of traces that no other test has. */
export interface SearchBench {
  readonly store: TraceStore;
  newTraceId(): string;
  span(traceId: string, fields?: Partial<LooseSpan>): Span;
  write(spans: readonly Span[]): Promise<void>;
}

const SECOND = 1_000_000_000n;

/** Long before what other tests write, in the middle of a day. */
const THEN = 1_700_000_000n * SECOND;

function queryOf(text: string): Query {
  const parsed = parse(text);
  assert.ok(parsed.ok, text);
  assert.deepEqual(check(parsed.query), [], text);
  return parsed.query;
}

function requestOf(text: string, fields: Partial<SearchRequest> = {}): SearchRequest {
  return {
    query: queryOf(text),
    fromUnixNano: THEN,
    toUnixNano: THEN + 3_600n * SECOND,
    limit: 100,
    spanLimit: 10,
    ...fields,
  };
}

function idsOf({ traces }: SearchAnswer): string[] {
  return traces.map(({ summary }) => summary.traceId);
}

/** A trace for each second of `starts`, of one span that has `mark`. */
async function writeTraces(
  bench: SearchBench,
  mark: string,
  starts: readonly bigint[],
): Promise<string[]> {
  const ids = starts.map(() => bench.newTraceId());
  const spans = starts.map((start, index) =>
    bench.span(ids[index] ?? "", {
      startTimeUnixNano: THEN + start * SECOND,
      endTimeUnixNano: THEN + start * SECOND + BigInt((index % 3) + 1),
      attributes: new Map([["mark", mark]]),
    }),
  );
  await bench.write(spans);
  return ids;
}

/** Registers the tests. */
export function testSearch(bench: SearchBench): void {
  test("a search finds traces newest first, page by page, each once", async () => {
    // Two begin at one moment: their order is that of their ids.
    const ids = await writeTraces(bench, "pages", [10n, 20n, 20n, 30n, 1_800n, 3_599n]);
    const expected = [ids[5], ids[4], ids[3], ...ids.slice(1, 3).sort(), ids[0]];
    const found: string[] = [];
    let pageToken: string | undefined;
    do {
      const request = requestOf('{ span.mark = "pages" }', {
        limit: 2,
        ...(pageToken !== undefined && { pageToken }),
      });
      const page = await bench.store.search(request);
      found.push(...idsOf(page));
      assert.equal(page.complete, page.nextPageToken === undefined);
      assert.deepEqual(page.capped, page.complete ? null : { unit: "traces", limit: 2 });
      pageToken = page.nextPageToken;
    } while (pageToken !== undefined);
    assert.deepEqual(found, expected);
  });

  test("a search can be by duration, also when the query says so", async () => {
    const ids = await writeTraces(bench, "long", [1n, 2n, 3n]);
    const expected = ids.toReversed();
    const text = '{ span.mark = "long" }';
    const asked = await bench.store.search(requestOf(text, { sort: "duration" }));
    assert.deepEqual(idsOf(asked), expected);
    const said = await bench.store.search(requestOf(`${text} with(order="duration")`));
    assert.deepEqual(idsOf(said), expected);
  });

  test("a page token of another search is refused", async () => {
    for (const pageToken of ["", "x", `d1.${"a".repeat(32)}`, "r1.'; DROP TABLE spans"]) {
      await assert.rejects(bench.store.search(requestOf("{ }", { pageToken })), {
        code: "SPOOR_STORE_PAGE_TOKEN",
      });
    }
  });

  test("a trace at the edge of the interval is looked at as a whole", async () => {
    const traceId = bench.newTraceId();
    const root = bench.span(traceId, {
      parentSpanId: "",
      name: "edge root",
      startTimeUnixNano: THEN - 5n * SECOND,
    });
    const child = bench.span(traceId, {
      parentSpanId: root.spanId,
      name: "edge child",
      startTimeUnixNano: THEN + 5n * SECOND,
    });
    await bench.write([root, child]);
    const relation = '{ name = "edge root" } >> { name = "edge child" }';
    const answer = await bench.store.search(requestOf(relation));
    assert.deepEqual(idsOf(answer), [traceId]);
    const [group] = answer.traces[0]?.groups ?? [];
    assert.deepEqual(
      group?.spans.map(({ name, service }) => ({ name, service })),
      [{ name: "edge child", service: "api" }],
    );
    // The root alone began before the interval.
    assert.deepEqual(idsOf(await bench.store.search(requestOf('{ name = "edge root" }'))), []);
  });

  test("what is not there is looked for among what the filter before it left", async () => {
    const traceId = bench.newTraceId();
    const startTimeUnixNano = THEN + 5n * SECOND;
    const left = new Map([["mark", "left"]]);
    await bench.write([
      bench.span(traceId, { startTimeUnixNano, name: "call", attributes: left }),
      bench.span(traceId, { startTimeUnixNano, name: "lock" }),
    ]);
    const found = async (text: string): Promise<boolean> =>
      idsOf(await bench.store.search(requestOf(text, { limit: 1_000 }))).includes(traceId);
    assert.equal(await found('{ span.mark = "left" } | !{ name = "lock" }'), true);
    assert.equal(await found('{ span.mark = "left" } | !{ name = "call" }'), false);
    assert.equal(await found('{ span.mark = "nobody" } | !{ name = "call" }'), true);
    assert.equal(await found('{ span.mark = "nobody" } && !{ name = "lock" }'), false);
  });

  test("what is selected comes with the spans, and what was counted with the group", async () => {
    await writeTraces(bench, "select", [7n]);
    const text = '{ span.mark = "select" } | count() = 1 | select(span.mark, status, .none)';
    const answer = await bench.store.search(requestOf(text));
    const [group] = answer.traces[0]?.groups ?? [];
    assert.deepEqual(group?.attributes, [{ name: "count()", value: 1 }]);
    assert.deepEqual(group?.spans[0]?.fields, [
      { name: "span.mark", value: "select" },
      { name: "status", value: { type: "status", code: 0 } },
      { name: ".none", value: undefined },
    ]);
  });

  test("a search that has no time answers with what it has and says so", async () => {
    await writeTraces(bench, "hurry", [8n]);
    const answer = await bench.store.search(requestOf("{ }", { timeoutMs: 0 }));
    assert.equal(answer.complete, false);
    assert.deepEqual(answer.capped, { unit: "ms", limit: 0 });
    const range = await bench.store.queryRange({ ...rangeOf("{ } | rate()"), timeoutMs: 0 });
    assert.equal(range.complete, false);
  });

  test("a search that was stopped rejects with the reason", async () => {
    const signal = AbortSignal.abort(new Error("the reader left"));
    const stopped = bench.store.search(requestOf("{ }", { signal }));
    await assert.rejects(stopped, /the reader left/);
  });

  test("values of a query are values, whatever they contain", async () => {
    await writeTraces(bench, "') OR 1=1 --", [9n]);
    for (const [value, count] of [
      ["') OR 1=1 --", 1],
      ["\\') OR 1=1 --", 0],
      ["{p0:String}", 0],
      ["\u0000", 0],
      ["\ud800", 0],
    ] as const) {
      const answer = await bench.store.search(requestOf(`{ .mark = ${JSON.stringify(value)} }`));
      assert.equal(answer.traces.length, count, value);
      const key = await bench.store.search(requestOf(`{ .${JSON.stringify(value)} = "x" }`));
      assert.equal(key.traces.length, 0);
    }
  });

  testRange(bench);
}

function rangeOf(text: string): Parameters<TraceStore["queryRange"]>[0] {
  return {
    query: queryOf(text),
    fromUnixNano: THEN,
    toUnixNano: THEN + 3_600n * SECOND,
    stepNano: 1_800n * SECOND,
  };
}

function valuesOf({ series }: RangeAnswer): (readonly number[])[] {
  return series.map(({ values }) => [...values]);
}

function testRange(bench: SearchBench): void {
  const ask = (text: string): Promise<RangeAnswer> => bench.store.queryRange(rangeOf(text));

  test("numbers over time are counted by when spans began", async () => {
    await writeTraces(bench, "range", [0n, 1_799n, 1_800n, 3_600n]);
    const mark = '{ span.mark = "range" }';
    assert.deepEqual(valuesOf(await ask(`${mark} | count_over_time()`)), [[2, 1]]);
    assert.deepEqual(valuesOf(await ask(`${mark} | rate()`)), [[2 / 1_800, 1 / 1_800]]);
    assert.deepEqual(valuesOf(await ask(`${mark} | max_over_time(duration)`)), [[2, 3]]);
    assert.deepEqual(valuesOf(await ask(`${mark} | quantile_over_time(duration, .5, 1)`)), [
      [2, 3],
      [2, 3],
    ]);
    assert.deepEqual(valuesOf(await ask('{ .mark = "no such" } | count_over_time()')), [[0, 0]]);
    assert.deepEqual(valuesOf(await ask('{ .mark = "no such" } | max_over_time(duration)')), []);
    // Relations are counted by looking into traces.
    assert.deepEqual(valuesOf(await ask(`(${mark} && !{ .none }) | count_over_time()`)), [[2, 1]]);
  });

  test("series can be divided, ranked and calculated with, and have examples", async () => {
    await writeTraces(bench, "one", [100n, 200n]);
    await writeTraces(bench, "two", [2_000n]);
    const both = '{ span.mark = "one" || span.mark = "two" } | count_over_time()';
    const divided = await ask(`${both} by (span.mark) with(exemplars=1)`);
    assert.deepEqual(
      divided.series.map(({ labels }) => labels),
      [[{ name: "span.mark", value: "one" }], [{ name: "span.mark", value: "two" }]],
    );
    assert.deepEqual(valuesOf(divided), [
      [2, 0],
      [0, 1],
    ]);
    assert.deepEqual(
      divided.series.map(({ exemplars }) => exemplars.map((one) => one.startTimeUnixNano)),
      [[THEN + 100n * SECOND], [THEN + 2_000n * SECOND]],
    );
    assert.deepEqual(valuesOf(await ask(`${both} by (span.mark) | topk(1)`)), [
      [2, Number.NaN],
      [Number.NaN, 1],
    ]);
    assert.deepEqual(valuesOf(await ask(`(${both} by (span.mark)) / (${both}) * 100`)), [
      [100, 0],
      [0, 100],
    ]);
    assert.deepEqual(valuesOf(await ask(`${both} > 1`)), [[2, Number.NaN]]);
  });

  test("compare counts the values of what was selected and of the rest", async () => {
    await writeTraces(bench, "chosen", [300n]);
    await writeTraces(bench, "rest", [400n, 500n]);
    const { series } = await ask(
      '{ span.mark = "chosen" || span.mark = "rest" } | compare({ span.mark = "chosen" }, 5)',
    );
    const counts = series.flatMap(({ labels, values }) => {
      const [meta, attribute] = labels;
      if (attribute?.name !== "span.mark") return [];
      const value = meta === undefined ? "" : valueKey(meta.value);
      return `${value} ${valueKey(attribute.value)} ${values[0]}`;
    });
    assert.deepEqual(counts.sort(), [
      '"baseline" "rest" 2',
      '"baseline_total" nil 2',
      '"selection" "chosen" 1',
      '"selection_total" nil 1',
    ]);
  });
}
