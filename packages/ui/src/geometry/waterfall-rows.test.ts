import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { buildTree, type Span } from "@spoor/trace";
import { span } from "./test-spans.ts";
import {
  movedPlace,
  type RowMove,
  revealed,
  visibleRows,
  type WaterfallRow,
  waterfallRows,
} from "./waterfall-rows.ts";

function rowsOf(...spans: readonly Span[]): WaterfallRow[] {
  return waterfallRows(buildTree({ traceId: "", spans }));
}

/** `from parent.child`: spans that start one after the other. */
function chain(text: string): Span[] {
  return text.split(" ").map((word, index) => {
    const [parentSpanId = "", spanId = ""] = word.includes(".") ? word.split(".") : ["", word];
    const startTimeUnixNano = BigInt(index + 1);
    return span(spanId, { parentSpanId, startTimeUnixNano, endTimeUnixNano: 100n });
  });
}

function nameOf(row: WaterfallRow): string {
  if (row.kind === "span") return row.node.span.spanId;
  return row.kind === "ghost" ? `(${row.parentSpanId})` : `[${row.holder.who}]`;
}

function drawn(rows: readonly WaterfallRow[]): string[] {
  return rows.map((row) => {
    const name = nameOf(row);
    return `${"-".repeat(row.level - 1)}${name} ${row.position}/${row.setSize}`;
  });
}

test("rows follow the tree, with level and place among siblings", () => {
  assert.deepEqual(drawn(rowsOf(...chain("a a.b b.c a.d"))), [
    "a 1/1",
    "-b 1/2",
    "--c 1/1",
    "-d 2/2",
  ]);
});

test("spans whose parent never arrived stand below one ghost for each parent", () => {
  assert.deepEqual(drawn(rowsOf(...chain("a x.b a.c y.d x.e e.f"))), [
    "a 1/3",
    "-c 1/1",
    "(x) 2/3",
    "-b 1/2",
    "-e 2/2",
    "--f 1/1",
    "(y) 3/3",
    "-d 1/1",
  ]);
});

test("folding a row hides all below it and nothing else", () => {
  const rows = rowsOf(...chain("a a.b b.c a.d"));
  assert.deepEqual(drawn(visibleRows(rows, new Set(["b"]))), ["a 1/1", "-b 1/2", "-d 2/2"]);
  assert.deepEqual(drawn(visibleRows(rows, new Set(["a", "b"]))), ["a 1/1"]);
});

test("a span in a folded part is revealed by unfolding only what is above it", () => {
  const rows = rowsOf(...chain("a a.b b.c a.d d.e"));
  const c = rows[2];
  assert.equal(c?.key, "c");
  assert.deepEqual([...revealed(rows, new Set(["a", "b", "d"]), c)], ["d"]);
  const collapsed = new Set(["d"]);
  assert.equal(revealed(rows, collapsed, c), collapsed);
});

test("every row has a key of its own, also where spans share an id", () => {
  const twice = { parentSpanId: "a", startTimeUnixNano: 5n };
  const rows = rowsOf(...chain("a x.b"), span("c", twice), span("c", { ...twice, name: "other" }));
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["a", "c", "c~2", "parent-x", "b"],
  );
});

function place(move: RowMove, from: number): number {
  return movedPlace(move, { from, count: 5, pageRows: 3 });
}

test("moves stop at both ends, and the first move selects the first row", () => {
  assert.deepEqual(
    [place("up", 0), place("down", 4), place("down", -1), place("pageDown", 3), place("last", 1)],
    [0, 4, 0, 4, 4],
  );
  assert.equal(movedPlace("down", { from: -1, count: 0, pageRows: 3 }), -1);
});

test("a chain of 10,000 spans has 10,000 rows and folds at once", () => {
  const spans = Array.from({ length: 10_000 }, (_, index) =>
    span(`${index}`, { parentSpanId: index === 0 ? "" : `${index - 1}` }),
  );
  const rows = rowsOf(...spans);
  assert.equal(rows.at(-1)?.level, 10_000);
  assert.equal(visibleRows(rows, new Set(["0"])).length, 1);
});

test("whatever spans name as their parents, every span has one row", () => {
  const id = fc.integer({ min: 0, max: 12 }).map(String);
  const spans = fc.uniqueArray(fc.record({ spanId: id, parentSpanId: id }), {
    selector: ({ spanId }) => spanId,
  });
  fc.assert(
    fc.property(spans, (given) => {
      const rows = rowsOf(
        ...given.map(({ spanId, parentSpanId }) => span(spanId, { parentSpanId })),
      );
      const ids = rows.flatMap((row) => (row.kind === "span" ? [row.node.span.spanId] : []));
      assert.deepEqual(ids.sort(), given.map(({ spanId }) => spanId).sort());
      assert.ok(rows.every((row, index) => row.index === index && row.subtreeEnd > index));
    }),
  );
});

test("who holds a span up stands below it, before its children, and can be selected", () => {
  const tree = buildTree({ traceId: "", spans: chain("a a.b b.c") });
  const holder = { who: "a job", session: "", traceId: "", spanId: "" };
  const rows = waterfallRows(tree, ({ span: { spanId } }) => (spanId === "b" ? [holder] : []));
  assert.deepEqual(drawn(rows), ["a 1/1", "-b 1/1", "--[a job] 1/2", "--c 2/2"]);
  assert.deepEqual(
    rows.map(({ key }) => key),
    ["a", "b", "holder-b", "c"],
  );
  assert.equal(visibleRows(rows, new Set(["b"])).length, 2);
});
