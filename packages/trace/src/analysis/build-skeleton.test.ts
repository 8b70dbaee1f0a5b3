import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { buildTree, type TreeNode } from "./tree.ts";
import { CHECKOUT, traceLiteral } from "./trace-literal.ts";
import type { Trace } from "../span/span.ts";
import { buildSkeleton } from "./build-skeleton.ts";
import { outlineOfSpan } from "../skeleton/outline-of-span.ts";
import { OUTLINE_KIND_SHIFT, OutlineFlag, SpanOutlines } from "../skeleton/span-outlines.ts";
import {
  RowFlag,
  skeletonShape,
  skeletonSpanId,
  type TraceSkeleton,
} from "../skeleton/trace-skeleton.ts";

function skeletonOf(trace: Trace): TraceSkeleton {
  const outlines = new SpanOutlines(1);
  for (const span of trace.spans) outlines.append(outlineOfSpan(span));
  return buildSkeleton(trace.traceId, outlines);
}

/** A row as the tree would say it. */
function expectedRow(node: TreeNode, rowOf: ReadonlyMap<TreeNode, number>): unknown {
  return {
    spanId: node.span.spanId,
    parentRow: node.parent === undefined ? -1 : rowOf.get(node.parent),
    depth: node.depth,
    startNano: node.startNano,
    durationNano: node.endNano - node.startNano,
    name: node.span.name,
    kind: node.span.kind,
    place: node.place,
  };
}

function rowsOf(skeleton: TraceSkeleton): unknown[] {
  const { depth } = skeletonShape(skeleton);
  return Array.from({ length: skeleton.rowCount }, (_, row) => {
    const flags = skeleton.flags[row] ?? 0;
    return {
      spanId: skeletonSpanId(skeleton, row),
      parentRow: skeleton.parentRow[row],
      depth: depth[row],
      startNano: skeleton.startNano[row],
      durationNano: skeleton.durationNano[row],
      name: skeleton.names[skeleton.name[row] ?? -1],
      kind: (flags >> OUTLINE_KIND_SHIFT) & 7,
      place: placeOf(flags, skeleton.parentRow[row]),
    };
  });
}

function placeOf(flags: number, parentRow: number | undefined): string {
  if ((flags & RowFlag.orphan) !== 0) return "orphan";
  if ((flags & RowFlag.selfParent) !== 0) return "self_parent";
  if ((flags & RowFlag.cycle) !== 0) return "cycle";
  return parentRow === -1 ? "root" : "child";
}

test("the rows of the checkout stand as its tree stands", () => {
  const skeleton = skeletonOf(CHECKOUT);
  assert.deepEqual(Array.from(skeleton.parentRow), [-1, 0, 1, 1, 0, 4, 4]);
  assert.deepEqual(skeleton.services, ["checkout"]);
  assert.deepEqual(Array.from(skeletonShape(skeleton).endRow), [7, 4, 3, 4, 7, 6, 7]);
});

// Few ids and times, so that copies, lost parents, shared ids and cycles are the normal case.
const tangledTrace = fc
  .array(
    fc.record({
      id: fc.integer({ min: 1, max: 12 }),
      parent: fc.option(fc.integer({ min: 1, max: 14 }), { nil: undefined }),
      startMs: fc.integer({ min: 0, max: 6 }),
      lengthMs: fc.integer({ min: -2, max: 4 }),
      name: fc.constantFrom("a", "b"),
    }),
    { maxLength: 24 },
  )
  .map((literals) =>
    traceLiteral(
      ...literals.map(({ id, parent, startMs, lengthMs, name }) => ({
        id: id.toString(16).padStart(16, "0"),
        ...(parent === undefined ? {} : { parent: parent.toString(16).padStart(16, "0") }),
        startMs,
        endMs: startMs + lengthMs,
        name,
      })),
    ),
  );

test("over any trace the rows equal the tree", () => {
  fc.assert(
    fc.property(tangledTrace, (trace) => {
      const tree = buildTree(trace);
      const rowOf = new Map(tree.nodes.map((node, row) => [node, row]));
      const expected = tree.nodes.map((node) => expectedRow(node, rowOf));
      const skeleton = skeletonOf(trace);
      assert.deepEqual(rowsOf(skeleton), expected);
      assert.deepEqual(
        Array.from(skeleton.orphanRows, (row, index) => [
          row,
          skeletonSpanId({ spanIds: skeleton.lostParentIds }, index),
        ]),
        tree.nodes.flatMap(({ place, span }, row) =>
          place === "orphan" ? [[row, span.parentSpanId]] : [],
        ),
      );
      assert.equal(skeleton.startTimeUnixNano, tree.startTimeUnixNano);
      assert.equal(skeleton.copyCount, trace.spans.length - tree.nodes.length);
      const shared = tree.problems.filter(({ kind }) => kind === "span_id_shared");
      assert.equal(skeleton.sharedIdCount, shared.length);
    }),
    { numRuns: 2000 },
  );
});

test("a chain of 200,000 spans needs no stack", () => {
  const outlines = new SpanOutlines();
  for (let index = 0; index < 200_000; index += 1) {
    outlines.append({
      spanIdHigh: 1,
      spanIdLow: index + 1,
      parentIdHigh: index === 0 ? 0 : 1,
      parentIdLow: index,
      startTimeUnixNano: 1_000n,
      endTimeUnixNano: 2_000n,
      service: "s",
      name: "n",
      flags: 0,
    });
  }
  const skeleton = buildSkeleton("00".repeat(16), outlines);
  const { depth, endRow } = skeletonShape(skeleton);
  assert.equal(depth.at(-1), 199_999);
  assert.equal(endRow[0], 200_000);
});

test("an error, a missing end and an end before the start are marked", () => {
  const trace = traceLiteral(
    { id: "1", error: "no" },
    { id: "2", parent: "1", startMs: 5, endMs: 2 },
  );
  const spans = trace.spans.map((span) => ({ ...span }));
  const [first] = spans;
  assert.ok(first);
  const skeleton = skeletonOf({ ...trace, spans: [{ ...first, endTimeUnixNano: 0n }, ...spans] });
  const marks = Array.from(skeleton.flags, (flags) => flags & 0x7f);
  assert.deepEqual(marks, [
    OutlineFlag.error | OutlineFlag.timeMissing,
    OutlineFlag.endBeforeStart,
    OutlineFlag.error,
  ]);
});
