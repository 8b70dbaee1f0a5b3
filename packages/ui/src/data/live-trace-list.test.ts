import assert from "node:assert/strict";
import { test } from "node:test";
import type { TraceSummaryDocument } from "@spoor/trace";
import type { TraceListQuery } from "./api-client.ts";
import { EMPTY_LIST, type LiveTraceList, released, withArrived } from "./live-trace-list.ts";

const RECENT: TraceListQuery = { sort: "recent", onlyErrors: false, limit: 3 };

function trace(traceId: string, over: Partial<TraceSummaryDocument> = {}): TraceSummaryDocument {
  return {
    traceId,
    rootService: "gateway",
    rootName: "GET /",
    hasRoot: true,
    startTimeUnixNano: "100",
    durationNano: "10",
    spanCount: 1,
    errorCount: 0,
    services: ["gateway"],
    ...over,
  };
}

function join(traces: readonly TraceSummaryDocument[]): string {
  return traces.map(({ traceId }) => traceId).join(" ");
}

function ids(list: LiveTraceList): { shown: string; waiting: string } {
  return { shown: join(list.shown), waiting: join(list.waiting) };
}

function at(traceId: string, startTimeUnixNano: string): TraceSummaryDocument {
  return trace(traceId, { startTimeUnixNano });
}

const flowing = { query: RECENT, isHeld: false };
const held = { query: RECENT, isHeld: true };
const two = withArrived(EMPTY_LIST, [at("a", "9"), at("b", "10")], flowing);

test("new traces stand on top, newest first, also where times differ in length", () => {
  assert.deepEqual(ids(two), { shown: "b a", waiting: "" });
});

test("a trace that is listed changes in its place", () => {
  const list = withArrived(two, [trace("a", { startTimeUnixNano: "9", spanCount: 7 })], flowing);
  assert.deepEqual(ids(list), { shown: "b a", waiting: "" });
  assert.equal(list.shown[1]?.spanCount, 7);
});

test("while the list is held nothing moves, and what came in waits", () => {
  const list = withArrived(two, [at("c", "11"), at("a", "99")], held);
  assert.deepEqual(ids(list), { shown: "b a", waiting: "c" });
  assert.deepEqual(ids(released(list, RECENT)), { shown: "a c b", waiting: "" });
});

test("a waiting trace that gets more spans still waits once", () => {
  const once = withArrived(two, [at("c", "11")], held);
  assert.deepEqual(ids(withArrived(once, [at("c", "11")], held)), { shown: "b a", waiting: "c" });
});

test("what waited moves in with the next arrival after the hold", () => {
  const list = withArrived(two, [at("c", "11")], held);
  assert.deepEqual(ids(withArrived(list, [at("d", "8")], flowing)), {
    shown: "c b a",
    waiting: "",
  });
});

test("the list keeps to its limit and lets the last in order go", () => {
  const list = withArrived(two, [at("c", "11"), at("d", "12")], flowing);
  assert.deepEqual(ids(list), { shown: "d c b", waiting: "" });
});

test("a list of errors takes only traces with an error, also when it comes late", () => {
  const errors = { query: { ...RECENT, onlyErrors: true }, isHeld: false };
  const none = withArrived(EMPTY_LIST, [at("a", "9")], errors);
  assert.deepEqual(ids(none), { shown: "", waiting: "" });
  assert.deepEqual(ids(withArrived(none, [trace("a", { errorCount: 1 })], errors)).shown, "a");
});

test("a list by duration puts the slowest first", () => {
  const slowest = { query: { ...RECENT, sort: "duration" as const }, isHeld: false };
  const list = withArrived(
    EMPTY_LIST,
    [trace("a", { durationNano: "5" }), trace("b", { durationNano: "30" })],
    slowest,
  );
  assert.equal(ids(list).shown, "b a");
});
