import assert from "node:assert/strict";
import { test } from "node:test";
import { Report } from "../report/report.ts";
import { measureRequestOverhead } from "./request-overhead.ts";

test("the benchmark of requests runs to its end with all services", async () => {
  const lines: string[] = [];
  const load = { warmUpRoundCount: 1, roundCount: 1, requestsPerRound: 50, concurrency: 4 };
  const figures = await measureRequestOverhead(new Report((text) => lines.push(text)), load);
  assert.ok(Number(figures["requestMicros"]) > 0);
  // So few requests say nothing about the ratio, but there is one.
  assert.ok(Number.isFinite(figures["requestOverheadRatio"]));
  assert.ok(Number.isFinite(figures["requestSameSpansRatio"]));
  // What is compared: both make the same spans, and all of them arrived.
  assert.ok(Number(figures["requestSpans"]) >= 4, lines.join(""));
  assert.equal(figures["sameSpansRequestSpans"], 4);
});
