import assert from "node:assert/strict";
import { test } from "node:test";
import {
  fromKeyValues,
  LossLedger,
  ManualClock,
  NO_COST,
  type OpenSpan,
  type OpenSpanReport,
  type SnapshotReport,
  SpanKind,
  unknownWait,
  waitFromAttributes,
  type WaitReport,
  waitToAttributes,
} from "@spoor/trace";
import { SHARED_VERDICT_DELAY_MS, SHARED_VERDICT_MS_MAX } from "../base/limits.ts";
import type { ProcessPlace } from "../base/process-place.ts";
import type { Reporter } from "./live-news.ts";
import { LiveSpans } from "./live-spans.ts";

const START = 1_700_000_000_000_000_000n;
const SERVER = "postgresql 7300000000000000001 1700000000000001";
const ASKED = "inventory inventory-1 asked, and saw session";

function place(host: string, pid: number): ProcessPlace {
  return { host, pid, container: "" };
}

/** The instance that asked, and one whose turn has not come. */
const FINDER: Reporter = {
  service: "inventory",
  instance: "inventory-1",
  place: place("host-a", 11),
};
const OTHER: Reporter = {
  service: "inventory",
  instance: "inventory-2",
  place: place("host-b", 22),
};

const JOB: WaitReport["holders"][number] = {
  role: "root",
  instrumentation: "no",
  isClientGone: false,
  process: { pid: 11_504, command: "node nightly.ts", hiddenArgumentCount: 0 },
  session: { system: "postgresql", id: 500, user: "job", state: "idle in transaction" },
};

/** What the finder saw: its session 100 and 101 and 102 wait for one row, 103 for another. */
function found(fields: Partial<WaitReport> = {}): WaitReport {
  return {
    ...unknownWait("", START + 5_000_000_000n),
    gaps: [],
    kind: "db.lock",
    sinceUnixNano: START,
    resource: { kind: "row", name: "inventory", row: "(0,7)" },
    holders: [
      JOB,
      {
        role: "between",
        instrumentation: "unknown",
        isClientGone: false,
        session: { system: "postgresql", id: 102 },
      },
    ],
    queueCount: 2,
    queue: { server: SERVER, sessionIds: [100, 101, 102], transactionSessionIds: [103] },
    evidence: [{ certainty: "seen", source: "pg_locks", fact: "session 100 waits for ShareLock" }],
    cost: { queryCount: 9, blockingCallCount: 1, elapsedMs: 12 },
    ...fields,
  };
}

/** What an instance says whose session waits and whose turn to ask has not come. */
function asking(id: number, server = SERVER): WaitReport {
  return { ...unknownWait("no turn yet", START), session: { server, id } };
}

/** A statement of `ageMs` at 5.1 s, which waits so. */
interface Told {
  readonly from: Reporter;
  readonly wait: WaitReport;
  readonly ageMs?: number;
  readonly fields?: Partial<OpenSpanReport>;
}

/** What another instance found out `ms` after the finder: that session `id` holds. */
function later(id: number, ms: number, queue: Partial<WaitReport["queue"]>): Told {
  return {
    from: { ...FINDER, instance: `inventory-${id}` },
    wait: found({
      observedUnixNano: START + BigInt(5_000 + ms) * 1_000_000n,
      holders: [{ ...JOB, session: { system: "postgresql", id } }],
      queue: { server: SERVER, sessionIds: [], transactionSessionIds: [], ...queue },
    }),
  };
}

class Room {
  readonly clock: ManualClock = new ManualClock(START);
  readonly live: LiveSpans = new LiveSpans({ clock: this.clock, ledger: new LossLedger() });
  #spanCount = 0;

  tell({ from, wait, ageMs = 5_100, fields = {} }: Told): string {
    this.#spanCount += 1;
    const spanId = this.#spanCount.toString(16).padStart(16, "0");
    const timeUnixNano = START + 5_100_000_000n;
    const report: OpenSpanReport = {
      kind: "openSpan",
      timeUnixNano,
      processStartUnixNano: 1n,
      traceId: spanId.repeat(2),
      spanId,
      parentSpanId: "",
      flags: 1,
      name: "postgres.Query",
      spanKind: SpanKind.client,
      startTimeUnixNano: timeUnixNano - BigInt(ageMs) * 1_000_000n,
      seq: 1,
      snapshot: 1,
      nextMs: 4_000,
      isOverdue: true,
      isCallerGone: false,
      wait: waitToAttributes(wait),
      attributes: new Map(),
      ...fields,
    };
    const item = { kind: "report", from, source: "spoor.span.open", report } as const;
    this.live.take({ items: [item], finished: new Uint8Array() });
    return spanId;
  }

  /** All that `from` has open, by their numbers. */
  list(
    from: Reporter,
    how: { readonly spanIds: readonly number[]; readonly nextMs: number },
  ): void {
    const spans = how.spanIds.map((number) => {
      const spanId = number.toString(16).padStart(16, "0");
      return { traceId: spanId.repeat(2), spanId };
    });
    const report: SnapshotReport = {
      kind: "snapshot",
      timeUnixNano: START,
      processStartUnixNano: 1n,
      snapshot: 2,
      spans,
      spanCount: spans.length,
      nextMs: how.nextMs,
    };
    const item = { kind: "report", from, source: "spoor.span.open", report } as const;
    this.live.take({ items: [item], finished: new Uint8Array() });
  }

  /** What the server says that `spanId` waits for. */
  waitOf(spanId: string): WaitReport | undefined {
    const span: OpenSpan | undefined = this.live.openSpans().find((one) => one.spanId === spanId);
    return span && waitFromAttributes(fromKeyValues(span.wait));
  }
}

/** What is told of a session of `OTHER`, beside what `FINDER` found out. */
function told(other: Partial<Told>, finder: Partial<Told> = {}): WaitReport | undefined {
  const room = new Room();
  room.tell({ from: FINDER, wait: found(), ...finder });
  return room.waitOf(room.tell({ from: OTHER, wait: asking(101), ...other }));
}

function check(wait: WaitReport | undefined, isTold: boolean): void {
  assert.equal(wait?.kind, isTold ? "db.lock" : "unknown");
  assert.equal(
    wait.evidence.some(({ fact }) => fact.startsWith(ASKED)),
    isTold,
  );
}

test("who stands in the queue of another instance is told what that one found out", () => {
  const { queue: _, ...rest } = found();
  assert.deepEqual(told({}), {
    ...rest,
    holders: [
      {
        ...JOB,
        process: { ...JOB.process, host: "the machine of inventory inventory-1" },
      },
      rest.holders[1],
    ],
    sinceUnixNano: START,
    evidence: [
      { certainty: "seen", source: "pg_locks", fact: `${ASKED} 101 in the same queue` },
      ...rest.evidence,
    ],
    cost: NO_COST,
  });
});

test("whoever waits for another row of the same transaction is told only who holds that", () => {
  const wait = told({ wait: asking(103) });
  assert.deepEqual(wait?.resource, { kind: "transaction" });
  assert.deepEqual(
    wait.holders.map(({ session }) => session?.id),
    [500],
  );
  assert.equal(wait.queueCount, 0);
  assert.equal(wait.evidence[0]?.fact, `${ASKED} 103 waiting for the same transaction`);
});

test("nobody stands before themselves", () => {
  const wait = told({ wait: asking(102) });
  assert.deepEqual(
    wait?.holders.map(({ session }) => session?.id),
    [500],
  );
});

test("on one machine the holder's process is on this one", () => {
  const wait = told({ from: { ...OTHER, place: place("host-a", 22) } });
  assert.equal(wait?.holders[0]?.process?.host, undefined);
});

test("the same number of another server, or of no queue, is not told", () => {
  check(told({ wait: asking(101, `${SERVER}7`) }), false);
  check(told({ wait: asking(104) }), false);
  check(told({ wait: asking(500) }), false);
});

test("an answer of its own wins, and so does one that says nothing of a lock", () => {
  const running: WaitReport = { ...unknownWait("", START), gaps: [], kind: "db.running" };
  const own = told({ wait: { ...running, session: { server: SERVER, id: 101 } } });
  assert.equal(own?.kind, "db.running");
  check(told({ wait: unknownWait("answered already", START) }), false);
});

test("a statement that began after the other asked may wait for something else", () => {
  // The other asked 100 ms before its report.
  check(told({ ageMs: 100 + SHARED_VERDICT_DELAY_MS }), true);
  check(told({ ageMs: 99 + SHARED_VERDICT_DELAY_MS }), false);
});

test("the clocks of the two machines are not compared", () => {
  const day = 86_400_000_000_000n;
  const timeUnixNano = START + 5_100_000_000n + day;
  const ahead = { timeUnixNano, startTimeUnixNano: timeUnixNano - 2_000_000_000n };
  check(told({ fields: ahead }), true);
});

test("an answer without a holder, or about a deadlock, is about its own span only", () => {
  check(told({}, { wait: found({ holders: [] }) }), false);
  check(told({}, { wait: found({ holders: [{ ...JOB, role: "cycle" }] }) }), false);
  check(told({}, { wait: found({ kind: "db.running" }) }), false);
});

test("an answer is told as long as it is new, its span open and its process heard", () => {
  const room = new Room();
  const finder = room.tell({ from: FINDER, wait: found(), fields: { nextMs: 60_000 } });
  const other = room.tell({ from: OTHER, wait: asking(101), fields: { nextMs: 60_000 } });
  room.clock.advanceMs(SHARED_VERDICT_MS_MAX - 100);
  check(room.waitOf(other), true);
  room.clock.advanceMs(1);
  check(room.waitOf(other), false);
  assert.equal(room.waitOf(finder)?.kind, "db.lock");
});

test("nobody is told what a silent process knew, nor is a process that has gone", () => {
  const silent = new Room();
  silent.tell({ from: FINDER, wait: found(), fields: { nextMs: 500 } });
  silent.list(FINDER, { spanIds: [1], nextMs: 500 });
  const waiting = silent.tell({ from: OTHER, wait: asking(101), fields: { nextMs: 60_000 } });
  check(silent.waitOf(waiting), true);
  silent.clock.advanceMs(3_000);
  check(silent.waitOf(waiting), false);
  const room = new Room();
  room.tell({ from: FINDER, wait: found(), fields: { nextMs: 60_000 } });
  const left = room.tell({ from: OTHER, wait: asking(101), fields: { nextMs: 500 } });
  check(room.waitOf(left), true);
  room.clock.advanceMs(4_000);
  check(room.waitOf(left), false);
});

test("a span that its process does not list any more tells nobody anything", () => {
  const room = new Room();
  room.tell({ from: FINDER, wait: found() });
  const other = room.tell({ from: OTHER, wait: asking(101) });
  room.list(FINDER, { spanIds: [], nextMs: 4_000 });
  check(room.waitOf(other), false);
});

test("an answer that names nobody does not hide one that does", () => {
  const room = new Room();
  room.tell(later(501, 10, { sessionIds: [101] }));
  const { from, wait } = later(502, 20, { sessionIds: [101] });
  room.tell({ from, wait: { ...wait, holders: [] } });
  const other = room.tell({ from: OTHER, wait: asking(101) });
  assert.equal(room.waitOf(other)?.holders[0]?.session?.id, 501);
});

test("when the span of the one that asked has ended, nobody is told any more", () => {
  const room = new Room();
  const finder = room.tell({ from: FINDER, wait: found() });
  const other = room.tell({ from: OTHER, wait: asking(101) });
  check(room.waitOf(other), true);
  const finished = Buffer.from(finder.repeat(3), "hex");
  room.live.take({ items: [], finished });
  check(room.waitOf(other), false);
});

test("of several answers the newest holds, and one about the same lock before others", () => {
  const room = new Room();
  room.tell(later(502, 20, { sessionIds: [101] }));
  room.tell(later(501, 10, { sessionIds: [101] }));
  room.tell(later(503, 30, { transactionSessionIds: [101] }));
  const other = room.tell({ from: OTHER, wait: asking(101) });
  assert.equal(room.waitOf(other)?.holders[0]?.session?.id, 502);
});

test("the list of sessions is for the server and told to nobody", () => {
  const room = new Room();
  const finder = room.tell({ from: FINDER, wait: found() });
  const { queue: _, ...shown } = found();
  assert.deepEqual(room.waitOf(finder), shown);
});
