import assert from "node:assert/strict";
import { test } from "node:test";

import * as fc from "fast-check";

import type { Relation } from "../syntax/syntax-tree.ts";
import { related } from "./relate.ts";
import { structureOf } from "./structure.ts";

const trees = fc
  .array(fc.tuple(fc.nat(9), fc.boolean()), { minLength: 1, maxLength: 10 })
  .map((drafts) =>
    drafts.map(([parent, isLeft], row) => ({
      spanId: `s${row}`,
      // Itself and later ones too: circles; and one that is not there.
      parentSpanId: parent === 9 ? "" : parent === 8 ? "elsewhere" : `s${parent}`,
      isLeft,
    })),
  );

/** The definition of each relation, by walking up from every row. */
function holds(relation: Relation, parents: Int32Array, left: number, right: number): boolean {
  switch (relation) {
    case ">":
      return parents[right] === left;
    case "<":
      return parents[left] === right;
    case ">>": {
      for (let at = parents[right] ?? -1; at !== -1; at = parents[at] ?? -1) {
        if (at === left) return true;
      }
      return false;
    }
    case "<<":
      return holds(">>", parents, right, left);
    case "~":
      return left !== right;
  }
}

test("a relation finds what its definition says, in trees of any shape", () => {
  fc.assert(
    fc.property(trees, fc.constantFrom<Relation>(">", ">>", "<", "<<", "~"), (rows, relation) => {
      const structure = structureOf(rows);
      const lefts = Uint8Array.from(rows, ({ isLeft }) => Number(isLeft));
      const expected = rows.map((_, right) =>
        Number(
          rows.some(({ isLeft }, left) => {
            if (!isLeft || !holds(relation, structure.parents, left, right)) return false;
            const [a, b] = [structure.families[left], structure.families[right]];
            return relation !== "~" || (a === b && a !== -1);
          }),
        ),
      );
      assert.deepEqual([...related(relation, lefts, structure)], expected);
    }),
    { numRuns: 2_000 },
  );
});

test("the numbers of the tree enclose exactly the descendants, and each is used once", () => {
  fc.assert(
    fc.property(trees, (rows) => {
      const { parents, lefts, rights, childCounts } = structureOf(rows);
      const numbers = [...lefts, ...rights].sort((a, b) => a - b);
      assert.deepEqual(
        numbers,
        rows.flatMap((_, row) => [row * 2 + 1, row * 2 + 2]),
      );
      for (const [a] of rows.entries()) {
        assert.equal(childCounts[a], parents.filter((parent) => parent === a).length);
        for (const [b] of rows.entries()) {
          const isInside = (lefts[a] ?? 0) < (lefts[b] ?? 0) && (rights[a] ?? 0) > (rights[b] ?? 0);
          assert.equal(isInside, holds(">>", parents, a, b));
        }
      }
    }),
  );
});

test("a piece whose parent is missing is numbered behind the tree that arrived", () => {
  const { lefts, rights } = structureOf([
    { spanId: "torn", parentSpanId: "elsewhere" },
    { spanId: "root", parentSpanId: "" },
    { spanId: "child", parentSpanId: "root" },
  ]);
  assert.deepEqual([...lefts], [5, 1, 2]);
  assert.deepEqual([...rights], [6, 4, 3]);
});
