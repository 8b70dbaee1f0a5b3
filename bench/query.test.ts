import assert from "node:assert/strict";
import { test } from "node:test";
import { runQueries } from "./query-run.ts";
import { Report } from "./report/report.ts";

/** What the targets are about. */
const FIGURES = [
  "traceByIdMs",
  "attributeEqualityMs",
  "searchMs",
  "structuralMs",
  "rateMs",
  "completionMs",
  "servicesMs",
  "serviceEdgesMs",
];

// Two servers and two engines, one after another.
const TIMEOUT = { timeout: 300_000 };

test("the query benchmark runs, and every question is answered rightly", TIMEOUT, async () => {
  const figures = await runQueries(
    { seed: 3, spans: 15_000, runs: 1, templateRequests: 24, quietMsMax: 500 },
    new Report(() => undefined),
  );
  for (const name of FIGURES) {
    assert.ok(Number(figures[name]) > 0, `${name} is ${figures[name]}`);
  }
  assert.ok(Number(figures["spans"]) >= 15_000);
});
