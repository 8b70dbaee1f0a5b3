import assert from "node:assert/strict";
import { test } from "node:test";
import { LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { decodeTracesJson } from "./decode-json.ts";
import { fuzzDecode } from "./decode-protobuf.fuzz.ts";
import { decodeTracesProtobuf } from "./decode-protobuf.ts";
import { encodeTracesJson } from "./encode-json.ts";

test("a damaged request is malformed or accepted, and never more than that", () => {
  const { acceptedCount, malformedCount } = fuzzDecode({ seed: 20, bodyCount: 8 });
  assert.ok(acceptedCount > 1000, `${acceptedCount} accepted`);
  assert.ok(malformedCount > 1000, `${malformedCount} malformed`);
});

test("random bytes are malformed or accepted", () => {
  const property = fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
    const batch = new SpanBatch();
    const result = decodeTracesProtobuf(body, batch, new LossLedger());
    assert.equal(result.malformed === undefined ? result.spanCount : 0, batch.spanCount);
  });
  fc.assert(property, { numRuns: 2000 });
});

/** The document with the value at one place, chosen by `choose`, replaced. */
function damaged(node: unknown, choose: () => number): unknown {
  const isList = Array.isArray(node);
  if (typeof node !== "object" || node === null || choose() % 8 === 0) {
    return [null, true, -1, 1.5, "text", [], {}, [null], 2 ** 70][choose() % 9];
  }
  const entries = Object.entries(node);
  const place = choose() % Math.max(1, entries.length);
  const changed = entries.map(([key, member]: [string, unknown], index) => [
    key,
    index === place ? damaged(member, choose) : member,
  ]);
  return isList ? changed.map(([, member]) => member) : Object.fromEntries(changed);
}

test("a JSON document with a wrong value somewhere is malformed or accepted", () => {
  const tally = { acceptedCount: 0, malformedCount: 0 };
  const property = fc.property(randomSpans, fc.infiniteStream(fc.nat()), (spans, choices) => {
    const document = damaged(encodeTracesJson(spans), () => Number(choices.next().value ?? 0));
    const body = new TextEncoder().encode(JSON.stringify(document));
    const batch = new SpanBatch();
    const result = decodeTracesJson(body, batch, new LossLedger());
    if (result.malformed === undefined) tally.acceptedCount += 1;
    else {
      tally.malformedCount += 1;
      assert.match(result.malformed, / must be /);
      assert.equal(batch.spanCount, 0);
    }
    assert.equal(spansOf(batch).length, batch.spanCount);
  });
  fc.assert(property, { numRuns: 500 });
  assert.ok(tally.acceptedCount > 10 && tally.malformedCount > 50, JSON.stringify(tally));
});
