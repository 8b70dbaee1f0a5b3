import assert from "node:assert/strict";
import { test } from "node:test";
import { SpanKind } from "@opentelemetry/api";
import { ManualClock } from "@spoor/trace";
import * as fc from "fast-check";
import { ContextLossDetector, type WatchedSpan } from "./detect-context-loss.ts";
import { Findings } from "./findings.ts";

class Process {
  readonly clock: ManualClock = new ManualClock();
  readonly findings: Findings = new Findings({ clock: this.clock, print() {} });
  readonly #detector = new ContextLossDetector({ clock: this.clock, findings: this.findings });

  /** Serves a request of `ms`, in the middle of which `work` is done. */
  serve(ms: number, work: () => void = () => {}): void {
    const span = spanOf({ name: "GET", kind: SpanKind.SERVER, hasParent: false });
    this.#detector.spanStarted(span);
    this.clock.advanceMs(ms / 2);
    work();
    this.clock.advanceMs(ms / 2);
    this.#detector.spanEnded(span);
  }

  query(hasParent: boolean, name = "pg.query:SELECT"): void {
    this.#detector.spanStarted(spanOf({ name, kind: SpanKind.CLIENT, hasParent }));
  }

  fetchMessages(): void {
    const span = spanOf({ name: "poll mails", kind: SpanKind.CLIENT, hasParent: false });
    const attributes = { "messaging.operation.type": "receive" };
    this.#detector.spanStarted({ ...span, attributes });
  }

  get codes(): string[] {
    return this.findings.all().map(({ code }) => code);
  }
}

function spanOf(parts: Pick<WatchedSpan, "name" | "kind" | "hasParent">): WatchedSpan {
  const ids = { traceId: "a".repeat(32), spanId: "b".repeat(16) };
  return { ...parts, ...ids, scope: { name: "pg" }, attributes: {} };
}

test("a query that runs in each request and never outside of one, without a parent, is lost", () => {
  const process = new Process();
  for (let count = 0; count < 10; count += 1) {
    process.serve(10, () => process.query(false));
    process.clock.advanceMs(90);
  }
  assert.deepEqual(process.codes, ["context_lost"]);
});

test("fetching messages is nobody's, although a process that sends to itself fetches when it serves", () => {
  const process = new Process();
  for (let count = 0; count < 10; count += 1) {
    process.serve(10, () => process.fetchMessages());
    process.clock.advanceMs(90);
  }
  assert.deepEqual(process.codes, []);
});

test("a query with a parent is in order", () => {
  const process = new Process();
  for (let count = 0; count < 100; count += 1) {
    process.serve(10, () => process.query(true));
    process.clock.advanceMs(90);
  }
  assert.deepEqual(process.codes, []);
});

test("a job that was seen without a request is background work, however often it meets one", () => {
  const process = new Process();
  process.serve(10, () => process.query(false));
  process.clock.advanceMs(10);
  process.query(false);
  for (let count = 0; count < 100; count += 1) process.serve(10, () => process.query(false));
  assert.deepEqual(process.codes, []);
});

test("a process that never rests tells nothing apart, and reports nothing", () => {
  const process = new Process();
  process.serve(10_000, () => {
    for (let count = 0; count < 100; count += 1) process.query(false);
  });
  assert.deepEqual(process.codes, []);
});

test("a job on a timer gives no alarm, whatever share of the time requests take", () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.record({
          servedMs: fc.integer({ min: 1, max: 500 }),
          idleMs: fc.integer({ min: 1, max: 500 }),
        }),
        {
          minLength: 20,
          maxLength: 40,
        },
      ),
      fc.integer({ min: 7, max: 97 }),
      (phases, periodMs) => {
        const process = new Process();
        let dueMs = periodMs;
        const runDue = (): void => {
          while (process.clock.monotonicMs() >= dueMs) {
            process.query(false, "job");
            dueMs += periodMs;
          }
        };
        for (const { servedMs, idleMs } of phases) {
          process.serve(servedMs, runDue);
          for (let left = idleMs; left > 0; left -= 1) {
            process.clock.advanceMs(1);
            runDue();
          }
        }
        assert.deepEqual(process.codes, []);
      },
    ),
    // It is a test of chance: the same chances every time, and no search for smaller ones.
    { seed: 504, numRuns: 60, endOnFailure: true },
  );
});
