import assert from "node:assert/strict";
import { test } from "node:test";
import { runCrash } from "./crash-run.ts";
import { Report } from "./report/report.ts";

test("after a kill of the server and one of its engine nothing is lost or doubled", async () => {
  const figures = await runCrash(
    { rounds: 2, seed: 5, requestsPerSecond: 20, roundMsMax: 400 },
    new Report(() => undefined),
  );
  assert.ok(Number(figures["acknowledged"]) > 0);
  assert.equal(figures["lost"], 0);
  assert.equal(figures["duplicated"], 0);
});
