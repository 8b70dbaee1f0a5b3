import assert from "node:assert/strict";
import { test } from "node:test";
import { LossLedger, SpanBatch, spansOf } from "@spoor/trace";
import { randomSpans } from "@spoor/trace/random-spans";
import * as fc from "fast-check";
import { decodeTracesJson } from "../traces/decode-json.ts";
import { encodeTracesJson } from "../traces/encode-json.ts";
import { DECODE_LIMITS } from "@spoor/trace";
import { FuzzRun } from "./fuzz-run.fuzz.ts";
import { FUZZ_TARGETS } from "./fuzz-target.fuzz.ts";
import { assertSameRoads } from "./json-roads.fuzz.ts";
import { damagedEverywhere } from "./mutate.fuzz.ts";
import { compareWithProtobufjs } from "./protobufjs-spans.fuzz.ts";

test("a request damaged at any byte is malformed or accepted, and never more than that", () => {
  for (const { name, bodies, decode } of FUZZ_TARGETS) {
    let acceptedCount = 0;
    let malformedCount = 0;
    // JSON is longer, and each of its bodies is decoded two ways.
    const step = name.includes("JSON") ? 61 : 5;
    for (const body of bodies(20, 4)) {
      for (const changed of damagedEverywhere(body, step)) {
        if (decode(changed, DECODE_LIMITS)) acceptedCount += 1;
        else malformedCount += 1;
      }
    }
    assert.ok(acceptedCount > 100, `${name}: ${acceptedCount} accepted`);
    assert.ok(malformedCount > 100, `${name}: ${malformedCount} malformed`);
  }
});

test("requests with several changes are malformed or accepted", () => {
  const run = new FuzzRun(7);
  for (let number = 0; number < 3000; number += 1) run.run(number);
  for (const [name, { caseCount, acceptedCount }] of run.tallies) {
    assert.equal(caseCount, 600, name);
    assert.ok(acceptedCount > 0 && acceptedCount < caseCount, `${name}: ${acceptedCount}`);
  }
});

test("the scanner reads in every field what protobufjs reads", () => {
  const { attributeCount } = compareWithProtobufjs({ seed: 1, attributeCountMin: 5_000 });
  assert.ok(attributeCount >= 5_000);
});

test("random bytes are malformed or accepted", () => {
  for (const { decode } of FUZZ_TARGETS) {
    const property = fc.property(fc.uint8Array({ maxLength: 200 }), (body) => {
      decode(body, DECODE_LIMITS);
    });
    fc.assert(property, { numRuns: 500 });
  }
});

test("random JSON is malformed or accepted as a log record", () => {
  const documents = fc.property(fc.jsonValue(), (logRecord) => {
    const document = { resourceLogs: [{ scopeLogs: [{ logRecords: [logRecord] }] }] };
    assertSameRoads("logs", new TextEncoder().encode(JSON.stringify(document)));
  });
  fc.assert(documents, { numRuns: 500 });
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
