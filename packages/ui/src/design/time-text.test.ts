import assert from "node:assert/strict";
import { test } from "node:test";
import { countText, dayText, exactDurationText, exactTimeText } from "./time-text.ts";

test("an exact time keeps every nanosecond", () => {
  assert.equal(exactTimeText(1_795_356_191_004_000_001n), "2026-11-22T14:03:11.004000001Z");
  assert.equal(exactTimeText(2n ** 64n - 1n), "2554-07-21T23:34:33.709551615Z");
});

function nanoOf(date: Date): bigint {
  return BigInt(date.getTime()) * 1_000_000n;
}

test("today has no day, another day has one, another year has its year", () => {
  const now = new Date(2026, 10, 22, 15).getTime();
  assert.equal(dayText(nanoOf(new Date(2026, 10, 22, 1)), now), "");
  assert.notEqual(dayText(nanoOf(new Date(2026, 10, 21, 23)), now), "");
  assert.match(dayText(nanoOf(new Date(2025, 10, 22, 15)), now), /2025/);
});

test("counts and durations are grouped and have their unit", () => {
  assert.equal(countText(1, "span"), "1 span");
  assert.equal(countText(1204, "span"), "1,204 spans");
  assert.equal(exactDurationText(30_020_123_456n), "30,020,123,456 ns");
});
