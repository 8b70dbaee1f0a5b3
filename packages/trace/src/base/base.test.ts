import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, systemClock } from "./clock.ts";
import { invariant, InvariantError } from "./invariant.ts";
import { errorCode, errorMessage, SpoorError } from "./spoor-error.ts";

test("a manual clock moves only when it is told to", () => {
  const clock = new ManualClock(5n);
  clock.advanceMs(1.5);
  assert.equal(clock.nowUnixNano(), 1_500_005n);
  assert.equal(clock.monotonicMs(), 1.5);
});

test("the system clock gives nanoseconds since 1970", () => {
  const year2020UnixNano = 1_577_836_800_000_000_000n;
  assert.ok(systemClock.nowUnixNano() > year2020UnixNano);
  assert.ok(systemClock.monotonicMs() >= 0);
});

test("a broken invariant names its values, big integers included", () => {
  assert.throws(
    () => invariant(false, "rows are contiguous", { row: 3n }),
    (error: unknown) => error instanceof InvariantError && error.message.includes('{"row":"3"}'),
  );
  invariant(true, "never thrown");
});

test("an operating error carries code, cause and hint", () => {
  const cause = new Error("EADDRINUSE");
  const error = new SpoorError("cannot listen on port 4317: it is taken", {
    code: "SPOOR_TEST_ONLY",
    hint: "stop the other process",
    cause,
  });
  assert.equal(errorCode(error), "SPOOR_TEST_ONLY");
  assert.equal(error.retryable, false);
  assert.equal(error.cause, cause);
  assert.equal(errorCode("a thrown string"), undefined);
  assert.equal(errorMessage("a thrown string"), "a thrown string");
});
