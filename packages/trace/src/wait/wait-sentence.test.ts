import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { randomWaitReport } from "./random-wait-reports.fuzz.ts";
import { unknownWait, type WaitHolder, type WaitReport } from "./wait-report.ts";
import { waitSentence } from "./wait-sentence.ts";

const SECOND = 1_000_000_000n;
const NOW = 1000n * SECOND;

function check(report: Partial<WaitReport>, expected: string): void {
  const whole: WaitReport = {
    ...unknownWait("nothing", NOW),
    kind: "db.lock",
    sinceUnixNano: NOW - 2_900_000_000n,
    gaps: [],
    ...report,
  };
  assert.equal(waitSentence(whole, { who: "inventory", nowUnixNano: NOW }), expected);
}

const ROW = { kind: "row", name: "inventory", row: "(0,7)" } as const;
const JOB: WaitHolder = {
  role: "root",
  instrumentation: "no",
  isClientGone: false,
  process: { pid: 11_504, command: "node nightly-reconcile.mjs", hiddenArgumentCount: 2 },
  session: {
    system: "postgresql",
    id: 11_512,
    user: "job",
    state: "idle in transaction",
    stateChangeUnixNano: NOW - 5_200_000_000n,
  },
};

test("the holder is called by its process, and by what it does meanwhile", () => {
  check(
    { resource: { kind: "row", name: "inventory" }, holders: [JOB] },
    "inventory waits 2.9s for the row lock on table inventory, held by `node " +
      "nightly-reconcile.mjs` (pid 11504, not instrumented), idle in transaction for " +
      "5.2s",
  );
});

test("a client that is gone is said, and a machine without an agent too", () => {
  const session = { system: "postgresql", id: 14_282, user: "job" };
  const { process: _, ...holder } = { ...JOB, session };
  check(
    { resource: ROW, holders: [{ ...holder, isClientGone: true }] },
    "inventory waits 2.9s for the row lock on table inventory at (0,7), held by " +
      "session 14282 of user job whose client is gone",
  );
  const remote = {
    ...holder,
    session: { ...session, address: "10.0.0.5", port: 5123, application: "nightly" },
    processUnknown: "no agent on 10.0.0.5",
  };
  check(
    { resource: ROW, holders: [remote] },
    "inventory waits 2.9s for the row lock on table inventory at (0,7), held by " +
      "session 14282 of user job, application nightly, from 10.0.0.5:5123 (no agent on " +
      "10.0.0.5)",
  );
});

test("a prepared transaction has a name and an age", () => {
  const holder: WaitHolder = {
    role: "root",
    instrumentation: "unknown",
    isClientGone: false,
    preparedTransaction: "xa-77",
    preparedUnixNano: NOW - 60n * SECOND,
  };
  check(
    { resource: ROW, holders: [holder] },
    "inventory waits 2.9s for the row lock on table inventory at (0,7), held by the " +
      "prepared transaction xa-77, which has no process, for 1m",
  );
});

test("whoever stands between waiter and root is named too", () => {
  const between: WaitHolder = {
    role: "between",
    instrumentation: "unknown",
    isClientGone: false,
    session: {
      system: "postgresql",
      id: 7,
      user: "app",
      statement: "ALTER TABLE inventory\n ADD c",
    },
  };
  check(
    { resource: { kind: "table", name: "inventory" }, holders: [JOB, between], mayHaveMore: true },
    "inventory waits 2.9s for the lock on table inventory, held by `node " +
      "nightly-reconcile.mjs` (pid 11504, not instrumented), idle in transaction for " +
      "5.2s; before it in the queue waits session 7 of user app with ALTER TABLE " +
      "inventory ADD c; more holders may follow",
  );
});

test("whoever does not answer holds nothing", () => {
  const { session: _, ...peer } = JOB;
  const resource = { kind: "connection", name: "10.0.0.5:80" } as const;
  check(
    { kind: "http.unanswered", resource, holders: [peer] },
    "inventory waits 2.9s for the peer's answer (10.0.0.5:80), not answered by " +
      "`node nightly-reconcile.mjs` (pid 11504, not instrumented)",
  );
  const request = {
    traceId: "ab".repeat(16),
    spanId: "cd".repeat(8),
    callSite: "parse (a.ts:7:1)",
  };
  const { process: __, ...own } = { ...peer, instrumentation: "yes" as const, span: request };
  check(
    { kind: "eventloop", holders: [own] },
    "inventory waits 2.9s for the event loop of this process, blocked by a request in trace " +
      "abababab at parse (a.ts:7:1)",
  );
});

test("a deadlock names its cycle", () => {
  const cycle = [{ ...JOB, role: "cycle" as const }];
  check(
    { resource: ROW, holders: cycle },
    "inventory waits 2.9s for the row lock on table inventory at (0,7), in a " +
      "deadlock with `node nightly-reconcile.mjs` (pid 11504, not instrumented)",
  );
});

test("what is not known is said with its reason", () => {
  check(
    { kind: "unknown", gaps: ["the walk was cut off after 24 calls"] },
    "inventory waits 2.9s, for what is unknown: the walk was cut off after 24 calls",
  );
  check(
    { kind: "db.running" },
    "inventory waits 2.9s for the database, which is working on the statement",
  );
});

test("any report has a sentence on one line that begins with who waits", () => {
  fc.assert(
    fc.property(randomWaitReport, (report) => {
      const sentence = waitSentence(report, { who: "inventory", nowUnixNano: NOW });
      assert.match(sentence, /^inventory (?:probably )?waits/u);
      assert.doesNotMatch(sentence, /undefined|\[object|\p{Cc}/u);
    }),
  );
});
