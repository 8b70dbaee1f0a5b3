import assert from "node:assert/strict";
import { test } from "node:test";
import { spanCost } from "./span-cost.ts";

test("the benchmark of the SDKs measures spans that both of them write", () => {
  for (const sdk of ["official", "spoor"]) {
    const { cpuNano, outputBytes } = spanCost(sdk, "recorded10", 2048);
    assert.ok(cpuNano > 0);
    // Ids, times and ten attributes: neither of them may leave anything out.
    assert.ok(outputBytes > 400 && outputBytes < 450, `${sdk} writes ${outputBytes} bytes`);
    assert.equal(spanCost(sdk, "unsampled10", 2048).outputBytes, 0);
  }
});
