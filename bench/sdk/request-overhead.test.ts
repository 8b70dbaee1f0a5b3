import assert from "node:assert/strict";
import { test } from "node:test";
import { measureRequestOverhead } from "./request-overhead.ts";

test("the benchmark of requests runs to its end with all three services", async () => {
  const load = { roundCount: 1, requestsPerRound: 50, concurrency: 4 };
  const overhead = await measureRequestOverhead(load);
  assert.ok(overhead.noneUs > 0);
  assert.equal(overhead.requestOverheadRatio, overhead.officialAddedUs / overhead.addedUs);
});
