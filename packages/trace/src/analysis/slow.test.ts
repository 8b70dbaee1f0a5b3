import assert from "node:assert/strict";
import { test } from "node:test";
import { criticalTimes, slowMarks } from "./slow.ts";
import { buildTree } from "./tree.ts";
import { CHECKOUT, type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { traceVerdict } from "./verdict.ts";
import type { Trace } from "../span/span.ts";

function marked(trace: Trace): string[] {
  const tree = buildTree(trace);
  return slowMarks(tree, criticalTimes(tree)).map(
    ({ node, ownNano }) => `${node.span.name.split(" ")[0]} ${ownNano / 1e6}`,
  );
}

function check(literals: readonly SpanLiteral[], expected: readonly string[]): void {
  assert.deepEqual(marked(traceLiteral(...literals)), expected);
}

test("the checkout marks the inventory query, and the longer payment call beside it", () => {
  assert.deepEqual(marked(CHECKOUT), ["stripe.ChargeCreate 80", "postgres.Query 27"]);
});

test("a parent is not slow because its child is", () => {
  check(
    [
      { id: "a", endMs: 100 },
      { id: "b", parent: "a", endMs: 100 },
      { id: "c", parent: "b", startMs: 1, endMs: 99 },
    ],
    ["c 98"],
  );
});

test("a long span beside the critical path is not marked", () => {
  check(
    [
      { id: "a", endMs: 100 },
      { id: "b", parent: "a", endMs: 100 },
      { id: "c", parent: "a", endMs: 80 },
    ],
    ["b 100"],
  );
});

test("a fifth is marked, less than a fifth is not", () => {
  const parts = [20, 19, 18, 17, 16, 10];
  let startMs = 0;
  const children = parts.map((ms, index) => {
    const child = { id: String(index + 1), parent: "0", startMs, endMs: startMs + ms };
    startMs += ms;
    return child;
  });
  check([{ id: "0", endMs: 100 }, ...children], ["1 20"]);
});

test("of four quarters the three earliest are marked", () => {
  const children = [0, 25, 50, 75].map((startMs, index) => ({
    id: String(index + 1),
    parent: "0",
    startMs,
    endMs: startMs + 25,
  }));
  check([{ id: "0", endMs: 100 }, ...children], ["1 25", "2 25", "3 25"]);
});

test("an orphan is measured against the trace, not against itself", () => {
  check(
    [
      { id: "a", endMs: 100 },
      { id: "b", parent: "f", startMs: 10, endMs: 90 },
      { id: "c", parent: "e", startMs: 10, endMs: 20 },
    ],
    ["a 100", "b 80"],
  );
});

test("a single span is not slow by itself", () => {
  check([{ id: "a", endMs: 100 }], []);
});

test("spans without length are never marked", () => {
  check([{ id: "a" }, { id: "b", parent: "a" }], []);
});

test("the verdict names the deepest error, then where the time went", () => {
  const tree = buildTree(
    traceLiteral(
      { id: "a", name: "GET /checkout", endMs: 100, error: "503" },
      {
        id: "b",
        parent: "a",
        name: "UPDATE",
        service: "inventory",
        endMs: 90,
        error: "lock timeout",
      },
      { id: "c", parent: "a", startMs: 90, endMs: 95 },
    ),
  );
  const verdict = traceVerdict(tree, slowMarks(tree, criticalTimes(tree)));
  assert.equal(
    verdict.sentence,
    "Failed in UPDATE in inventory: lock timeout. 90ms of 100ms went there.",
  );
  assert.equal(verdict.failure?.span.name, "UPDATE");
});

test("the verdict says so when no span stands out", () => {
  const parts = Array.from({ length: 10 }, (_, index) => ({
    id: index.toString(),
    parent: "a",
    startMs: index * 10,
    endMs: index * 10 + 10,
  }));
  const tree = buildTree(traceLiteral({ id: "a", endMs: 100 }, ...parts));
  const verdict = traceVerdict(tree, slowMarks(tree, criticalTimes(tree)));
  assert.equal(verdict.sentence, "No span took a fifth of the 100ms on its own.");
});
