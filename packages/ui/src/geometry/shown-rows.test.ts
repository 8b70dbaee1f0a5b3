import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { type Span, StatusCode } from "@spoor/trace";
import { repeatsOf } from "./repeats.ts";
import {
  collapsedFrom,
  EVERYTHING,
  type LineChoice,
  revealing,
  shownLines,
  withAncestors,
} from "./shown-rows.ts";
import { chain, idOf, shapeOf, span } from "./test-spans.ts";
import type { TraceShape } from "./trace-shape.ts";

function drawn(shape: TraceShape, choice: Partial<LineChoice> = {}): string[] {
  const { lines, extras, count, lineOfRow } = shownLines(shape, { ...EVERYTHING, ...choice });
  assert.equal(lines.length, count);
  return Array.from(lines, (line, place) => {
    if (line >= 0) {
      assert.equal(lineOfRow[line], place);
      const name = shape.skeleton.names[shape.skeleton.name[line] ?? -1];
      return `${"-".repeat((shape.level[line] ?? 1) - 1)}${name}`;
    }
    const extra = extras[-1 - line];
    assert.ok(extra);
    if (extra.kind === "lost") return `(${shape.lostParents[extra.lost]?.rows.length} lost)`;
    const indent = "-".repeat(extra.level - 1);
    if (extra.kind === "hidden") return `${indent}${extra.count} hidden`;
    return `${indent}${extra.kind} ${extra.kind === "note" ? extra.note : extra.repeat}`;
  });
}

test("lines follow the tree, and a folded row hides what is below it and nothing else", () => {
  const shape = shapeOf(chain("a a.b b.c a.d"));
  assert.deepEqual(drawn(shape), ["a", "-b", "--c", "-d"]);
  assert.deepEqual(drawn(shape, { collapsed: new Set([1]) }), ["a", "-b", "-d"]);
  assert.deepEqual(drawn(shape, { collapsed: collapsedFrom(shape, 1) }), ["a"]);
});

test("spans whose parent never arrived stand together below a line for it", () => {
  const shape = shapeOf(chain("a x.b a.c y.d x.e e.f"));
  assert.deepEqual(drawn(shape), ["a", "-c", "(2 lost)", "-b", "-e", "--f", "(1 lost)", "-d"]);
  const folded = new Set([-1]);
  assert.deepEqual(drawn(shape, { collapsed: folded }), ["a", "-c", "(2 lost)", "(1 lost)", "-d"]);
  const f = shape.rows.rowCount - 2;
  assert.deepEqual(Array.from(shape.position.subarray(0, 2)), [1, 1]);
  assert.equal(revealing(shape, folded, f).size, 0);
});

test("what a filter leaves out is counted where it stood, and what is above a match stays", () => {
  const shape = shapeOf(chain("a a.b b.c b.d a.e e.f"));
  const matches = new Uint8Array(6);
  matches[3] = 1;
  assert.deepEqual(drawn(shape, { kept: withAncestors(shape, matches) }), [
    "a",
    "-b",
    "--1 hidden",
    "--d",
    "-2 hidden",
  ]);
});

test("notes stand below their row, before its children", () => {
  const shape = shapeOf(chain("a a.b b.c"));
  assert.deepEqual(drawn(shape, { notes: new Map([[1, 2]]) }), [
    "a",
    "-b",
    "--note 0",
    "--note 1",
    "--c",
  ]);
});

/** A root with 6 calls named q, of which the third may be odd. */
function loop(odd: Partial<Span> = {}): Span[] {
  const calls = Array.from({ length: 6 }, (_, index) =>
    span((index + 2).toString(16).padStart(16, "0"), {
      name: "q",
      parentSpanId: idOf("r"),
      startTimeUnixNano: BigInt(10 + index * 10),
      endTimeUnixNano: BigInt(12 + index * 10),
      ...(index === 2 ? odd : {}),
    }),
  );
  const root = span(idOf("r"), { name: "r", startTimeUnixNano: 1n, endTimeUnixNano: 2000n });
  // The parent ends long after, in a call that is alone on the critical path.
  const last = { name: "last", parentSpanId: idOf("r"), startTimeUnixNano: 5n };
  return [root, ...calls, span(idOf("z"), { ...last, endTimeUnixNano: 2000n })];
}

test("alike calls are one line, and an error among them keeps its own", () => {
  const plain = shapeOf(loop());
  assert.deepEqual(drawn(plain, { repeats: repeatsOf(plain) }), ["r", "-last", "-repeat 0"]);
  const open = new Set([0]);
  assert.equal(drawn(plain, { repeats: repeatsOf(plain), openRepeats: open }).length, 8);
  const odd = shapeOf(loop({ status: { code: StatusCode.error, message: "no" } }));
  assert.deepEqual(drawn(odd, { repeats: repeatsOf(odd) }), ["r", "-last", "-repeat 0", "-q"]);
});

test("calls on the critical path are never folded", () => {
  const shape = shapeOf(loop().slice(0, -1));
  assert.deepEqual(repeatsOf(shape).list, []);
});

test("whatever the parents, every row is shown once, or counted as hidden", () => {
  const id = fc.integer({ min: 1, max: 14 });
  const spans = fc.uniqueArray(fc.record({ id, parent: id }), { selector: (one) => one.id });
  const bits = fc.infiniteStream(fc.boolean());
  fc.assert(
    fc.property(spans, bits, bits, (given, folds, picks) => {
      const shape = shapeOf(
        given.map((one, index) =>
          span(one.id.toString(16).padStart(16, "0"), {
            parentSpanId: one.parent.toString(16).padStart(16, "0"),
            startTimeUnixNano: BigInt(index + 1),
          }),
        ),
      );
      const { rowCount } = shape.rows;
      const kept = Uint8Array.from({ length: rowCount }, () => Number(picks.next().value));
      const choice = { ...EVERYTHING, kept: withAncestors(shape, kept) };
      const { lines, extras } = shownLines(shape, choice);
      const hidden = extras.reduce((sum, one) => sum + (one.kind === "hidden" ? one.count : 0), 0);
      assert.equal(lines.filter((line) => line >= 0).length + hidden, rowCount);
      const collapsed = new Set(Array.from(kept.keys()).filter(() => folds.next().value));
      const { lineOfRow } = shownLines(shape, { ...EVERYTHING, collapsed });
      for (let row = 0; row < rowCount; row += 1) {
        if (lineOfRow[row] === -1) {
          const shown = shownLines(shape, {
            ...EVERYTHING,
            collapsed: revealing(shape, collapsed, row),
          });
          assert.notEqual(shown.lineOfRow[row], -1);
        }
      }
    }),
  );
});
