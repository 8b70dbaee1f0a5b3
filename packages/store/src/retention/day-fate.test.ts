import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { daysBeyondSize, fateByAge, type StoredDay } from "./day-fate.ts";

const DAY = 86_400_000_000_000n;
const NOW = 20_000n * DAY + DAY / 2n;

function dayAgo(ago: bigint, bytes: number = 10): StoredDay {
  const startUnixNano = (NOW / DAY - ago) * DAY;
  return { day: `${ago} days ago`, startUnixNano, bytes, changedUnixNano: NOW };
}

test("a day goes when its last moment is old enough, and not before", () => {
  const policy = { ageNano: 7n * DAY };
  assert.equal(fateByAge(dayAgo(7n), policy, NOW), "keep");
  assert.equal(fateByAge(dayAgo(8n), policy, NOW), "drop");
});

test("errors keep a day, thinned, until they are old too", () => {
  const policy = { ageNano: 7n * DAY, errorAgeNano: 30n * DAY };
  const fates = [7n, 8n, 30n, 31n].map((ago) => fateByAge(dayAgo(ago), policy, NOW));
  assert.deepEqual(fates, ["keep", "thin", "thin", "drop"]);
});

test("without an age nothing goes by age", () => {
  assert.equal(fateByAge(dayAgo(9_999n), { errorAgeNano: DAY }, NOW), "keep");
});

test("spans of no believable time are as old as the newest of them is here", () => {
  const day = { day: "1970-01-01", startUnixNano: 0n, bytes: 1, changedUnixNano: NOW - 2n * DAY };
  assert.equal(fateByAge(day, { ageNano: 3n * DAY }, NOW), "keep");
  assert.equal(fateByAge(day, { ageNano: DAY }, NOW), "drop");
});

test("nothing younger than asked is ever touched", () => {
  const property = fc.property(
    fc.nat(5_000),
    fc.nat(4_000),
    fc.nat(4_000),
    (ago, age, errorAge) => {
      const policy = { ageNano: BigInt(age) * DAY, errorAgeNano: BigInt(errorAge) * DAY };
      const day = dayAgo(BigInt(ago));
      const newestAgo = NOW - (day.startUnixNano + DAY);
      const fate = fateByAge(day, policy, NOW);
      if (fate !== "keep") assert.ok(newestAgo >= policy.ageNano);
      if (fate === "drop") assert.ok(newestAgo >= policy.errorAgeNano);
    },
  );
  fc.assert(property);
});

test("the oldest days go until the rest fits, never the last one", () => {
  const days = [dayAgo(3n, 50), dayAgo(2n, 30), dayAgo(1n, 20), dayAgo(0n, 40)];
  const beyond = (size: number): string[] => daysBeyondSize(days, size).map(({ day }) => day);
  assert.deepEqual(beyond(140), []);
  assert.deepEqual(beyond(139), ["3 days ago"]);
  assert.deepEqual(beyond(60), ["3 days ago", "2 days ago"]);
  assert.deepEqual(beyond(1), ["3 days ago", "2 days ago", "1 days ago"]);
});
