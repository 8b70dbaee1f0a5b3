import assert from "node:assert/strict";
import { test } from "node:test";
import { runOverload } from "./overload-run.ts";
import { Report } from "./report/report.ts";

/** Far above what is needed, and far below what 100 requests in memory would take. */
const RSS_MIB_MAX = 1_500;

test("a server that is sent too much refuses retryably and keeps what it accepted", async () => {
  const lines: string[] = [];
  const figures = await runOverload(
    { seconds: 3, senders: 100, seed: 4 },
    new Report((text) => lines.push(text)),
  );
  assert.equal(figures["wrong"], 0, lines.join(""));
  assert.equal(figures["lost"], 0);
  assert.ok(Number(figures["accepted"]) > 0);
  assert.ok(Number(figures["rssMiB"]) < RSS_MIB_MAX, `${figures["rssMiB"]} MiB`);
});
