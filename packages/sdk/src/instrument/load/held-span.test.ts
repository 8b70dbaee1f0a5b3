import assert from "node:assert/strict";
import { test } from "node:test";
import { INVALID_SPAN_CONTEXT, type Span, trace } from "@opentelemetry/api";
import { holdingSpan } from "./held-span.ts";

/** A span that notes what is done to it, in order. */
class Notes {
  readonly lines: string[] = [];
  readonly span: Span = Object.assign(trace.wrapSpanContext(INVALID_SPAN_CONTEXT), {
    end: (time?: unknown) => void this.lines.push(`ended ${String(time)}`),
    updateName: (name: string) => {
      this.lines.push(`called ${name}`);
      return this.span;
    },
  });
  readonly failed = (_span: Span, error: unknown): void => {
    this.lines.push(`failed ${String(error)}`);
  };
}

function throwing(span: Span): never {
  span.end();
  throw new Error("not this way");
}

test("a span that is ended before the failure is known has the failure, and then ends", async () => {
  const notes = new Notes();
  const failing = holdingSpan(
    notes.span,
    async (span) => {
      span.updateName("work");
      span.end(7);
      await Promise.reject(new Error("no such row"));
    },
    notes.failed,
  );
  await assert.rejects(failing, /no such row/u);
  assert.deepEqual(notes.lines, ["called work", "failed Error: no such row", "ended 7"]);
});

test("what is thrown at once is noted and thrown on", () => {
  const notes = new Notes();
  assert.throws(() => holdingSpan(notes.span, throwing, notes.failed), /not this way/u);
  assert.deepEqual(notes.lines, ["failed Error: not this way", "ended undefined"]);
});

test("what succeeds ends as it would have, with its answer", async () => {
  const notes = new Notes();
  const answer = holdingSpan(
    notes.span,
    (span) => Promise.resolve(3).finally(() => span.end()),
    notes.failed,
  );
  assert.equal(await answer, 3);
  assert.equal(
    holdingSpan(notes.span, () => 4, notes.failed),
    4,
  );
  assert.deepEqual(notes.lines, ["ended undefined"]);
});

test("a span that is ended later, by something that is no promise, ends then", () => {
  const notes = new Notes();
  const { end } = holdingSpan(notes.span, (span) => ({ end: () => span.end() }), notes.failed);
  assert.deepEqual(notes.lines, []);
  end();
  assert.deepEqual(notes.lines, ["ended undefined"]);
});
