import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock } from "@spoor/trace";
import { Findings, type Observation } from "./findings.ts";

const SEEN: Observation = {
  code: "context_lost",
  subject: "app.js:7",
  severity: "warning",
  sentence: "a context was lost",
};

function newFindings(): { findings: Findings; clock: ManualClock; printed: string[] } {
  const clock = new ManualClock(1_000n);
  const printed: string[] = [];
  return { findings: new Findings({ clock, print: (line) => printed.push(line) }), clock, printed };
}

test("a finding is printed once and counted ever after", () => {
  const { findings, clock, printed } = newFindings();
  findings.report(SEEN);
  clock.advanceMs(5);
  findings.report(SEEN);
  assert.deepEqual(printed, ["a context was lost"]);
  const [finding, ...others] = findings.all();
  assert.deepEqual(others, []);
  assert.equal(finding?.count, 2);
  assert.equal(finding.firstSeenUnixNano, 1_000n);
  assert.equal(finding.lastSeenUnixNano, 5_001_000n);
});

test("each subject is a finding of its own", () => {
  const { findings, printed } = newFindings();
  findings.report(SEEN);
  findings.report({ ...SEEN, subject: "app.js:9" });
  assert.equal(findings.all().length, 2);
  assert.equal(printed.length, 2);
});

test("what was sent is sent again only when it changed", () => {
  const { findings } = newFindings();
  let callCount = 0;
  findings.onFinding = () => (callCount += 1);
  findings.report(SEEN);
  assert.equal(findings.takeUnsent().length, 1);
  assert.equal(findings.takeUnsent().length, 0);
  findings.report(SEEN);
  assert.equal(findings.takeUnsent()[0]?.count, 2);
  assert.equal(callCount, 1);
});

test("an endless number of subjects takes a limited amount of memory, and none is lost", () => {
  const { findings } = newFindings();
  for (let line = 0; line < 1000; line += 1)
    findings.report({ ...SEEN, subject: `app.js:${line}` });
  assert.ok(findings.all().length <= 201);
  const total = findings.all().reduce((sum, { count }) => sum + count, 0);
  assert.equal(total, 1000);
});
