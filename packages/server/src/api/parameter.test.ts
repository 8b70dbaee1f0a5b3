import assert from "node:assert/strict";
import { test } from "node:test";
import {
  choice,
  elapsed,
  readParameters,
  readTime,
  text,
  time,
  truth,
  wholeNumber,
} from "./parameter.ts";
import { isProblem } from "./problem.ts";

/** 2026-11-22T15:00:00Z. */
const NOW = 1_795_359_600_000_000_000n;

const PARAMETERS = {
  limit: wholeNumber("Limit", { min: 1, max: 1000, fallback: 20 }),
  sort: choice("Sort", ["recent", "duration"], "recent"),
  from: time("From", "-1h"),
  step: elapsed("Step"),
  errors: truth("Errors"),
  service: text("Service", { max: 10 }),
};

function read(given: string): unknown {
  return readParameters(PARAMETERS, new URLSearchParams(given), { nowUnixNano: NOW });
}

test("what is absent has its declared value", () => {
  assert.deepEqual(read(""), {
    limit: 20,
    sort: "recent",
    from: NOW - 3_600_000_000_000n,
    step: undefined,
    errors: false,
    service: "",
  });
});

test("a parameter that cannot be read is named with what it may be, and an unknown one refused", () => {
  for (const [given, name] of [
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=many", "limit"],
    ["sort=slowest", "sort"],
    ["errors=yes", "errors"],
    ["from=yesterday", "from"],
    ["from=99999999999999999999", "from"],
    ["from=2026-02-30T00:00:00", "from"],
    ["step=0", "step"],
    ["service=12345678901", "service"],
    ["limits=3", "limits"],
    ["__proto__=3", "__proto__"],
  ] as const) {
    const problem = read(given);
    assert.ok(typeof problem === "object" && problem !== null && isProblem(problem), given);
    assert.equal(problem.code, "SPOOR_API_PARAMETER_INVALID");
    assert.match(problem.detail, new RegExp(`^${name}: `, "u"));
  }
});

test("a time is ns, RFC 3339, now or relative to now", () => {
  for (const [given, expected] of [
    ["0", 0n],
    ["1795359600000000001", NOW + 1n],
    ["now", NOW],
    ["-0s", NOW],
    ["-1h30m", NOW - 5_400_000_000_000n],
    ["-99999w", 0n],
    ["2026-11-22T15:00:00Z", NOW],
    ["2026-11-22T15:00:00.000000001Z", NOW + 1n],
    ["2026-11-22t16:00:00.5+01:00", NOW + 500_000_000n],
    ["2026-11-22T16:00:00 01:00", NOW],
    ["1960-01-01T00:00:00Z", 0n],
    ["9999-01-01T00:00:00Z", undefined],
    ["2026-11-22T15:00:00", undefined],
    ["-", undefined],
    ["", undefined],
    [`-${"1h".repeat(9)}`, undefined],
  ] as const) {
    assert.equal(readTime(given, NOW), expected, given);
  }
});
