import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { appendSpan, bytesToHex, type Span, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import { finishedSpans, takeOpenSpans } from "./span-news.ts";

function batchOf(spans: readonly Span[], batch: SpanBatch = new SpanBatch()): SpanBatch {
  for (const span of spans) appendSpan(batch, span);
  return batch;
}

function isEndless({ startTimeUnixNano, endTimeUnixNano }: Span): boolean {
  return endTimeUnixNano === 0n && startTimeUnixNano > 0n;
}

test("spans without an end are taken out of a request, and everything else stays as it was", () => {
  const property = fc.property(
    randomSpans,
    randomSpans,
    fc.infiniteStream(fc.boolean()),
    (earlier, spans, coins) => {
      const sent = spans.map((span) =>
        Object.assign({}, span, coins.next().value === true ? { endTimeUnixNano: 0n } : {}),
      );
      const batch = batchOf(earlier);
      const mark = batch.mark();
      batchOf(sent, batch);
      const { items, taken } = takeOpenSpans(batch, mark, 9n);
      assert.deepStrictEqual(spansOf(batch), [
        ...earlier,
        ...sent.filter((span) => !isEndless(span)),
      ]);
      assert.equal(items.length, sent.filter(isEndless).length);
      assert.deepStrictEqual(
        taken,
        sent.filter(isEndless).map(({ resource }) => resource),
      );
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test("a pending span reports its parent, under the parent of that", () => {
  const [span] = fc.sample(
    randomSpans.filter(({ length }) => length > 0),
    { seed: 5, numRuns: 1 },
  )[0] ?? [undefined];
  assert.ok(span !== undefined);
  const pending: Span = {
    ...span,
    parentSpanId: "00f067aa0ba902b7",
    attributes: new Map([
      ["logfire.span_type", "pending_span"],
      ["logfire.pending_parent_id", "00000000000000ab"],
    ]),
  };
  const batch = new SpanBatch();
  const mark = batch.mark();
  batchOf([pending], batch);
  const { items } = takeOpenSpans(batch, mark, 9n);
  assert.equal(batch.spanCount, 0);
  const [item] = items;
  assert.ok(item?.kind === "report" && item.report.kind === "openSpan");
  assert.deepEqual(
    [item.report.spanId, item.report.parentSpanId, item.source],
    ["00f067aa0ba902b7", "00000000000000ab", "pending_span"],
  );
});

test("the ids of spans of 100 ms and more are handed on, whatever their times", () => {
  const property = fc.property(randomSpans, (spans) => {
    const ids = finishedSpans(batchOf(spans), 0);
    const expected = spans
      .filter((span) => span.endTimeUnixNano - span.startTimeUnixNano >= 100_000_000n)
      .map(({ traceId, spanId }) => traceId + spanId);
    const found = Array.from({ length: ids.length / 24 }, (_, index) =>
      bytesToHex(ids, index * 24, index * 24 + 24),
    );
    assert.deepEqual(found, expected);
  });
  fc.assert(property, { numRuns: 300 });
});
