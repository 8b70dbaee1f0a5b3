import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { decodeTracesProtobuf } from "@spoor/otlp";
import { LossLedger, type Span, SpanBatch, spansOf } from "@spoor/trace";
import { blankDigits, blankHex, blankTraceHex } from "./blank.ts";
import { REQUEST_ID_KEY } from "./realistic.ts";
import { Workload, WORKLOAD_NAMES } from "./workload.ts";

const BLANKS = [blankDigits(3), blankHex(3), blankTraceHex(3)];
const START_UNIX_NANO = 1_795_300_000_000_000_000n;
const SPANS_PER_SECOND = 1_000;

function workload(name: string, seed = 1): Workload {
  return new Workload({
    name,
    seed,
    templateRequests: 4,
    startUnixNano: START_UNIX_NANO,
    spansPerSecond: SPANS_PER_SECOND,
  });
}

/** The spans of the first requests, as they are received. */
function received(from: Workload, requests: number): Span[] {
  const batch = new SpanBatch();
  const ledger = new LossLedger();
  for (let number = 0; number < requests; number += 1) {
    decodeTracesProtobuf(from.request(number), batch, ledger);
  }
  assert.deepEqual(ledger.entries(), []);
  return spansOf(batch);
}

for (const name of WORKLOAD_NAMES) {
  describe(name, () => {
    const made = workload(name);
    const requests = made.requestsFor(6_000);
    const spans = received(made, requests);

    test("the same seed gives the same bytes, another seed other bytes", () => {
      assert.deepEqual(made.request(5), workload(name).request(5));
      assert.notDeepEqual(made.request(5), workload(name, 2).request(5));
    });

    test("requests hold as many spans as they say, each with an id of its own", () => {
      assert.equal(spans.length, made.spansBefore(requests));
      assert.equal(new Set(spans.map(({ spanId }) => spanId)).size, spans.length);
      const xor = spans.reduce((all, { spanId }) => all ^ littleEndian(spanId), 0n);
      assert.equal(made.spanIdXorBefore(requests), xor);
    });

    test("spans start in the time of the workload and none ends before it starts", () => {
      const last = START_UNIX_NANO + BigInt((spans.length / SPANS_PER_SECOND + 30) * 1e9);
      for (const { startTimeUnixNano, endTimeUnixNano } of spans) {
        assert.ok(startTimeUnixNano >= START_UNIX_NANO && startTimeUnixNano < last);
        assert.ok(endTimeUnixNano >= startTimeUnixNano);
      }
    });

    test("no text keeps a blank", () => {
      const texts = spans.flatMap((span) => [...span.attributes.values()].map(String));
      assert.equal(
        texts.find((text) => BLANKS.some((blank) => text.includes(blank))),
        undefined,
      );
    });

    test("parents are in the same trace, and a whole trace has one root", () => {
      const whole = new Set(
        Array.from({ length: made.wholeTracesBefore(requests) }, (_, number) =>
          made.traceId(number),
        ),
      );
      const members = spans.filter(({ traceId }) => whole.has(traceId));
      const traceOf = new Map(members.map(({ spanId, traceId }) => [spanId, traceId]));
      const children = members.filter(({ parentSpanId }) => parentSpanId !== "");
      assert.ok(whole.size > 0);
      assert.equal(members.length - children.length, whole.size);
      assert.ok(
        children.every(({ parentSpanId, traceId }) => traceOf.get(parentSpanId) === traceId),
      );
    });
  });
}

test("the realistic spans of a trace share a request id that is known from its number", () => {
  const made = workload("realistic");
  const spans = received(made, 8);
  for (const number of [0, 1, 2]) {
    const ids = spans
      .filter(({ traceId }) => traceId === made.traceId(number))
      .map(({ attributes }) => attributes.get(REQUEST_ID_KEY));
    assert.ok(ids.length >= 8);
    assert.deepEqual(new Set(ids), new Set([made.requestId(number)]));
  }
});

/** As ClickHouse and the workload read the eight bytes of an id. */
function littleEndian(spanId: string): bigint {
  return BigInt(`0x${spanId.match(/../gu)?.toReversed().join("") ?? "0"}`);
}
