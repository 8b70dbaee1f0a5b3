import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { SpanKind } from "../span/kind.ts";
import { clockOffsets } from "./clock-offsets.ts";
import { type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { buildTree, type TraceTree } from "./tree.ts";

const MS = 1_000_000;

interface CallLiteral {
  /** How far the callee's clock is ahead. */
  readonly aheadMs: number;
  readonly serverMs?: number;
  readonly fields?: Partial<SpanLiteral>;
}

/** A call of 100 ms, of which the network has 4 each way. */
function call({ aheadMs, serverMs = 92, fields = {} }: CallLiteral): TraceTree {
  const startMs = 1000 + 4 + aheadMs;
  return buildTree(
    traceLiteral(
      { id: "1", kind: SpanKind.client, startMs: 1000, endMs: 1100, ...fields },
      {
        id: "2",
        parent: "1",
        kind: SpanKind.server,
        service: "inventory",
        startMs,
        endMs: startMs + serverMs,
      },
    ),
  );
}

function calls(count: number, literal: CallLiteral): TraceTree[] {
  return Array.from({ length: count }, () => call(literal));
}

test("a clock that is ahead is told with how far, within what the network took", () => {
  const [offset, ...others] = clockOffsets(calls(5, { aheadMs: 250 }));
  assert.equal(others.length, 0);
  assert.deepEqual(
    { ...offset, traceId: "", spanId: "" },
    {
      caller: "checkout",
      callerHost: "",
      callee: "inventory",
      calleeHost: "",
      offsetNano: 250 * MS,
      errorNano: 4 * MS,
      callCount: 5,
      traceId: "",
      spanId: "",
    },
  );
});

test("a clock that is behind has a negative offset", () => {
  assert.equal(clockOffsets(calls(3, { aheadMs: -700 }))[0]?.offsetNano, -700 * MS);
});

test("clocks that may agree are not told of, whatever the network did", () => {
  assert.deepEqual(clockOffsets(calls(50, { aheadMs: 0 })), []);
  assert.deepEqual(clockOffsets(calls(50, { aheadMs: 4.5 })), []);
});

test("failed calls and answers before the end say nothing: the callee worked on for nobody", () => {
  const aborted = { aheadMs: 0, serverMs: 5000 };
  assert.deepEqual(clockOffsets(calls(9, aborted)), []);
  assert.deepEqual(clockOffsets(calls(9, { aheadMs: 90, fields: { error: "timeout" } })), []);
});

test("a few odd calls among many prove nothing", () => {
  const odd = calls(2, { aheadMs: 400 });
  assert.deepEqual(clockOffsets(odd), []);
  const many = [...calls(3, { aheadMs: 400 }), ...calls(7, { aheadMs: 0 })];
  assert.deepEqual(clockOffsets(many), []);
});

test("whatever clocks and networks do, the true offset lies in what is told", () => {
  const ms = fc.integer({ min: 0, max: 50 });
  const legs = fc.array(fc.record({ out: ms, back: ms, work: ms }), {
    minLength: 3,
    maxLength: 20,
  });
  fc.assert(
    fc.property(fc.integer({ min: -5000, max: 5000 }), legs, (aheadMs, all) => {
      const trees = all.map(({ out, back, work }) =>
        buildTree(
          traceLiteral(
            { id: "1", kind: SpanKind.client, startMs: 10_000, endMs: 10_000 + out + work + back },
            {
              id: "2",
              parent: "1",
              kind: SpanKind.server,
              service: "inventory",
              startMs: 10_000 + out + aheadMs,
              endMs: 10_000 + out + work + aheadMs,
            },
          ),
        ),
      );
      for (const { offsetNano, errorNano } of clockOffsets(trees)) {
        assert.ok(Math.abs(offsetNano - aheadMs * MS) <= errorNano + 1);
        assert.notEqual(aheadMs, 0);
      }
    }),
  );
});
