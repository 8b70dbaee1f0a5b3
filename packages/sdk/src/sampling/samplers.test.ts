import assert from "node:assert/strict";
import { test } from "node:test";
import { type Attributes, ROOT_CONTEXT, SpanKind } from "@opentelemetry/api";
import type { TimeSource } from "../base/span-clock.ts";
import { TraceIdentity } from "../base/trace-identity.ts";
import { W3cTraceState } from "../propagation/w3c-trace-state.ts";
import { readOtTraceState } from "./ot-trace-state.ts";
import { parentBased } from "./parent-based.ts";
import { rateLimit } from "./rate-limit.ts";
import { legacyRatio, ratio } from "./ratio.ts";
import { rules } from "./rules.ts";
import {
  alwaysOff,
  alwaysOn,
  Decision,
  ParentBit,
  type Sampler,
  type SpanStart,
} from "./sampler.ts";

function start(fields: Partial<SpanStart> & { attributes?: Attributes } = {}): SpanStart {
  const { attributes, ...rest } = fields;
  return {
    context: ROOT_CONTEXT,
    trace: TraceIdentity.random(2),
    parent: 0,
    name: "GET /users",
    kind: SpanKind.SERVER,
    options: attributes === undefined ? undefined : { attributes },
    ...rest,
  };
}

function isKept(sampler: Sampler, span: SpanStart): boolean {
  return sampler.decide(span).decision === Decision.sample;
}

const hexTrace = (tail: string): TraceIdentity =>
  new TraceIdentity("f".repeat(32 - tail.length) + tail, 2, undefined);

test("a ratio keeps a trace whose random bits are not below the threshold", () => {
  const half = ratio(0.5);
  assert.ok(isKept(half, start({ trace: hexTrace("80000000000000") })));
  assert.ok(!isKept(half, start({ trace: hexTrace("7fffffffffffff") })));
  // Every bit counts, also where the two halves of the comparison meet.
  const exact = ratio(1 - 0xc0_0001 / 2 ** 24);
  assert.ok(isKept(exact, start({ trace: hexTrace("c0000100000000") })));
  assert.ok(!isKept(exact, start({ trace: hexTrace("c00000ffffffff") })));
  assert.ok(!isKept(ratio(0), start({ trace: hexTrace("ffffffffffffff") })));
  assert.ok(isKept(ratio(1), start({ trace: hexTrace("00000000000000") })));
});

test("a kept span states the threshold, and a random value of the trace is followed", () => {
  const traceState = W3cTraceState.parse("ot=rv:7fffffffffffff;x:1,other=2");
  const trace = new TraceIdentity("f".repeat(32), 2, traceState);
  const dropped = ratio(0.5).decide(start({ trace }));
  assert.equal(dropped.decision, Decision.drop);
  const kept = ratio(0.75).decide(start({ trace }));
  assert.equal(kept.decision, Decision.sample);
  assert.equal(kept.traceState?.serialize(), "ot=th:4;rv:7fffffffffffff;x:1,other=2");
  const alone = ratio(0.25).decide(start({ trace: hexTrace("c0000000000000") }));
  assert.equal(alone.traceState?.serialize(), "ot=th:c");
});

test("every lower ratio keeps a part of what a higher one keeps", () => {
  const [low, high] = [ratio(0.1), ratio(0.3)];
  const [oldLow, oldHigh] = [legacyRatio(0.1), legacyRatio(0.3)];
  for (let index = 0; index < 5000; index += 1) {
    const span = start();
    if (isKept(low, span)) assert.ok(isKept(high, span));
    if (isKept(oldLow, span)) assert.ok(isKept(oldHigh, span));
  }
});

test("a share that is none is refused when the sampler is made", () => {
  for (const share of [-0.1, 1.1, Number.NaN]) {
    assert.throws(() => ratio(share), RangeError);
    assert.throws(() => legacyRatio(share), RangeError);
  }
  assert.throws(() => rateLimit(0), RangeError);
});

test("the parent decides, by where it is and whether it is sampled", () => {
  const sampler = parentBased({ root: alwaysOff, remoteParentNotSampled: alwaysOn });
  const { present, remote, sampled } = ParentBit;
  assert.ok(!isKept(sampler, start()));
  assert.ok(isKept(sampler, start({ parent: present | sampled })));
  assert.ok(!isKept(sampler, start({ parent: present })));
  assert.ok(isKept(sampler, start({ parent: present | remote | sampled })));
  assert.ok(isKept(sampler, start({ parent: present | remote })));
});

test("the first rule that holds decides", () => {
  const sampler = rules(
    [
      { route: "/health*", sampler: alwaysOff },
      { name: /^checkout/g, kind: SpanKind.SERVER, sampler: alwaysOn },
      { attributes: { "tenant.plan": "paid", "tenant.size": 3 }, sampler: alwaysOn },
    ],
    alwaysOff,
  );
  assert.ok(!isKept(sampler, start({ name: "checkout", attributes: { "url.path": "/healthz" } })));
  assert.ok(!isKept(sampler, start({ attributes: { "http.target": "/health?deep=1" } })));
  for (let time = 0; time < 3; time += 1) assert.ok(isKept(sampler, start({ name: "checkout x" })));
  assert.ok(!isKept(sampler, start({ name: "checkout", kind: SpanKind.CLIENT })));
  assert.ok(isKept(sampler, start({ attributes: { "tenant.plan": "paid", "tenant.size": 3 } })));
  assert.ok(!isKept(sampler, start({ attributes: { "tenant.plan": "paid" } })));
});

test("the rate is held on average, and kept spans stand for all that came", () => {
  let nowMs = 0;
  const source: TimeSource = { monotonicMs: () => nowMs, unixMs: () => nowMs };
  const sampler = rateLimit(20, source);
  let keptCount = 0;
  let representedCount = 0;
  let cameCount = 0;
  const spend = (seconds: number, tracesPerSecond: number, isCounted: boolean): void => {
    for (let index = 0; index < seconds * tracesPerSecond; index += 1) {
      nowMs += 1000 / tracesPerSecond;
      const { decision, traceState } = sampler.decide(start());
      if (!isCounted) continue;
      cameCount += 1;
      if (decision !== Decision.sample) continue;
      keptCount += 1;
      const { threshold = 0n } = readOtTraceState(traceState);
      representedCount += 1 / (1 - Number(threshold) / 2 ** 56);
    }
  };
  spend(60, 400, false);
  spend(300, 400, true);
  assert.ok(Math.abs(keptCount / 300 - 20) < 2, `${keptCount / 300} a second`);
  assert.ok(
    Math.abs(representedCount / cameCount - 1) < 0.1,
    `${representedCount} of ${cameCount}`,
  );
  keptCount = 0;
  cameCount = 0;
  spend(60, 5, false);
  spend(60, 5, true);
  assert.equal(keptCount, cameCount, "below the limit everything is kept");
});
