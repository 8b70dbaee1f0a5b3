import assert from "node:assert/strict";
import { test } from "node:test";
import { runQueries } from "./query-run.ts";
import { Report } from "./report/report.ts";

test("the query benchmark runs, and every question is answered rightly", async () => {
  const figures = await runQueries(
    { seed: 3, spans: 15_000, runs: 1, templateRequests: 24, quietMsMax: 500 },
    new Report(() => undefined),
  );
  for (const name of ["traceByIdMs", "attributeEqualityMs", "searchMs", "servicesMs"]) {
    assert.ok(Number(figures[name]) > 0, `${name} is ${figures[name]}`);
  }
  assert.ok(Number(figures["spans"]) >= 15_000);
});
