import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import type { OpenSpan, ReportingInstance } from "../report/open-span.ts";
import { withOpenSpans } from "../report/open-span.ts";
import { toKeyValues } from "../span/any-value.ts";
import { waitToAttributes } from "../wait/wait-attributes.ts";
import { unknownWait, type WaitHolder, type WaitReport } from "../wait/wait-report.ts";
import { type Inflight, inflight } from "./inflight.ts";
import { criticalTimes, slowMarks } from "./slow.ts";
import { traceLiteral } from "./trace-literal.ts";
import { buildTree } from "./tree.ts";
import { traceVerdict } from "./verdict.ts";
import { waitLines } from "./wait-lines.ts";

const SECOND = 1_000_000_000n;
const NOW = 1000n * SECOND;

function open(traceId: string, spanId: string, fields: Partial<OpenSpan> = {}): OpenSpan {
  return {
    traceId,
    spanId,
    parentSpanId: "",
    flags: 1,
    name: `span ${spanId}`,
    kind: 1,
    startTimeUnixNano: "1",
    ageMs: 5000,
    heardMsAgo: 100,
    service: "inventory",
    instance: "",
    state: "open",
    isOverdue: true,
    isCallerGone: false,
    source: "spoor.span.open",
    attributes: [],
    wait: [],
    ...fields,
  };
}

function holder(id: number, fields: Partial<WaitHolder> = {}): WaitHolder {
  return {
    role: "root",
    instrumentation: "unknown",
    isClientGone: false,
    session: { system: "postgresql", id },
    ...fields,
  };
}

function waiting(fields: Partial<WaitReport>): Pick<OpenSpan, "wait"> {
  const report: WaitReport = {
    ...unknownWait("nothing", NOW),
    kind: "db.lock",
    gaps: [],
    sinceUnixNano: NOW - 4n * SECOND,
    resource: { kind: "row", name: "inventory" },
    ...fields,
  };
  return { wait: toKeyValues(waitToAttributes(report)) };
}

const OPTIONS = { nowUnixNano: NOW, instances: [], requestLimit: 10 };

function told(
  spans: readonly OpenSpan[],
  instances: readonly ReportingInstance[] = [],
  requestLimit = 10,
): Inflight {
  return inflight(spans, { nowUnixNano: NOW, instances, requestLimit });
}

test("requests behind one holder are one group, the larger group first", () => {
  const spans = [
    open("a", "1", waiting({ holders: [holder(8)] })),
    open("b", "2", { ...waiting({ holders: [holder(7)] }), ageMs: 9000 }),
    open("c", "3", waiting({ holders: [holder(7, { role: "between" }), holder(7)] })),
    open("d", "4"),
  ];
  const { groups, sentence } = told(spans);
  assert.deepEqual(
    groups.map(({ holder: who, requests }) => [who?.text, requests.map(({ traceId }) => traceId)]),
    [
      ["session 7", ["b", "c"]],
      ["session 8", ["a"]],
      [undefined, ["d"]],
    ],
  );
  assert.equal(
    sentence,
    "4 requests are hanging. 2 wait for the row lock on table inventory, held by session 7.",
  );
});

test("a request is told by its topmost and its deepest open span", () => {
  const spans = [
    open("a", "3", { parentSpanId: "2", ageMs: 4800 }),
    open("a", "1", { service: "checkout" }),
    open("a", "2", { parentSpanId: "1", ageMs: 4900 }),
  ];
  const [request] = told(spans).groups[0]?.requests ?? [];
  assert.deepEqual(
    [request?.top.spanId, request?.deepest.spanId, request?.openSpanCount],
    ["1", "3", 3],
  );
});

test("of several deepest spans the one whose holder is known counts, then the oldest", () => {
  const spans = [
    open("a", "1"),
    open("a", "2", { parentSpanId: "1", ageMs: 4000 }),
    open("a", "3", { parentSpanId: "1", ageMs: 1000, ...waiting({ holders: [holder(7)] }) }),
  ];
  assert.equal(told(spans).groups[0]?.requests[0]?.deepest.spanId, "3");
  assert.equal(told(spans.slice(0, 2)).groups[0]?.requests[0]?.deepest.spanId, "2");
});

test("what nobody waits for any more is a zombie, with all below it", () => {
  const spans = [
    open("a", "2", { parentSpanId: "1", isCallerGone: true }),
    open("a", "3", { parentSpanId: "2" }),
    open("b", "4"),
  ];
  const { zombieCount, sentence, groups } = told(spans);
  assert.equal(zombieCount, 1);
  assert.equal(sentence, "2 requests are hanging. Nobody waits any more for 1 of them.");
  const alone = told(spans.slice(0, 2)).sentence;
  assert.equal(alone, "1 request is hanging. Nobody waits any more for it.");
  assert.deepEqual(
    groups[0]?.requests.map(({ traceId, isZombie }) => [traceId, isZombie]),
    [
      ["a", true],
      ["b", false],
    ],
  );
});

test("what is concluded is called probable, and what is not known is not guessed", () => {
  const probable = waiting({ certainty: "probable", holders: [holder(7)] });
  assert.equal(
    told([open("a", "1", probable)]).sentence,
    "1 request is hanging. It waits for the row lock on table inventory, probably held by session 7.",
  );
  const [request] = told([open("a", "1")]).groups[0]?.requests ?? [];
  assert.equal(request?.certainty, "unknown");
  assert.match(request?.sentence ?? "", /is not known/);
});

test("a process that is gone is said, and its last word about a wait is not repeated", () => {
  const gone = { ...waiting({ holders: [holder(7)] }), state: "gone", heardMsAgo: 12_000 } as const;
  const { groups } = told([open("a", "1", gone)]);
  assert.equal(groups[0]?.holder, null);
  assert.equal(
    groups[0]?.requests[0]?.sentence,
    "inventory has not been heard for 12s; it may have ended with this span open",
  );
});

test("what takes its usual time runs and does not hang, and the slowest of it is told", () => {
  const spans = [
    open("a", "1", { name: "GET /report", ageMs: 1200 }),
    open("b", "2", { name: "GET /fast", ageMs: 800 }),
  ];
  const shares = new Map([
    ["1", 0.615],
    ["2", 0.99],
  ]);
  const calm = inflight(spans, { ...OPTIONS, shorterShareOf: ({ spanId }) => shares.get(spanId) });
  assert.deepEqual([calm.requestCount, calm.groups.length], [0, 0]);
  assert.deepEqual(
    [calm.running.requestCount, calm.running.slowest?.traceId, calm.running.slowest?.shorterShare],
    [2, "a", 0.615],
  );
  assert.match(
    calm.sentence,
    /^Nothing is hanging\. Slowest running request: GET \/report of inventory, 1\.2s \(p61\)\. No/,
  );
  shares.set("2", 0.991);
  const one = inflight(spans, { ...OPTIONS, shorterShareOf: ({ spanId }) => shares.get(spanId) });
  assert.deepEqual([one.requestCount, one.running.requestCount], [1, 1]);
  assert.match(one.sentence, /^1 request is hanging\./);
});

test("zombies, processes that are gone and waits that do not end by themselves hang at any age", () => {
  const spans = [
    open("a", "1", { isCallerGone: true }),
    open("b", "2", { state: "gone" }),
    open("c", "3", waiting({ holders: [holder(7)] })),
    open("d", "4", waiting({ kind: "http.unanswered", holders: [holder(7)] })),
    open("e", "5"),
    open("f", "6", waiting({ kind: "pool", holders: [] })),
    open("g", "7", waiting({ kind: "redis.stall", holders: [] })),
  ];
  const found = inflight(spans, {
    ...OPTIONS,
    shorterShareOf: ({ spanId }) => (spanId === "5" ? undefined : 0.1),
  });
  assert.deepEqual([found.requestCount, found.running.requestCount], [6, 1]);
  assert.equal(found.running.slowest?.traceId, "d");
});

/** Waits for session 7, which is all that is known of it but for its server. */
function behindSeven(server?: string): Pick<OpenSpan, "wait"> {
  const session = { system: "postgresql", id: 7, ...(server === undefined ? {} : { server }) };
  return waiting({ holders: [holder(7, { session })] });
}

function groupSizes(...spans: readonly OpenSpan[]): number[] {
  return told(spans, []).groups.map(({ requestCount }) => requestCount);
}

test("sessions of one number on two servers are two holders, and on a server unnamed the known", () => {
  const [none, x, y] = [behindSeven(), behindSeven("x"), behindSeven("y")];
  assert.deepEqual(groupSizes(open("a", "1", x), open("b", "2", y)), [1, 1]);
  assert.deepEqual(groupSizes(open("a", "1", none), open("b", "2", y)), [2]);
  assert.deepEqual(
    groupSizes(open("a", "1", none), open("b", "2", x), open("c", "3", y)),
    [1, 1, 1],
  );
});

function checkCalm(instances: readonly ReportingInstance[], expected: string): void {
  assert.equal(told([], instances).sentence, `Nothing is hanging. ${expected}`);
}

test("when nothing hangs the sentence says who would tell", () => {
  const base = { service: "a", instance: "", heardMsAgo: 0, nextMs: 0, openSpanCount: 0 };
  const of = (...states: readonly ReportingInstance["state"][]): ReportingInstance[] =>
    states.map((state) => Object.assign({ state }, base));
  checkCalm([], "No instance reports open spans, so nobody would tell.");
  checkCalm(
    of("spans_only"),
    "No instance reports open spans, so nobody would tell, 1 only sends spans.",
  );
  checkCalm(
    of("reporting", "reporting", "silent", "gone", "spans_only", "spans_only"),
    "2 instances report open spans, 1 silent, 1 gone, 2 only send spans.",
  );
});

test("a group tells its number also where its list is cut", () => {
  const spans = Array.from({ length: 7 }, (_, index) => open(`t${index}`, `${index}`));
  const [group] = told(spans, [], 3).groups;
  assert.deepEqual([group?.requests.length, group?.requestCount], [3, 7]);
});

test("any open spans, also in circles, give every trace once", () => {
  const id = fc.constantFrom("1", "2", "3", "4");
  const span = fc
    .record({
      traceId: fc.constantFrom("a", "b"),
      spanId: id,
      parentSpanId: id,
      gone: fc.boolean(),
    })
    .map(({ traceId, spanId, parentSpanId, gone }) =>
      open(traceId, spanId, { parentSpanId, isCallerGone: gone }),
    );
  const property = fc.property(
    fc.uniqueArray(span, { selector: (s) => s.traceId + s.spanId }),
    (spans) => {
      const { groups, requestCount } = told(spans);
      const traces = groups.flatMap(({ requests }) => requests.map(({ traceId }) => traceId));
      assert.deepEqual(traces.toSorted(), [...new Set(spans.map((s) => s.traceId))].toSorted());
      assert.equal(requestCount, traces.length);
    },
  );
  fc.assert(property, { numRuns: 200 });
});

test("the verdict on a running trace names what it waits for, with its grounds", () => {
  const trace = traceLiteral({ id: "1", name: "POST /checkout", endMs: 3000, error: "504" });
  const evidence = [{ certainty: "seen", source: "pg_locks", fact: "7 blocks 8" }] as const;
  const wait = waiting({ certainty: "seen", evidence, holders: [holder(7)] });
  const spans = [
    open(trace.traceId, "22", { parentSpanId: "1".padEnd(16, "0"), isCallerGone: true, ...wait }),
  ];
  const tree = buildTree(withOpenSpans(trace, spans));
  const verdict = traceVerdict(tree, slowMarks(tree, criticalTimes(tree)), {
    running: { open: spans, nowUnixNano: NOW },
  });
  assert.equal(
    verdict.sentence,
    "Still running after 5s: inventory waits 4s for the row lock on table inventory, " +
      "held by session 7. Nobody waits for it any more: its caller has given up. " +
      "Failed in POST /checkout in checkout: 504.",
  );
  assert.deepEqual(
    verdict.grounds.map(({ rule, certainty }) => [rule, certainty]),
    [
      ["open_span", "seen"],
      ["caller_gone", "seen"],
      ["deepest_failure", "seen"],
    ],
  );
  assert.ok(verdict.grounds[0]?.evidence.includes("pg_locks: 7 blocks 8"));
});

test("a finished span counts, whatever was said of it while it was open", () => {
  const trace = traceLiteral({ id: "1", endMs: 3000 }, { id: "3", parent: "2", endMs: 10 });
  const ids = ["1", "2"].map((id) => id.padEnd(16, "0"));
  const merged = withOpenSpans(
    trace,
    ids.map((spanId) => open(trace.traceId, spanId, { parentSpanId: ids[0] ?? "" })),
  );
  assert.equal(merged.spans.length, 3);
  const tree = buildTree(merged);
  assert.deepEqual(tree.problems, [], "the finished child of an open parent is no orphan");
});

test("holders are lines of their own, with what they do meanwhile", () => {
  const session = {
    system: "postgresql",
    id: 7,
    user: "job",
    state: "idle in transaction",
    stateChangeUnixNano: NOW - 9n * SECOND,
    transactionStartUnixNano: NOW - 10n * SECOND,
    statement: "select  1",
    isStatementLast: true,
  };
  const process = { pid: 5, command: "node job.ts", hiddenArgumentCount: 0 };
  const lines = waitLines(
    open("a", "1", waiting({ holders: [holder(7, { session, process })] })),
    NOW,
  );
  assert.equal(lines.waits, "inventory waits 4s for the row lock on table inventory");
  assert.deepEqual(lines.holders, [
    {
      who: "`node job.ts` (pid 5)",
      verb: "held by",
      session:
        "database user job, session 7, idle in transaction for 9s, transaction open for 10s, last statement: select 1",
      instrumentation: "unknown",
      traceId: "",
      spanId: "",
    },
  ]);
});
