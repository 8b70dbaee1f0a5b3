import assert from "node:assert/strict";
import { test } from "node:test";
import { LossLedger } from "./ledger.ts";

test("losses add up by reason, in the order in which the reasons first occurred", () => {
  const ledger = new LossLedger();
  ledger.count("request_malformed");
  ledger.count("span_id_invalid", 3);
  ledger.count("request_malformed", 2);
  ledger.count("request_too_large", 0);
  assert.deepEqual(ledger.entries(), [
    { reason: "request_malformed", count: 3 },
    { reason: "span_id_invalid", count: 3 },
  ]);
  assert.equal(ledger.of("request_too_large"), 0);
});

test("one ledger can take over another", () => {
  const total = new LossLedger();
  const part = new LossLedger();
  part.count("span_id_invalid", 2);
  total.add(part.entries());
  total.add(part.entries());
  assert.equal(total.of("span_id_invalid"), 4);
});
