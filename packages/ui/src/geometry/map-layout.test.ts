import assert from "node:assert/strict";
import { test } from "node:test";
import type { ServiceEdgeDocument } from "@spoor/trace";
import { MAP_NODES_MAX, mapLayout } from "./map-layout.ts";

function edge(caller: string, callee: string, callCount = 1): ServiceEdgeDocument {
  return {
    caller,
    callee,
    calleeType: "service",
    callCount,
    errorCount: 0,
    p50Nano: null,
    p95Nano: null,
    p99Nano: null,
  };
}

function columnsOf(edges: readonly ServiceEdgeDocument[]): Record<string, number> {
  return Object.fromEntries(mapLayout(edges).nodes.map(({ name, column }) => [name, column]));
}

test("a service stands right of everyone who calls it", () => {
  const columns = columnsOf([edge("a", "b"), edge("b", "c"), edge("a", "c"), edge("c", "db")]);
  assert.deepEqual(columns, { a: 0, b: 1, c: 2, db: 3 });
});

test("circles, and services that call themselves, end", () => {
  const columns = columnsOf([edge("a", "b"), edge("b", "c"), edge("c", "b"), edge("c", "c")]);
  assert.equal(columns["a"], 0);
  assert.equal(Math.abs((columns["b"] ?? 0) - (columns["c"] ?? 0)), 1);
  assert.equal(mapLayout([edge("x", "y"), edge("y", "x")]).nodes.length, 2);
});

test("no two nodes stand in one place", () => {
  const edges = Array.from({ length: 12 }, (_, index) => edge(`s${index % 4}`, `t${index % 7}`));
  const places = mapLayout(edges).nodes.map(({ column, row }) => `${column} ${row}`);
  assert.equal(new Set(places).size, places.length);
});

test("lines that need not cross do not", () => {
  const { nodes } = mapLayout([
    edge("a", "z"),
    edge("b", "y"),
    edge("root", "a"),
    edge("root", "b"),
  ]);
  const row = (name: string): number => nodes.find((node) => node.name === name)?.row ?? -1;
  assert.equal(row("a") < row("b"), row("z") < row("y"));
});

test("of too many services the neighbourhood of one is drawn, and the others are counted", () => {
  const far = Array.from({ length: 200 }, (_, index) =>
    edge(`far-${index}`, `far-${index + 1}`, 9),
  );
  const layout = mapLayout([...far, edge("near", "nearer")], "near");
  assert.deepEqual(layout.nodes.map(({ name }) => name).toSorted(), ["near", "nearer"]);
  assert.equal(layout.hiddenCount, 201);
  assert.equal(mapLayout(far).nodes.length, MAP_NODES_MAX);
});
