import assert from "node:assert/strict";
import { test } from "node:test";
import { plainResource, plainSpan, type Span, spanBatchOf, SpanKind } from "@spoor/trace";
import { CONSISTENCY_SPANS_MAX } from "../base/limits.ts";
import { NOW_UNIX_NANO, testApi, type TestAnswer } from "./api-literal.ts";

const MS = 1_000_000n;
const CHECKOUT = plainResource("checkout");
const STOCK = plainResource("stock");

/** A call a minute ago to a service whose clock is ahead. */
function call(index: number, aheadMs: bigint): Span[] {
  const traceId = (index + 1).toString(16).padStart(32, "0");
  const start = NOW_UNIX_NANO - 60_000n * MS - BigInt(index) * MS;
  const client = plainSpan({
    traceId,
    spanId: "1".repeat(16),
    name: "GET /stock",
    kind: SpanKind.client,
    startTimeUnixNano: start,
    endTimeUnixNano: start + 100n * MS,
    resource: CHECKOUT,
  });
  const server = plainSpan({
    traceId,
    spanId: "2".repeat(16),
    parentSpanId: client.spanId,
    name: "GET /stock",
    kind: SpanKind.server,
    startTimeUnixNano: start + (aheadMs + 5n) * MS,
    endTimeUnixNano: start + (aheadMs + 95n) * MS,
    resource: STOCK,
  });
  return [client, server];
}

async function ask(spans: readonly Span[], query = ""): Promise<TestAnswer> {
  const api = await testApi();
  await api.store.write(spanBatchOf(spans));
  return api.get(`/consistency${query}`);
}

test("calls of the newest traces are compared, and how many that are is said", async () => {
  const spans = [0, 1, 2, 3].flatMap((index) => call(index, 700n));
  const { body } = await ask(spans);
  assert.deepEqual([body.traceCount, body.spanCount, body.callCount], [4, 8, 4]);
  assert.deepEqual([body.skippedCount, body.complete, body.capped], [0, true, null]);
  assert.equal(body.clockOffsets.length, 1);
  assert.equal(body.clockOffsets[0].offsetNano, 700_000_000);
  assert.deepEqual([body.samplingDifferences, body.missingCallees], [[], []]);
});

test("with a limit the answer says that it is of some traces only", async () => {
  const spans = [0, 1, 2, 3].flatMap((index) => call(index, 0n));
  const { body } = await ask(spans, "?limit=3");
  assert.equal(body.traceCount, 3);
  assert.deepEqual(body.capped, { unit: "traces", limit: 3 });
});

test("what has just begun is not looked at: its other half may still be coming", async () => {
  const [client] = call(0, 0n);
  assert.ok(client !== undefined);
  const { body } = await ask([{ ...client, startTimeUnixNano: NOW_UNIX_NANO - 1000n * MS }]);
  assert.equal(body.traceCount, 0);
});

test("a trace that is too large is counted and not judged by its beginning", async () => {
  const [client] = call(0, 0n);
  assert.ok(client !== undefined);
  const many = Array.from({ length: CONSISTENCY_SPANS_MAX + 1 }, (_, index) =>
    plainSpan({ ...client, spanId: (index + 16).toString(16).padStart(16, "0") }),
  );
  const { body } = await ask(many);
  assert.deepEqual([body.traceCount, body.skippedCount], [0, 1]);
});

test("an empty interval is refused with words", async () => {
  const { status, body } = await ask(call(0, 0n), "?from=now&to=-1h");
  assert.equal(status, 400);
  assert.equal(body.code, "SPOOR_API_PARAMETER_INVALID");
});
