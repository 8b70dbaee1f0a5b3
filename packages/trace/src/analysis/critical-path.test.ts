import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { SpanKind } from "../span/kind.ts";
import { criticalNanoOfRows, criticalPath } from "./critical-path.ts";
import { selfNanoOfRows } from "./self-time.ts";
import { rowsOfTree } from "./trace-rows.ts";
import { buildTree, type TraceTree } from "./tree.ts";
import { CHECKOUT, type SpanLiteral, traceLiteral } from "./trace-literal.ts";

/** The path of the first root as `name start-end` in ms. */
function path(tree: TraceTree): string[] {
  return criticalPath(rowsOfTree(tree), 0).map(
    ({ row, startNano, endNano }) =>
      `${tree.nodes[row]?.span.name} ${startNano / 1e6}-${endNano / 1e6}`,
  );
}

function check(literals: readonly SpanLiteral[], expected: readonly string[]): void {
  assert.deepEqual(path(buildTree(traceLiteral(...literals))), expected);
}

test("calls one after the other are all on the path, with the parent's own time between", () => {
  assert.deepEqual(
    path(buildTree(CHECKOUT)).map((step) => step.replace(/^(\S+) .*?(\S+)$/, "$1 $2")),
    [
      "handleCheckout 0-2",
      "redis.Get 2-4",
      "checkInventory 4-5",
      "postgres.Query 5-32",
      "handleCheckout 32-34",
      "processPayment 34-35",
      "stripe.ChargeCreate 35-115",
      "processPayment 115-116",
      "postgres.Exec 116-119",
      "handleCheckout 119-120",
    ],
  );
});

test("of children in parallel only the one that ended last is on the path", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 100 },
      { id: "b", parent: "a", startMs: 10, endMs: 60 },
      { id: "c", parent: "a", startMs: 10, endMs: 95 },
    ],
    ["a 0-10", "c 10-95", "a 95-100"],
  );
});

test("a sibling that still ran when its successor started did not bring it about", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 100 },
      { id: "b", parent: "a", startMs: 0, endMs: 50 },
      { id: "c", parent: "a", startMs: 30, endMs: 100 },
    ],
    ["a 0-30", "c 30-100"],
  );
});

test("an overlap within the resolution of the clock does not push a call off the path", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 100 },
      { id: "b", parent: "a", startMs: 0, endMs: 50.4 },
      { id: "c", parent: "a", startMs: 50, endMs: 100.9 },
    ],
    ["b 0-50", "c 50-100"],
  );
});

test("a task that outlives its parent does not hide the call that was waited for", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 100 },
      { id: "b", parent: "a", startMs: 0, endMs: 90 },
      { id: "c", parent: "a", startMs: 20, endMs: 500 },
    ],
    ["b 0-90", "a 90-100"],
  );
});

test("a client span that gave up was waiting for the server that still worked", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 30 },
      { id: "b", parent: "a", startMs: 1, endMs: 29, kind: SpanKind.client },
      { id: "c", parent: "b", startMs: 2, endMs: 41, kind: SpanKind.server },
      { id: "d", parent: "c", startMs: 3, endMs: 35 },
      { id: "e", parent: "c", startMs: 36, endMs: 40 },
    ],
    ["a 0-1", "b 1-2", "c 2-3", "d 3-29", "a 29-30"],
  );
});

test("a server whose caller hung up was waiting for the query that still ran", () => {
  const { client, server } = SpanKind;
  check(
    [
      { id: "a", kind: client, startMs: 0, endMs: 30, error: "aborted" },
      { id: "b", parent: "a", kind: server, startMs: 1, endMs: 29 },
      { id: "c", parent: "b", kind: client, startMs: 2, endMs: 500 },
    ],
    ["a 0-1", "b 1-2", "c 2-29", "a 29-30"],
  );
});

test("a parent that ended with an error was waiting for what still ran, but not for a message", () => {
  check(
    [
      { id: "a", startMs: 0, endMs: 30, error: "504" },
      { id: "b", parent: "a", startMs: 1, endMs: 41, kind: SpanKind.client },
      { id: "c", parent: "a", startMs: 2, endMs: 90, kind: SpanKind.consumer },
    ],
    ["a 0-1", "b 1-30"],
  );
});

test("a child that starts before its parent counts from the parent's start", () => {
  check(
    [
      { id: "a", startMs: 10, endMs: 20 },
      { id: "b", parent: "a", startMs: 5, endMs: 15 },
      { id: "c", parent: "b", startMs: 6, endMs: 12 },
    ],
    ["c 10-12", "b 12-15", "a 15-20"].map((step) => shifted(step, 5)),
  );
});

/** Times count from the earliest start of the trace. */
function shifted(step: string, ms: number): string {
  return step.replaceAll(/\d+(?=-)|(?<=-)\d+/g, (number) => String(Number(number) - ms));
}

test("a child wholly outside its parent is not on the path", () => {
  check(
    [
      { id: "a", startMs: 10, endMs: 20, kind: SpanKind.client },
      { id: "b", parent: "a", startMs: 30, endMs: 35 },
    ],
    ["a 0-10"],
  );
});

test("self time is the duration minus the union of the children within the span", () => {
  const tree = buildTree(
    traceLiteral(
      { id: "a", startMs: 10, endMs: 110 },
      { id: "b", parent: "a", startMs: 0, endMs: 30 },
      { id: "c", parent: "a", startMs: 20, endMs: 50 },
      { id: "d", parent: "a", startMs: 25, endMs: 40 },
      { id: "e", parent: "a", startMs: 100, endMs: 200 },
      { id: "f", parent: "a", startMs: 300, endMs: 400 },
    ),
  );
  const selfMs = Array.from(selfNanoOfRows(rowsOfTree(tree)), (nano) => nano / 1e6);
  assert.deepEqual(selfMs, [50, 30, 30, 15, 100, 100]);
});

test("whatever the times, the path covers the root without gap or overlap", () => {
  const child = fc.record({ parent: fc.nat(9), startMs: fc.nat(60), lengthMs: fc.nat(60) });
  const kind = fc.constantFrom(SpanKind.internal, SpanKind.client, SpanKind.consumer);
  fc.assert(
    fc.property(fc.array(fc.tuple(child, kind), { maxLength: 9 }), (children) => {
      const tree = buildTree(
        traceLiteral(
          { id: "0", name: "0", startMs: 0, endMs: 50, error: "x" },
          ...children.map(([{ parent, startMs, lengthMs }, spanKind], index) => ({
            id: String(index + 1),
            parent: String(Math.min(parent, index)),
            startMs,
            endMs: startMs + lengthMs,
            kind: spanKind,
          })),
        ),
      );
      const root = tree.nodes[0];
      assert.ok(root !== undefined);
      const rows = rowsOfTree(tree);
      const steps = criticalPath(rows, 0);
      let cursor = root.startNano;
      for (const step of steps) {
        const node = tree.nodes[step.row];
        assert.ok(node !== undefined);
        assert.equal(step.startNano, cursor);
        assert.ok(step.endNano > step.startNano);
        assert.ok(node.startNano <= step.startNano && step.endNano <= node.endNano);
        cursor = step.endNano;
      }
      assert.equal(cursor, root.endNano);
      const total = criticalNanoOfRows(rows).reduce((sum, nano) => sum + nano, 0);
      assert.equal(total, root.endNano - root.startNano);
    }),
  );
});
