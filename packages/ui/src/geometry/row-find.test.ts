import assert from "node:assert/strict";
import { test } from "node:test";
import { attributeFind, matchesOf, nextRowWhere, parseFind } from "./row-find.ts";
import { hiddenText, keptRows, parseHidden } from "./row-filter.ts";
import { chain, shapeOf, span } from "./test-spans.ts";

test("text, an attribute and a duration are told apart, with or without spaces", () => {
  assert.deepEqual(parseFind("  "), { kind: "nothing" });
  assert.deepEqual(parseFind("Redis GET"), { kind: "text", text: "redis get" });
  const attribute = { kind: "attribute", key: "http.route", value: "/a b" };
  assert.deepEqual(parseFind("http.route=/a b"), attribute);
  assert.deepEqual(parseFind(' http.route = "/a b" '), attribute);
  assert.deepEqual(parseFind("> 1.5 ms"), { kind: "duration", sign: ">", nano: 1.5e6 });
});

test("what is made from an attribute finds that attribute, whatever its value", () => {
  for (const value of ["plain", "", " padded ", '"quoted"', "a=b", "two\nlines"]) {
    const find = parseFind(attributeFind("key", value));
    assert.deepEqual(find, { kind: "attribute", key: "key", value });
  }
});

function matched(typed: string): number[] {
  const spans = [
    span("00000000000000aa", { name: "GET /cart", startTimeUnixNano: 1n, endTimeUnixNano: 101n }),
    span("00000000000000bb", {
      name: "query",
      parentSpanId: "00000000000000aa",
      startTimeUnixNano: 2n,
      endTimeUnixNano: 4n,
      attributes: new Map([["db.statement", "SELECT stock"]]),
    }),
  ];
  const shape = shapeOf(spans);
  const matches = matchesOf(shape, parseFind(typed), spans.entries());
  return Array.from(matches ?? []).flatMap((isMatch, row) => (isMatch === 1 ? [row] : []));
}

test("names, attributes and durations are found, in either case", () => {
  assert.deepEqual(matched("CART"), [0]);
  assert.deepEqual(matched("select"), [1]);
  assert.deepEqual(matched("db.statement=SELECT stock"), [1]);
  assert.deepEqual(matched("db.statement=select stock"), []);
  assert.deepEqual(matched(">50ns"), [0]);
  assert.deepEqual(matched("<50ns"), [1]);
});

function isWanted(row: number): boolean {
  return row === 1 || row === 4;
}

test("the next row is looked for round the end, in both directions", () => {
  assert.equal(nextRowWhere(6, { from: 1, step: 1 }, isWanted), 4);
  assert.equal(nextRowWhere(6, { from: 4, step: 1 }, isWanted), 1);
  assert.equal(nextRowWhere(6, { from: 1, step: -1 }, isWanted), 4);
  assert.equal(nextRowWhere(6, { from: -1, step: 1 }, isWanted), 1);
  assert.equal(nextRowWhere(6, { from: -1, step: -1 }, isWanted), 4);
  assert.equal(nextRowWhere(0, { from: -1, step: 1 }, isWanted), -1);
  assert.equal(
    nextRowWhere(3, { from: 0, step: 1 }, () => false),
    -1,
  );
});

test("hidden kinds survive the address, whatever their names contain", () => {
  const hidden = [
    { service: "redis", name: "" },
    { service: "a,b/c", name: "GET /x%2F, 100%" },
  ];
  assert.deepEqual(parseHidden(hiddenText(hidden)), hidden);
  assert.deepEqual(parseHidden(""), []);
});

test("what is hidden stays where something below it is shown, and one subtree can be alone", () => {
  const shape = shapeOf(chain("a a.b b.c a.d"));
  const kept = (filter: Partial<Parameters<typeof keptRows>[1]>): number[] | undefined => {
    const rows = keptRows(shape, { hidden: [], onlyBelow: -1, matches: undefined, ...filter });
    return rows && Array.from(rows);
  };
  const service = shape.skeleton.services[0] ?? "";
  assert.equal(kept({}), undefined);
  assert.deepEqual(kept({ hidden: [{ service, name: "b" }] }), [1, 1, 1, 1]);
  assert.deepEqual(kept({ hidden: [{ service, name: "c" }] }), [1, 1, 0, 1]);
  assert.deepEqual(kept({ onlyBelow: 1 }), [1, 1, 1, 0]);
  assert.deepEqual(kept({ hidden: [{ service, name: "" }] }), [0, 0, 0, 0]);
});
