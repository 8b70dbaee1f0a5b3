import assert from "node:assert/strict";
import { test } from "node:test";
import { readOmnibox } from "./omnibox.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("ids, their beginnings and headers lead to the trace", () => {
  const trace = { kind: "trace", traceId: TRACE };
  assert.deepEqual(readOmnibox(` ${TRACE.toUpperCase()} `), trace);
  assert.deepEqual(readOmnibox("4bf92f35-77b3-4da6-a3ce-929d0e0e4736"), trace);
  assert.deepEqual(readOmnibox("4bf92f35"), { kind: "trace", traceId: "4bf92f35" });
  const header = `traceparent: 00-${TRACE}-${SPAN}-01`;
  assert.deepEqual(readOmnibox(header), { ...trace, spanId: SPAN });
});

test("a pasted line of a log leads to the trace and the span in it", () => {
  const line = `{"level":"error","trace_id":"${TRACE}","span_id":"${SPAN}","msg":"lock {inventory}"}`;
  assert.deepEqual(readOmnibox(line), { kind: "trace", traceId: TRACE, spanId: SPAN });
  assert.deepEqual(readOmnibox(`12:03 ERROR trace_id=${TRACE} no luck`), {
    kind: "trace",
    traceId: TRACE,
  });
});

test("a span id is looked for, as is half a trace id", () => {
  const q = `{ span:id = "${SPAN}" || trace:id =~ "${SPAN}.*" }`;
  assert.deepEqual(readOmnibox(SPAN), { kind: "query", q });
});

test("a query stays a query, also one that names an id", () => {
  for (const q of ["service:checkout duration>2s", `{ trace:id = "${TRACE}" }`, "timed out"]) {
    assert.deepEqual(readOmnibox(q), { kind: "query", q });
  }
  assert.equal(readOmnibox("0".repeat(32)).kind, "query");
});

test("a question mark asks for the keys, an arrow bracket for a command, nothing for nothing", () => {
  assert.deepEqual(readOmnibox("?"), { kind: "help" });
  assert.deepEqual(readOmnibox("> utc"), { kind: "command", text: "utc" });
  assert.deepEqual(readOmnibox("  "), { kind: "nothing" });
});
