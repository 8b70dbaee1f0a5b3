/*
 * What a page asks first of a trace of unknown size, and what still runs in a large one.
 */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  OutlineFlag,
  type Span,
  SkeletonReader,
  type SkeletonEnd,
  skeletonSpanId,
  type TraceAnswer,
} from "@spoor/trace";
import { sendSpans, storeSpans } from "../browser/sent-traces.ts";
import { exampleSpan } from "../example-span.ts";
import { type SpoorProcess, startSpoor } from "../spoor-process.ts";

let spoor: SpoorProcess;
before(async () => {
  spoor = await startSpoor({ useMemoryStore: true });
});
after(() => spoor.stop());

function spansOfOneTrace(count: number): Span[] {
  const root = exampleSpan();
  const { traceId, spanId: parentSpanId } = root;
  const below = Array.from({ length: count - 1 }, () => exampleSpan({ traceId, parentSpanId }));
  return [root, ...below];
}

async function answerTo(path: string): Promise<TraceAnswer> {
  const response = await fetch(`${spoor.url}/api/v1/traces/${path}`);
  assert.equal(response.status, 200);
  // The server under test is the one that defines this answer.
  return (await response.json()) as TraceAnswer;
}

test("a trace comes whole up to the size that was asked for, and beyond it without spans", async () => {
  const spans = spansOfOneTrace(5);
  const traceId = spans[0]?.traceId ?? "";
  await storeSpans(spoor, spans);
  const whole = await answerTo(`${traceId}?wholeUpTo=5`);
  assert.equal(whole.trace.spans.length, 5);
  assert.equal(whole.complete, true);
  const none = await answerTo(`${traceId}?wholeUpTo=4`);
  assert.deepEqual(none.trace.spans, []);
  assert.deepEqual(none.capped, { unit: "spans", limit: 4 });
  for (const wrong of ["0", "-1", "100001", "many", ""]) {
    const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}?wholeUpTo=${wrong}`);
    assert.equal(response.status, 400, wrong);
    assert.match(await response.text(), /SPOOR_API_PARAMETER_INVALID.*wholeUpTo/u);
  }
});

test("spans that have not ended are rows of the skeleton, until they end", async () => {
  const [root, open] = spansOfOneTrace(2);
  assert.ok(root !== undefined && open !== undefined);
  await sendSpans(spoor, [{ ...open, endTimeUnixNano: 0n }]);
  await storeSpans(spoor, [root]);
  const running = await skeletonOf(root.traceId);
  assert.deepEqual(running.rows, [
    { spanId: root.spanId, isOpen: false },
    { spanId: open.spanId, isOpen: true },
  ]);
  assert.deepEqual(
    running.end.open.map(({ spanId }) => spanId),
    [open.spanId],
  );
  await sendSpans(spoor, [open]);
  const ended = await skeletonOf(root.traceId);
  assert.deepEqual(ended.rows[1], { spanId: open.spanId, isOpen: false });
  assert.deepEqual(ended.end.open, []);
});

interface ReadSkeleton {
  readonly rows: readonly { readonly spanId: string; readonly isOpen: boolean }[];
  readonly end: SkeletonEnd;
}

async function skeletonOf(traceId: string): Promise<ReadSkeleton> {
  const response = await fetch(`${spoor.url}/api/v1/traces/${traceId}/skeleton`);
  const reader = new SkeletonReader();
  assert.ok(response.body);
  for await (const piece of response.body) reader.push(piece);
  const { skeleton } = reader;
  assert.ok(skeleton);
  const rows = Array.from(skeleton.flags, (flags, row) => ({
    spanId: skeletonSpanId(skeleton, row),
    isOpen: (flags & OutlineFlag.open) !== 0,
  }));
  // The server under test is the one that defines this answer.
  return { rows, end: reader.end as SkeletonEnd };
}
