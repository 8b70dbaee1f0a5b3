import assert from "node:assert/strict";
import { test } from "node:test";
import { createContextKey, ROOT_CONTEXT, trace } from "@opentelemetry/api";
import { LinkedContext, suppressTracing, isTracingSuppressed } from "./linked-context.ts";

test("values are found through both kinds of context, and the newest one counts", () => {
  const [a, b] = [createContextKey("test a"), createContextKey("test b")];
  const below = ROOT_CONTEXT.setValue(a, 1).setValue(b, 2);
  const above = LinkedContext.on(below).setValue(a, 3);
  assert.equal(above.getValue(a), 3);
  assert.equal(above.getValue(b), 2);
  assert.equal(above.deleteValue(b).getValue(b), undefined);
  assert.equal(LinkedContext.on(above), above);
});

test("the API finds the span of our contexts, and we find that of its contexts", () => {
  const span = trace.wrapSpanContext({
    traceId: "1".repeat(32),
    spanId: "2".repeat(16),
    traceFlags: 1,
  });
  assert.equal(LinkedContext.on(trace.setSpan(ROOT_CONTEXT, span)).span, span);
  assert.equal(trace.getSpan(LinkedContext.on(ROOT_CONTEXT).withSpan(span)), span);
  assert.equal(
    trace.getSpan(trace.deleteSpan(LinkedContext.on(ROOT_CONTEXT).withSpan(span))),
    undefined,
  );
});

test("more keys than are looked up one by one are all kept", () => {
  const keys = Array.from({ length: 50 }, (_, index) => createContextKey(`test key ${index}`));
  let context = LinkedContext.on(ROOT_CONTEXT);
  for (let round = 0; round < 3; round += 1) {
    for (const [index, key] of keys.entries()) context = context.setValue(key, index + round);
  }
  assert.deepEqual(
    keys.map((key) => context.getValue(key)),
    keys.map((_, index) => index + 2),
  );
});

test("tracing is suppressed below a context that says so", () => {
  const suppressed = suppressTracing(ROOT_CONTEXT);
  assert.ok(isTracingSuppressed(suppressed));
  assert.ok(isTracingSuppressed(suppressed.setValue(createContextKey("test other"), 1)));
  assert.equal(isTracingSuppressed(ROOT_CONTEXT), false);
});
