import assert from "node:assert/strict";
import { test } from "node:test";
import { keyOfLine, lineOfKey, placeOfLine, rowsOfSpans } from "./line-key.ts";
import { repeatsOf } from "./repeats.ts";
import { EVERYTHING, shownLines } from "./shown-rows.ts";
import { chain, idOf, shapeOf, span } from "./test-spans.ts";

test("every line has a key of its own that leads back to it", () => {
  const twins = ["1", "2"].map((name, index) =>
    span(idOf("t"), { name, parentSpanId: idOf("a"), startTimeUnixNano: BigInt(50 + index) }),
  );
  const shape = shapeOf([...chain("a a.b x.c b.d"), ...twins]);
  const repeats = repeatsOf(shape);
  const kept = Uint8Array.from({ length: shape.rows.rowCount }, (_, row) => (row === 2 ? 0 : 1));
  for (const choice of [EVERYTHING, { ...EVERYTHING, kept, notes: new Map([[1, 2]]) }]) {
    const lines = shownLines(shape, choice);
    const keys = Array.from(lines.lines, (line) => keyOfLine({ shape, repeats }, lines, line));
    assert.equal(new Set(keys).size, lines.count, keys.join(" "));
    for (const [place, key] of keys.entries()) {
      const named = lineOfKey(shape, key);
      assert.ok(named, key);
      assert.equal(placeOfLine(lines, repeats, named), place, key);
    }
  }
});

test("a key of nothing that is there leads nowhere", () => {
  const shape = shapeOf(chain("a"));
  for (const key of ["", "xyz", idOf("b"), `${idOf("a")}~2`, `parent-${idOf("a")}`]) {
    assert.equal(lineOfKey(shape, key), undefined, key);
  }
});

test("rows are found by the ids of their spans", () => {
  const shape = shapeOf(chain("a a.b b.c"));
  assert.deepEqual(rowsOfSpans(shape, [idOf("c"), idOf("a"), idOf("z")]), [0, 2]);
});
