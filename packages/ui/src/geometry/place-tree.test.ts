import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type PlaceCommand,
  type PlaceState,
  placeStep,
  placeTree,
  shownPlaces,
  toggledPlace,
} from "./place-tree.ts";

/** a, its children b (with c below) and d, and e beside a. */
const TREE = placeTree([0, 1, 2, 1, 0]);
const OPEN: PlaceState = { selected: -1, folded: new Set() };

function after(...commands: readonly PlaceCommand[]): PlaceState {
  return commands.reduce((state, command) => placeStep(TREE, state, command), OPEN);
}

test("each row knows its level, its parent and its place among its siblings", () => {
  assert.deepEqual(TREE.level, [1, 2, 3, 2, 1]);
  assert.deepEqual(TREE.parent, [-1, 0, 1, 0, -1]);
  assert.deepEqual(TREE.position, [1, 1, 1, 2, 2]);
  assert.deepEqual(TREE.setSize, [2, 2, 1, 2, 2]);
  assert.deepEqual(TREE.canFold, [true, true, false, false, false]);
});

test("a row whose level was left out stands below the one before it", () => {
  assert.deepEqual(placeTree([0, 3, 2]).parent, [-1, 0, 0]);
  assert.deepEqual(placeTree([2, 0]).level, [1, 1]);
  assert.deepEqual(placeTree([]).level, []);
});

test("down and up pass over what is folded", () => {
  assert.equal(after("down").selected, 0);
  assert.equal(after("last").selected, 4);
  const folded = after("first", "left");
  assert.deepEqual(shownPlaces(TREE, folded.folded), [0, 4]);
  assert.equal(placeStep(TREE, folded, "down").selected, 4);
});

test("left folds, then goes to the parent; right unfolds, then goes to the first child", () => {
  const atC = after("down", "down", "down");
  assert.equal(atC.selected, 2);
  const atB = placeStep(TREE, atC, "left");
  assert.deepEqual([atB.selected, atB.folded.size], [1, 0]);
  const foldedB = placeStep(TREE, atB, "left");
  assert.deepEqual([foldedB.selected, [...foldedB.folded]], [1, [1]]);
  assert.equal(placeStep(TREE, foldedB, "left").selected, 0);
  const openB = placeStep(TREE, foldedB, "right");
  assert.deepEqual([openB.selected, openB.folded.size], [1, 0]);
  assert.equal(placeStep(TREE, openB, "right").selected, 2);
  assert.equal(after("last", "right").selected, 4);
  assert.equal(after("first", "left", "left").selected, 0);
});

test("levels fold one by one, and the selection stays in sight", () => {
  const less = after("down", "down", "down", "lessLevel");
  assert.deepEqual(shownPlaces(TREE, less.folded), [0, 1, 3, 4]);
  assert.equal(less.selected, 1);
  const least = placeStep(TREE, less, "collapseAll");
  assert.deepEqual([shownPlaces(TREE, least.folded), least.selected], [[0, 4], 0]);
  const more = placeStep(TREE, least, "moreLevel");
  assert.deepEqual(shownPlaces(TREE, more.folded), [0, 1, 3, 4]);
  assert.equal(placeStep(TREE, more, "moreLevel").folded.size, 0);
  assert.equal(placeStep(TREE, least, "expandAll").folded.size, 0);
});

test("a click folds what can be folded, and selects what cannot", () => {
  assert.deepEqual([...toggledPlace(TREE, OPEN, 1).folded], [1]);
  const leaf = toggledPlace(TREE, OPEN, 3);
  assert.deepEqual([leaf.selected, leaf.folded.size], [3, 0]);
});
