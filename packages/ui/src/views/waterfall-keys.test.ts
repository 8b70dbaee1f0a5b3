import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTree } from "@spoor/trace";
import { span } from "../geometry/test-spans.ts";
import { visibleRows, waterfallRows } from "../geometry/waterfall-rows.ts";
import { actionOfKey } from "./waterfall-keys.ts";

const PARENTS = { root: "", a: "root", b: "a", c: "root" };
const ROWS = waterfallRows(
  buildTree({
    traceId: "",
    spans: Object.entries(PARENTS).map(([spanId, parentSpanId]) => span(spanId, { parentSpanId })),
  }),
);

/** What `key` does with `selected` selected and the `folded` rows folded, as "verb row". */
function press(key: string, selected: string, folded: readonly string[] = []): string {
  const collapsed = new Set(folded);
  const rows = visibleRows(ROWS, collapsed);
  const place = rows.findIndex((row) => row.key === selected);
  const modifiers = { ctrlKey: false, metaKey: false, altKey: false };
  const action = actionOfKey(
    { key, ...modifiers },
    { rows, all: ROWS, place, collapsed, pageRows: 2 },
  );
  if (action === undefined) return "nothing";
  return action.kind === "close" ? "close" : `${action.kind} ${action.row.key}`;
}

test("up and down go through the rows in sight, with arrows and with j and k", () => {
  assert.equal(press("ArrowDown", "root"), "select a");
  assert.equal(press("j", "a", ["a"]), "select c");
  assert.equal(press("k", "c", ["a"]), "select a");
  assert.equal(press("End", "root"), "select c");
});

test("the first key selects the first row", () => {
  assert.equal(press("ArrowDown", ""), "select root");
});

test("left folds, and again goes to the parent", () => {
  assert.equal(press("ArrowLeft", "a"), "fold a");
  assert.equal(press("ArrowLeft", "a", ["a"]), "select root");
  assert.equal(press("ArrowLeft", "b"), "select a");
  assert.equal(press("ArrowLeft", "root", ["root"]), "select root");
});

test("right unfolds, and again goes to the first child", () => {
  assert.equal(press("ArrowRight", "a", ["a"]), "fold a");
  assert.equal(press("ArrowRight", "a"), "select b");
  assert.equal(press("ArrowRight", "b"), "select b");
});

test("Enter opens the selected row, Esc closes, and other keys are left to the browser", () => {
  assert.equal(press("Enter", "a"), "open a");
  assert.equal(press("Enter", ""), "nothing");
  assert.equal(press("Escape", "a"), "close");
  assert.equal(press("F5", "a"), "nothing");
});
