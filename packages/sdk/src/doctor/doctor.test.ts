import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ProxyTracerProvider, SpanKind, trace } from "@opentelemetry/api";
import { ManualClock } from "@spoor/trace";
import { NEVER_ENDED_MS } from "./detect-never-ended.ts";
import { checkProvider, NOTHING_EXPORTED_MS } from "./detect-silence.ts";
import { Doctor, type PatientSpan } from "./doctor.ts";
import { Findings } from "./findings.ts";

after(() => trace.disable());

/** A doctor whose patient is as it should be, but for what a test changes. */
class Practice implements Disposable {
  readonly clock: ManualClock = new ManualClock();
  readonly findings: Findings = new Findings({ clock: this.clock, print() {} });
  readonly openSpans: PatientSpan[] = [];
  deliveredCount = 0;
  readonly doctor: Doctor;

  constructor() {
    const provider = new ProxyTracerProvider();
    trace.disable();
    trace.setGlobalTracerProvider(provider);
    const patient = {
      provider,
      openSpans: () => this.openSpans,
      deliveredCount: () => this.deliveredCount,
    };
    this.doctor = new Doctor(patient, { findings: this.findings, clock: this.clock });
  }

  lookAfter(ms: number): string[] {
    this.clock.advanceMs(ms);
    this.doctor.look();
    return this.findings.all().map(({ code, subject }) => `${code} ${subject}`.trim());
  }

  [Symbol.dispose](): void {
    this.doctor.stop();
  }
}

function spanOf(parts: Partial<PatientSpan> = {}): PatientSpan {
  return {
    name: "work",
    kind: SpanKind.INTERNAL,
    hasParent: false,
    isSampled: true,
    ageMs: 0,
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    scope: { name: "app" },
    attributes: {},
    ...parts,
  };
}

test("a healthy process has no findings, however long it runs", () => {
  using practice = new Practice();
  const span = spanOf();
  practice.doctor.spanStarted(span);
  practice.doctor.spanEnded(span);
  practice.deliveredCount = 1;
  assert.deepEqual(practice.lookAfter(10_000), []);
  assert.deepEqual(practice.lookAfter(24 * 3_600_000), []);
});

test("spans that end and never arrive are found after half a minute, not before", () => {
  using practice = new Practice();
  practice.doctor.spanEnded(spanOf());
  assert.deepEqual(practice.lookAfter(0), []);
  assert.deepEqual(practice.lookAfter(NOTHING_EXPORTED_MS - 1), []);
  assert.deepEqual(practice.lookAfter(1), ["nothing_exported"]);
});

test("spans that were sampled out are not waited for", () => {
  using practice = new Practice();
  practice.doctor.spanEnded(spanOf({ isSampled: false }));
  practice.lookAfter(0);
  assert.deepEqual(practice.lookAfter(NOTHING_EXPORTED_MS), []);
});

test("a span that nobody ends is found once; the next of its name tells where it began", () => {
  using practice = new Practice();
  practice.openSpans.push(spanOf({ ageMs: NEVER_ENDED_MS }));
  assert.deepEqual(practice.lookAfter(0), ["span_never_ended work"]);
  practice.lookAfter(0);
  assert.equal(practice.findings.all()[0]?.count, 1);

  const next = spanOf({ ageMs: NEVER_ENDED_MS });
  practice.doctor.spanStarted(next);
  practice.openSpans.push(next);
  practice.lookAfter(0);
  // Frames of this package are passed over, and so is this test's.
  assert.equal(practice.findings.all()[0]?.count, 2);
});

test("an open stream and a young span are in order", () => {
  using practice = new Practice();
  practice.openSpans.push(spanOf({ kind: SpanKind.SERVER, ageMs: 10 * NEVER_ENDED_MS }));
  practice.openSpans.push(spanOf({ ageMs: NEVER_ENDED_MS - 1 }));
  assert.deepEqual(practice.lookAfter(0), []);
});

test("work below a span that had ended is found under both names", () => {
  using practice = new Practice();
  practice.doctor.startedUnderEndedParent(spanOf({ name: "audit" }), spanOf({ name: "GET /" }));
  assert.deepEqual(practice.lookAfter(0), ["started_under_ended_parent GET / > audit"]);
});

test("another provider in the place of ours is found", () => {
  using practice = new Practice();
  checkProvider(new ProxyTracerProvider(), practice.findings);
  assert.deepEqual(
    practice.lookAfter(0).map((line) => line.split(" ")[0]),
    ["provider_replaced"],
  );
});
