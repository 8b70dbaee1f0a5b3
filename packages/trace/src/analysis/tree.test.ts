import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { buildTree, orphanCount, type TraceTree, type TreeNode, treeDurationNano } from "./tree.ts";
import { CHECKOUT, type SpanLiteral, traceLiteral } from "./trace-literal.ts";

function idOf(index: number): string {
  return index.toString(16).padStart(16, "0");
}

/** The tree as nested names: `a(b c(d))`, roots separated by a space. */
function shape(tree: TraceTree): string {
  const draw = (node: TreeNode): string => {
    const below = node.children.map(draw).join(" ");
    return below === "" ? node.span.name : `${node.span.name}(${below})`;
  };
  return tree.roots.map(draw).join(" ");
}

function check(literals: readonly SpanLiteral[], expected: string): TraceTree {
  const tree = buildTree(traceLiteral(...literals));
  assert.equal(shape(tree), expected);
  return tree;
}

test("children stand below their parents, whatever the order of arrival", () => {
  const spans = CHECKOUT.spans.toReversed();
  const tree = buildTree({ traceId: CHECKOUT.traceId, spans });
  assert.deepEqual(
    tree.nodes.map(({ span, depth }) => `${depth} ${span.name.split(" ")[0]}`),
    [
      "0 handleCheckout",
      "1 checkInventory",
      "2 redis.Get",
      "2 postgres.Query",
      "1 processPayment",
      "2 stripe.ChargeCreate",
      "2 postgres.Exec",
    ],
  );
  assert.deepEqual(tree.problems, []);
  assert.equal(treeDurationNano(tree), 120e6);
});

test("of siblings that started in the same millisecond the first to end comes first", () => {
  check(
    [
      { id: "a", endMs: 9 },
      { id: "b", parent: "a", startMs: 1, endMs: 3 },
      { id: "c", parent: "a", startMs: 1, endMs: 2 },
    ],
    "a(c b)",
  );
});

test("siblings are ordered by start, and when nothing else tells them apart by id", () => {
  check(
    [
      { id: "a" },
      { id: "d", parent: "a", startMs: 1 },
      { id: "c", parent: "a", startMs: 2 },
      { id: "b", parent: "a", startMs: 2 },
    ],
    "a(d b c)",
  );
});

test("a span whose parent never arrived is an additional root, after the real ones", () => {
  const tree = check(
    [
      { id: "b", parent: "f", startMs: 1 },
      { id: "c", parent: "b", startMs: 2 },
      { id: "a", startMs: 5 },
    ],
    "a b(c)",
  );
  assert.deepEqual(
    tree.roots.map(({ place }) => place),
    ["root", "orphan"],
  );
  assert.equal(orphanCount(tree), 1);
  assert.deepEqual(tree.problems, [
    { kind: "parent_missing", spanId: "b".padEnd(16, "0"), parentSpanId: "f".padEnd(16, "0") },
  ]);
});

test("a span that is its own parent is a root and keeps its children", () => {
  const tree = check(
    [
      { id: "a", parent: "a" },
      { id: "b", parent: "a" },
    ],
    "a(b)",
  );
  assert.equal(tree.roots[0]?.place, "self_parent");
  assert.deepEqual(tree.problems, [{ kind: "parent_is_self", spanId: "a".padEnd(16, "0") }]);
});

test("a cycle is cut at its earliest span, and what hangs below it stays", () => {
  const tree = check(
    [
      { id: "a", parent: "c", startMs: 1 },
      { id: "b", parent: "a", startMs: 2 },
      { id: "c", parent: "b", startMs: 3 },
      { id: "d", parent: "c", startMs: 0 },
      { id: "e" },
    ],
    "e a(b(c(d)))",
  );
  const cycle = tree.problems.find(({ kind }) => kind === "parent_cycle");
  assert.ok(cycle?.kind === "parent_cycle");
  assert.equal(cycle.spanIds.map((id) => id[0]).join(""), "acb");
});

test("an exact copy of a span is left out and reported", () => {
  const [root, child] = [
    { id: "a", endMs: 9 },
    { id: "b", parent: "a", endMs: 5 },
  ];
  const tree = check([root, child, child, child], "a(b)");
  assert.deepEqual(tree.problems, [
    { kind: "span_repeated", spanId: "b".padEnd(16, "0"), count: 2 },
  ]);
});

test("different spans under one id all stay, and the children go to the earliest", () => {
  const tree = check(
    [
      { id: "a", name: "client", startMs: 1, endMs: 9 },
      { id: "a", name: "server", startMs: 2, endMs: 8 },
      { id: "b", parent: "a", startMs: 3 },
    ],
    "client(b) server",
  );
  assert.deepEqual(tree.problems, [
    { kind: "span_id_shared", spanId: "a".padEnd(16, "0"), count: 2 },
  ]);
});

test("a span that ends before it starts has no length and is reported", () => {
  const tree = check([{ id: "a", startMs: 5, endMs: 3 }], "a");
  assert.equal(treeDurationNano(tree), 0);
  assert.equal(tree.problems[0]?.kind, "end_before_start");
});

test("a span without times has no length and does not move the origin", () => {
  const trace = traceLiteral({ id: "a", endMs: 4 }, { id: "b", parent: "a" });
  const spans = trace.spans.map((span, index) =>
    index === 1 ? { ...span, startTimeUnixNano: 0n, endTimeUnixNano: 0n } : span,
  );
  const tree = buildTree({ ...trace, spans });
  assert.equal(tree.startTimeUnixNano, trace.spans[0]?.startTimeUnixNano);
  assert.equal(tree.nodes[1]?.hasTimes, false);
  assert.equal(treeDurationNano(tree), 4e6);
});

test("a trace without spans is a tree without roots", () => {
  const tree = buildTree({ traceId: CHECKOUT.traceId, spans: [] });
  assert.deepEqual([tree.roots, tree.nodes, tree.problems], [[], [], []]);
});

test("a chain of 100,000 spans does not overflow the stack", () => {
  const [template] = traceLiteral({ id: "a", endMs: 1 }).spans;
  assert.ok(template !== undefined);
  const spans = Array.from({ length: 100_000 }, (_, index) => ({
    ...template,
    spanId: idOf(index + 1),
    parentSpanId: index === 0 ? "" : idOf(index),
    startTimeUnixNano: template.startTimeUnixNano + BigInt(index),
  }));
  const tree = buildTree({ traceId: template.traceId, spans });
  assert.equal(tree.nodes.at(-1)?.depth, 99_999);
});

test("whatever the parents are, every span appears exactly once, below its parent", () => {
  const ids = "abcdef01".split("");
  const literal = fc.record({
    id: fc.constantFrom(...ids),
    parent: fc.option(fc.constantFrom(...ids, "9"), { nil: undefined }),
    startMs: fc.nat(5),
    endMs: fc.nat(9),
    name: fc.uuid(),
  });
  fc.assert(
    fc.property(fc.array(literal, { maxLength: 24 }), (literals) => {
      const trace = traceLiteral(
        ...literals.map(({ parent, ...rest }) =>
          parent === undefined ? rest : { parent, ...rest },
        ),
      );
      const tree = buildTree(trace);
      const seen = tree.nodes.map(({ span }) => span.name).sort();
      assert.deepEqual(seen, trace.spans.map(({ name }) => name).sort());
      const position = new Map(tree.nodes.map((node, index) => [node, index]));
      for (const [index, node] of tree.nodes.entries()) {
        assert.equal(node.parent === undefined, node.place !== "child");
        if (node.parent === undefined) continue;
        assert.equal(node.parent.span.spanId, node.span.parentSpanId);
        assert.ok((position.get(node.parent) ?? Infinity) < index);
        assert.equal(node.depth, node.parent.depth + 1);
      }
    }),
  );
});
