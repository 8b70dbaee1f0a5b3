import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanKind } from "../span/kind.ts";
import { keptShare, missingCallees, samplingDifferences } from "./sampling-differences.ts";
import { type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { buildTree, type TraceTree } from "./tree.ts";

const CALL: SpanLiteral = {
  id: "1",
  kind: SpanKind.client,
  endMs: 10,
  attributes: { "server.address": "inventory", "server.port": 8080n },
};
const SERVED: SpanLiteral = {
  id: "2",
  parent: "1",
  kind: SpanKind.server,
  service: "inventory",
  startMs: 1,
  endMs: 9,
};

function traces(count: number, ...literals: readonly SpanLiteral[]): TraceTree[] {
  return Array.from({ length: count }, () => buildTree(traceLiteral(...literals)));
}

test("the share that is kept is read from the trace state as samplers write it", () => {
  const shares = [
    ["ot=th:0", 1],
    ["ot=th:8", 0.5],
    ["vendor=1,ot=rv:7fffffffffffff;th:c,other=th:4", 0.25],
    ["ot=th:fd70a3d70a3d7", 0.01],
    ["", undefined],
    ["other=th:8", undefined],
    ["ot=rv:7fffffffffffff", undefined],
    ["ot=th:xyz", undefined],
  ] as const;
  for (const [traceState, expected] of shares) {
    const share = keptShare(traceState);
    if (expected === undefined) assert.equal(share, undefined, traceState);
    else assert.ok(Math.abs((share ?? 0) - expected) < 1e-6, `${traceState}: ${share}`);
  }
});

test("a callee that keeps another share than its caller is told, and a follower is not", () => {
  const apart = traces(4, { ...CALL, traceState: "ot=th:8" }, { ...SERVED, traceState: "ot=th:c" });
  const [difference, ...others] = samplingDifferences(apart);
  assert.equal(others.length, 0);
  assert.equal(difference?.caller, "checkout");
  assert.equal(difference?.callee, "inventory");
  assert.deepEqual([difference?.callerShare, difference?.calleeShare], [0.5, 0.25]);
  assert.equal(difference?.callCount, 4);
  const follower = { ...SERVED, traceState: "other=1,ot=th:8" };
  assert.deepEqual(
    samplingDifferences(traces(4, { ...CALL, traceState: "ot=th:8" }, follower)),
    [],
  );
  assert.deepEqual(samplingDifferences(traces(4, CALL, SERVED)), []);
});

test("a callee that is there below some calls and missing below others is told", () => {
  const [missing, ...others] = missingCallees([...traces(6, CALL, SERVED), ...traces(4, CALL)]);
  assert.equal(others.length, 0);
  assert.equal(missing?.caller, "checkout");
  assert.equal(missing?.callee, "inventory");
  assert.deepEqual([missing?.callCount, missing?.missingCount], [10, 4]);
  assert.equal(missing?.spanId, "1000000000000000");
});

test("whoever never sends spans, and a call now and then, are not told of", () => {
  assert.deepEqual(missingCallees(traces(40, CALL)), []);
  assert.deepEqual(missingCallees([...traces(40, CALL, SERVED), ...traces(2, CALL)]), []);
  assert.deepEqual(missingCallees([...traces(99, CALL, SERVED), ...traces(4, CALL)]), []);
});

test("calls that failed and calls to databases are not looked at", () => {
  const failed = { ...CALL, error: "refused" };
  assert.deepEqual(missingCallees([...traces(5, CALL, SERVED), ...traces(5, failed)]), []);
  const query = { ...CALL, attributes: { ...CALL.attributes, "db.system.name": "postgresql" } };
  assert.deepEqual(missingCallees([...traces(5, CALL, SERVED), ...traces(5, query)]), []);
});
