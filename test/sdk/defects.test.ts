/*
 * What is known to go wrong with the official SDK for Node.js, version 2, and does not here. Each
 * test names what happens there.
 */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { context, isSpanContextValid, SpanKind, trace } from "@opentelemetry/api";
import { legacyRatio, ratio, type SpanProcessor } from "@spoor/sdk";
import { SdkUnderTest } from "./sdk-under-test.ts";

const TRACE_COUNT = 20_000;

const failing = (message: string): SpanProcessor => ({
  onStart: () => undefined,
  onEnd: () => undefined,
  forceFlush: async () => Promise.reject(new Error(message)),
  shutdown: async () => undefined,
});

test("defect 1, ratio: it keeps the traces that SDKs of other languages keep (there 9 of 10 broke)", () => {
  const legacy = new SdkUnderTest({ sampler: legacyRatio(0.1) });
  const consistent = new SdkUnderTest({ sampler: ratio(0.1) });
  const bound = BigInt(Math.floor(0.1 * 2 ** 63));
  const rejected = 2n ** 56n - BigInt(Math.round(0.1 * 2 ** 56));
  for (let index = 0; index < TRACE_COUNT; index += 1) {
    const old = legacy.tracer.startSpan("a").spanContext();
    // The rule of Go, Java and Python: the low 8 bytes without the lowest bit.
    const low = BigInt(`0x${old.traceId.slice(16)}`) >> 1n;
    assert.equal((old.traceFlags & 1) === 1, low < bound, old.traceId);
    const now = consistent.tracer.startSpan("a").spanContext();
    // The rule of the specification: 56 random bits, not below the threshold.
    const random = BigInt(`0x${now.traceId.slice(18)}`);
    assert.equal((now.traceFlags & 1) === 1, random >= rejected, now.traceId);
    if ((now.traceFlags & 1) === 1) assert.match(now.traceState?.get("ot") ?? "", /^th:e6666666/);
  }
});

test("defect 2, clock: children lie inside their parents and siblings in a row do not overlap (times were whole ms)", () => {
  const sdk = new SdkUnderTest();
  using _context = sdk.registerContext();
  for (let index = 0; index < 200; index += 1) {
    sdk.tracer.startActiveSpan("parent", (parent) => {
      for (const name of ["first", "second", "third"]) sdk.tracer.startSpan(name).end();
      parent.end();
    });
  }
  const spans = sdk.spans();
  let fineCount = 0;
  for (let index = 0; index < spans.length; index += 4) {
    const [first, second, third, parent] = spans.slice(index, index + 4);
    assert.ok(first !== undefined && second !== undefined);
    assert.ok(third !== undefined && parent !== undefined);
    assert.ok(parent.startTimeUnixNano <= first.startTimeUnixNano);
    assert.ok(first.startTimeUnixNano <= first.endTimeUnixNano);
    assert.ok(first.endTimeUnixNano <= second.startTimeUnixNano);
    assert.ok(second.endTimeUnixNano <= third.startTimeUnixNano);
    assert.ok(third.endTimeUnixNano <= parent.endTimeUnixNano);
    if (first.startTimeUnixNano % 1_000_000n !== 0n) fineCount += 1;
  }
  assert.ok(fineCount > 190, `${fineCount} of 200 starts are finer than a millisecond`);
});

test("defect 3, surplus dropped: a burst in one turn of the event loop loses nothing (there all but 2,048 of it)", () => {
  const sdk = new SdkUnderTest();
  for (let index = 0; index < 5000; index += 1) sdk.tracer.startSpan(`span ${index}`).end();
  const spans = sdk.spans();
  assert.equal(spans.length, 5000);
  assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, 5000);
  assert.equal(sdk.waitingCount, 1, "the sink was told once that something waits");
});

test("no span has an id of zeros, also where another tracer gives an invalid parent", () => {
  const sdk = new SdkUnderTest();
  const invalid = trace.wrapSpanContext({ traceId: "0".repeat(32), spanId: "", traceFlags: 1 });
  const under = trace.setSpan(context.active(), invalid);
  sdk.tracer.startSpan("child", {}, under).end();
  const span = sdk.span();
  const { traceId, spanId } = span;
  assert.ok(isSpanContextValid({ traceId, spanId, traceFlags: 1 }));
  assert.equal(span.parentSpanId, "");
});

test("defect 14, spans kept alive: ended spans that something still holds keep no attributes alive", () => {
  setFlagsFromString("--expose-gc");
  // The function that the flag adds.
  const collect = runInNewContext("gc") as () => void;
  const sdk = new SdkUnderTest({
    sink: { accept: () => undefined, spansWaiting: () => undefined },
  });
  const attributeBytes = 20_000;
  collect();
  const before = process.memoryUsage().heapUsed;
  const held = Array.from({ length: 1000 }, (_, index) => {
    const span = sdk.tracer.startSpan("held");
    const value = Buffer.alloc(attributeBytes, index).toString("latin1");
    span.setAttribute("large", value).addEvent("event", { value }).end();
    return span;
  });
  collect();
  const keptBytes = process.memoryUsage().heapUsed - before;
  assert.equal(held.length, 1000);
  assert.ok(keptBytes < 5_000_000, `${keptBytes} of ${attributeBytes * 1000} bytes are kept`);
});

test("defect 15, stuck span: a span that hangs is seen while it hangs (there nothing knows of it)", () => {
  const sdk = new SdkUnderTest();
  const stuck = sdk.tracer.startSpan("stuck", { kind: SpanKind.SERVER, attributes: { order: 7 } });
  const other = sdk.tracer.startSpan("other");
  assert.equal(sdk.provider.openSpanCount, 2);
  const [first, second] = sdk.provider.openSpans();
  assert.equal(first?.name, "stuck");
  assert.deepEqual(first?.attributes, { order: 7 });
  assert.equal(first?.spanId, stuck.spanContext().spanId);
  assert.ok((first?.ageMs ?? -1) >= 0);
  assert.equal(second?.name, "other");
  stuck.end();
  assert.deepEqual(
    [...sdk.provider.openSpans()].map(({ name }) => name),
    ["other"],
  );
  const third = sdk.tracer.startSpan("third");
  third.end();
  const fourth = sdk.tracer.startSpan("fourth");
  assert.deepEqual(
    [...sdk.provider.openSpans()].map(({ name }) => name),
    ["other", "fourth"],
  );
  other.end();
  fourth.end();
  assert.equal(sdk.provider.openSpanCount, 0);
});

test("defect 18, rejection with an array: a failing flush rejects with an error", async () => {
  const one = new SdkUnderTest({ processors: [failing("a")] });
  await assert.rejects(one.provider.forceFlush(), (error: unknown) => {
    return error instanceof Error && error.message === "a";
  });
  const two = new SdkUnderTest({ processors: [failing("a"), failing("b")] });
  await assert.rejects(two.provider.forceFlush(), (error: unknown) => {
    return error instanceof AggregateError && error.errors.length === 2;
  });
});

test("defect 4, flush returns early: it waits for what is on its way (there it returned before it was delivered)", async () => {
  let delivered = 0;
  const sdk = new SdkUnderTest({
    flushSink: async () => {
      await pause(20);
      delivered += 1;
    },
  });
  sdk.tracer.startSpan("a").end();
  await sdk.provider.forceFlush();
  assert.equal(delivered, 1);
  assert.equal(sdk.chunks.length, 1);
});

test("a flush that takes too long says so", async () => {
  const never = new Promise<void>(() => undefined);
  // The timer of the deadline does not keep the process alive; something else has to.
  const alive = setTimeout(() => undefined, 10_000);
  const sdk = new SdkUnderTest({ flushSink: async () => never });
  await assert.rejects(sdk.provider.forceFlush({ timeoutMillis: 5 }), /within 5 ms/);
  clearTimeout(alive);
});
