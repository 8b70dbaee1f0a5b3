import assert from "node:assert/strict";
import { test } from "node:test";

import { runDifferential } from "./differential.fuzz.ts";

test("ClickHouse answers random queries as the evaluator does", { timeout: 120_000 }, async () => {
  // A fixed slice of what `npm run traceql:differential` goes on with.
  const report = await runDifferential({ seed: 5, pairs: 3_600, traces: 150 });
  assert.ok(report.queries >= 12 && report.metricsQueries >= 3, JSON.stringify(report));
  // Queries that find nothing would be equal whatever the stores do.
  assert.ok(report.found >= 150, JSON.stringify(report));
});
