import assert from "node:assert/strict";
import { test } from "node:test";
import type { ComparedPart, ComparedPlace, ComparedTrace, ComparisonAnswer } from "@spoor/trace";
import { badgesOf, changedPlaces, largestChanges } from "./comparison-places.ts";

const MS = 1_000_000;

function part(totalMs: number, spanCount = totalMs === 0 ? 0 : 1, errorCount = 0): ComparedPart {
  return { spanCount, errorCount, totalNano: totalMs * MS, selfNano: totalMs * MS, spanIds: [] };
}

function place(a: ComparedPart, b: ComparedPart, parentIndex = -1): ComparedPlace {
  return {
    service: "shop",
    name: "work",
    kind: 1,
    depth: parentIndex + 1,
    parentIndex,
    change: a.spanCount === 0 ? "added" : b.spanCount === 0 ? "missing" : "both",
    a,
    b,
    selfDeltaNano: b.selfNano - a.selfNano,
    totalDeltaNano: b.totalNano - a.totalNano,
  };
}

function texts(one: ComparedPlace): string[] {
  return badgesOf(one).map(({ text }) => text);
}

function answer(places: readonly ComparedPlace[]): ComparisonAnswer {
  const trace: ComparedTrace = {
    traceId: "",
    rootName: "",
    rootService: "",
    hasRoot: true,
    startTimeUnixNano: "0",
    durationNano: "0",
    spanCount: 0,
    errorCount: 0,
    services: [],
    typicalOf: null,
  };
  const ranking = places.map((_, index) => index);
  ranking.sort(
    (x, y) => Math.abs(places[y]?.selfDeltaNano ?? 0) - Math.abs(places[x]?.selfDeltaNano ?? 0),
  );
  return {
    a: trace,
    b: trace,
    sentence: "",
    places,
    ranking,
    complete: true,
    capped: null,
    sampledRate: 1,
    scannedRows: 0,
    tookMs: 0,
  };
}

test("what only one side has is added or missing, and nothing else is said of it", () => {
  assert.deepEqual(texts(place(part(0), part(5))), ["added"]);
  assert.deepEqual(texts(place(part(5, 3), part(0))), ["missing, 3 calls"]);
});

test("calls, errors and durations that differ are said", () => {
  assert.deepEqual(texts(place(part(1, 1), part(37, 37))), ["1 → 37 calls", "slower ×37"]);
  assert.deepEqual(texts(place(part(10), part(80, 1, 1))), ["0 → 1 errors", "slower ×8"]);
  assert.deepEqual(texts(place(part(9), part(6))), ["faster ×1.5"]);
});

test("less than a millisecond is chance, however large the ratio", () => {
  assert.deepEqual(texts(place(part(0.01), part(0.9))), []);
});

test("what changed is shown with everything above it, in the order of the tree", () => {
  const same = part(2);
  const places = [
    place(same, same),
    place(same, same, 0),
    place(part(2), part(50), 1),
    place(same, same, 0),
  ];
  assert.deepEqual(changedPlaces(answer(places)), [0, 1, 2]);
  assert.deepEqual(largestChanges(answer(places), 5), [2]);
  assert.deepEqual(changedPlaces(answer([])), []);
});
