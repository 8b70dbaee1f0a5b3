/*
 * The part of the contract about reading a trace without what its spans say.
 */
import assert from "node:assert/strict";
import { test } from "node:test";

import { type Span, type SpanOutline, SpanOutlines } from "@spoor/trace";

import type { LooseSpan } from "./span-arbitraries.contract.ts";
import type { TraceStore } from "./trace-store.ts";

/** What these tests share with the others of a driver. */
interface OutlineBench {
  readonly store: TraceStore;
  readonly now: bigint;
  newTraceId(): string;
  span(traceId: string, fields?: Partial<LooseSpan>): Span;
  write(spans: readonly Span[]): Promise<void>;
}

/** The outlines of a trace as rows, in the order of {@link byStart}. */
export async function outlinesIn(store: TraceStore, traceId: string): Promise<SpanOutline[]> {
  const read = await store.readOutlines(traceId, { spanLimit: 100 });
  const outlines = read?.outlines ?? new SpanOutlines();
  const rows = Array.from({ length: outlines.count }, (_, row) => ({
    spanIdHigh: outlines.spanIdHigh[row] ?? -1,
    spanIdLow: outlines.spanIdLow[row] ?? -1,
    parentIdHigh: outlines.parentIdHigh[row] ?? -1,
    parentIdLow: outlines.parentIdLow[row] ?? -1,
    startTimeUnixNano: outlines.startTimeUnixNano[row] ?? -1n,
    endTimeUnixNano: outlines.endTimeUnixNano[row] ?? -1n,
    service: outlines.services.texts[outlines.service[row] ?? -1] ?? "",
    name: outlines.names.texts[outlines.name[row] ?? -1] ?? "",
    flags: outlines.flags[row] ?? -1,
  }));
  return rows.sort((a, b) =>
    a.startTimeUnixNano === b.startTimeUnixNano
      ? a.spanIdHigh - b.spanIdHigh || a.spanIdLow - b.spanIdLow
      : Number(a.startTimeUnixNano > b.startTimeUnixNano) - 0.5,
  );
}

/** Reads of the shape of a trace and of single spans. */
export function testOutlines(bench: OutlineBench): void {
  test("outlines of a trace are cut at the limit, earliest first, and say so", async () => {
    const traceId = bench.newTraceId();
    const spans = [0n, 1n, 2n].map((offset) =>
      bench.span(traceId, { startTimeUnixNano: bench.now + offset, name: `step ${offset}` }),
    );
    await bench.write(spans.toReversed());
    const read = await bench.store.readOutlines(traceId, { spanLimit: 2 });
    assert.equal(read?.outlines.count, 2);
    assert.equal(read.hasMore, true);
    assert.deepEqual(
      Array.from(read.outlines.name.subarray(0, 2), (name) => read.outlines.names.texts[name]),
      ["step 0", "step 1"],
    );
    assert.equal(await bench.store.readOutlines("ff".repeat(16), { spanLimit: 2 }), undefined);
  });

  test("outlines of many names and services keep each with its span", async () => {
    const traceId = bench.newTraceId();
    // More names than one byte can number, and then more spans than one block of an answer has.
    const spans = Array.from({ length: 70_000 }, (_, index) =>
      bench.span(traceId, {
        startTimeUnixNano: bench.now + BigInt(index),
        name: `name ${(index * 7) % 300}`,
      }),
    );
    await bench.write(spans);
    const read = await bench.store.readOutlines(traceId, { spanLimit: 100_000 });
    assert.equal(read?.outlines.count, spans.length);
    const { outlines } = read;
    for (const [row, span] of spans.entries()) {
      assert.equal(outlines.names.texts[outlines.name[row] ?? -1], span.name);
      assert.equal(outlines.spanIdLow[row], Number.parseInt(span.spanId.slice(8), 16));
    }
  });

  test("spans are read by their ids, unknown ones are left out", async () => {
    const traceId = bench.newTraceId();
    const spans = [0n, 1n, 2n].map((offset) =>
      bench.span(traceId, { startTimeUnixNano: bench.now + offset }),
    );
    await bench.write(spans);
    const [first, , last] = spans;
    assert.ok(first !== undefined && last !== undefined);
    const wanted = [last.spanId, "ffffffffffffffff", first.spanId];
    const read = await bench.store.readSpans(traceId, wanted);
    assert.deepEqual(read.spans, [first, last]);
    assert.deepEqual((await bench.store.readSpans(traceId, [])).spans, []);
  });
}
