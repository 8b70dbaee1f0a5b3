import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraceReference, type TraceReference } from "./trace-reference.ts";

const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";

function check(text: string, expected: TraceReference): void {
  assert.deepEqual(parseTraceReference(text), expected);
}

test("a trace id is read in either case, with dashes and white space", () => {
  check(TRACE_ID, { kind: "traceId", traceId: TRACE_ID });
  check(` ${TRACE_ID.toUpperCase()}\n`, { kind: "traceId", traceId: TRACE_ID });
  check("4bf92f35-77b3-4da6-a3ce-929d0e0e4736", { kind: "traceId", traceId: TRACE_ID });
});

test("a traceparent names its trace and its span", () => {
  check(`00-${TRACE_ID}-00f067aa0ba902b7-01`, {
    kind: "traceId",
    traceId: TRACE_ID,
    spanId: "00f067aa0ba902b7",
  });
  check(`cc-${TRACE_ID}-00f067aa0ba902b7-01-what-the-future-adds`, {
    kind: "traceId",
    traceId: TRACE_ID,
    spanId: "00f067aa0ba902b7",
  });
});

test("the first digits of a trace id are a prefix", () => {
  check("4BF9", { kind: "prefix", prefix: "4bf9" });
});

test("what names no trace says why", () => {
  for (const [text, reason] of [
    ["", /digits/],
    ["4bf", /at least 4/],
    ["checkout", /0-9 and a-f/],
    ["0".repeat(32), /invalid trace id/],
    [`${TRACE_ID}00`, /32 digits, this has 34/],
  ] as const) {
    const reference = parseTraceReference(text);
    assert.equal(reference.kind, "invalid");
    assert.match(reference.kind === "invalid" ? reference.reason : "", reason);
  }
});
