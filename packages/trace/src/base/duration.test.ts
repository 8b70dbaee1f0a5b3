import assert from "node:assert/strict";
import { test } from "node:test";
import { formatDuration, parseElapsedTime } from "./duration.ts";

const MS = 1e6;
const SECOND = 1e9;

function check(durationNano: number | bigint, expected: string): void {
  assert.equal(formatDuration(durationNano), expected);
}

test("durations read as in the article", () => {
  check(120 * MS, "120ms");
  check(27n * 1_000_000n, "27ms");
  check(2 * MS, "2ms");
});

test("each size has its unit", () => {
  check(0, "0ns");
  check(999, "999ns");
  check(1_000, "1µs");
  check(812_400, "812µs");
  check(1.44 * MS, "1.4ms");
  check(1.42 * SECOND, "1.42s");
  check(30.02 * SECOND, "30s");
  check(29.74 * SECOND, "29.7s");
  check(125 * SECOND, "2m 5s");
  check(3600 * SECOND, "1h");
  check(90_000 * SECOND, "1d 1h");
});

test("rounding never prints a full next unit", () => {
  check(999_600, "1ms");
  check(999.7 * MS, "1s");
  check(59.96 * SECOND, "1m");
});

test("a clock that was set back shows as a negative duration", () => {
  check(-27 * MS, "-27ms");
});

test("elapsed times may have several units", () => {
  assert.equal(parseElapsedTime("90s"), 90_000_000_000n);
  assert.equal(parseElapsedTime("1h30m"), 5_400_000_000_000n);
  assert.equal(parseElapsedTime("250ms"), 250_000_000n);
  assert.equal(parseElapsedTime("812us3ns"), 812_003n);
  for (const text of ["", "h", "1", "1y", "-1h", "1 h"]) {
    assert.equal(parseElapsedTime(text), undefined, text);
  }
});
