import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import {
  hexToBytes,
  LossLedger,
  ManualClock,
  type OpenSpan,
  type OpenSpanReport,
  type SnapshotReport,
  SpanKind,
} from "@spoor/trace";
import { FINAL_DELAY_MS_MAX, GONE_MS_MAX, OPEN_SPANS_MAX, REPORTERS_MAX } from "../base/limits.ts";
import type { LiveNews, NewsItem, Reporter } from "./live-news.ts";
import { LiveSpans } from "./live-spans.ts";

const START = 1_700_000_000_000_000_000n;
const TRACE_ID = "4bf92f3577b34da6a3ce929d0e0e4736";
const CHECKOUT: Reporter = { service: "checkout", instance: "checkout-1" };

function spanId(number: number): string {
  return number.toString(16).padStart(16, "0");
}

function open(id: number, fields: Partial<OpenSpanReport> = {}, from = CHECKOUT): NewsItem {
  const report: OpenSpanReport = {
    kind: "openSpan",
    timeUnixNano: START + 2_000_000_000n,
    processStartUnixNano: 1n,
    traceId: TRACE_ID,
    spanId: spanId(id),
    parentSpanId: "",
    flags: 1,
    name: `span ${id}`,
    spanKind: SpanKind.internal,
    startTimeUnixNano: START,
    seq: 1,
    snapshot: 1,
    nextMs: 1000,
    isOverdue: true,
    isCallerGone: false,
    wait: new Map(),
    attributes: new Map(),
    ...fields,
  };
  return { kind: "report", from, source: "spoor.span.open", report };
}

function list(
  snapshot: number,
  ids: readonly number[],
  fields: Partial<SnapshotReport> = {},
): NewsItem {
  const report: SnapshotReport = {
    kind: "snapshot",
    timeUnixNano: START,
    processStartUnixNano: 1n,
    snapshot,
    spans: ids.map((id) => ({ traceId: TRACE_ID, spanId: spanId(id) })),
    spanCount: ids.length,
    nextMs: 1000,
    ...fields,
  };
  return { kind: "report", from: CHECKOUT, source: "spoor.span.open", report };
}

function finished(...ids: readonly number[]): LiveNews {
  const bytes = new Uint8Array(ids.length * 24);
  for (const [index, id] of ids.entries()) {
    hexToBytes(TRACE_ID + spanId(id), bytes, { offset: index * 24, byteCount: 24 });
  }
  return { items: [], finished: bytes };
}

function news(...items: readonly NewsItem[]): LiveNews {
  return { items, finished: new Uint8Array() };
}

interface Room {
  readonly clock: ManualClock;
  readonly ledger: LossLedger;
  readonly live: LiveSpans;
}

function room(...said: readonly LiveNews[]): Room {
  const clock = new ManualClock(START);
  const ledger = new LossLedger();
  const live = new LiveSpans({ clock, ledger });
  for (const one of said) live.take(one);
  return { clock, ledger, live };
}

function told(live: LiveSpans): { [name: string]: OpenSpan["state"] } {
  const spans = live.openSpans().toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return Object.fromEntries(spans.map(({ name, state }) => [name, state]));
}

const message: fc.Arbitrary<LiveNews> = fc.oneof(
  fc
    .record({ id: fc.integer({ min: 1, max: 4 }), seq: fc.nat(5), snapshot: fc.nat(5) })
    // One number of one span is one report: a sender does not give it to two.
    .map(({ id, seq, snapshot }) => {
      const timeUnixNano = START + BigInt(seq * 10 + snapshot);
      return news(open(id, { seq, snapshot, timeUnixNano, name: `${id} ${seq} ${snapshot}` }));
    }),
  fc
    .record({ snapshot: fc.nat(5), cut: fc.nat(1) })
    .chain(({ snapshot, cut }) =>
      fc
        .constant([snapshot % 4, (snapshot + 1) % 4].map((id) => id + 1))
        .map((ids) => news(list(snapshot, ids, { spanCount: ids.length + cut * (snapshot % 2) }))),
    ),
  fc.integer({ min: 1, max: 4 }).map((id) => finished(id)),
);

test("any order of messages, and any repetition, gives the same state", () => {
  const property = fc.property(
    fc.array(message, { maxLength: 12 }).chain((messages) =>
      fc.record({
        messages: fc.constant(withoutTwins(messages)),
        shuffled: fc.shuffledSubarray(withoutTwins(messages), {
          minLength: withoutTwins(messages).length,
        }),
        repeated: fc.subarray(withoutTwins(messages)),
      }),
    ),
    ({ messages, shuffled, repeated }) => {
      const one = room(...messages).live;
      const other = room(...shuffled, ...repeated).live;
      assert.deepEqual(sorted(other.openSpans()), sorted(one.openSpans()));
      assert.deepEqual(other.instances(), one.instances());
    },
  );
  fc.assert(property, { numRuns: 500 });
});

/** Of two snapshots with one number, which no sender makes, the first. */
function withoutTwins(messages: readonly LiveNews[]): LiveNews[] {
  const seen = new Set<number>();
  return messages.filter(({ items: [item] }) => {
    if (item?.kind !== "report" || item.report.kind !== "snapshot") return true;
    if (seen.has(item.report.snapshot)) return false;
    seen.add(item.report.snapshot);
    return true;
  });
}

function sorted(spans: readonly OpenSpan[]): OpenSpan[] {
  return spans.toSorted((a, b) => (a.spanId < b.spanId ? -1 : 1));
}

test("a finished span beats its reports, and a late one is dropped and counted", () => {
  const { live, ledger } = room(news(open(1), open(2)), finished(1), news(open(1, { seq: 9 })));
  assert.deepEqual(told(live), { "span 2": "open" });
  assert.equal(ledger.of("open_span_late"), 1);
});

test("a snapshot replaces what its process had open", () => {
  const { live } = room(news(open(1), open(2), list(2, [2])));
  assert.deepEqual(told(live), { "span 1": "ending", "span 2": "open" });
});

test("a list that was cut says nothing about the spans that it leaves out", () => {
  const { live } = room(news(open(1), open(2), list(2, [2], { spanCount: 2 })));
  assert.deepEqual(told(live), { "span 1": "open", "span 2": "open" });
  assert.equal(live.unlistedSpanCount, 1);
});

test("a span that ended without its finished span is let go and counted", () => {
  const { live, ledger, clock } = room(news(open(1), list(2, [])));
  clock.advanceMs(FINAL_DELAY_MS_MAX + 1);
  assert.deepEqual(told(live), {});
  assert.equal(ledger.of("open_span_final_missing"), 1);
});

test("of a trace that is not sampled nobody waits for the finished span", () => {
  const { live, ledger } = room(news(open(1, { flags: 0 }), list(2, [])));
  assert.deepEqual(told(live), {});
  assert.deepEqual(ledger.entries(), []);
});

test("a process that misses three reports is gone with its spans open, and then forgotten", () => {
  const { live, ledger, clock } = room(news(open(1), list(1, [1])));
  clock.advanceMs(3_500);
  assert.deepEqual(told(live), { "span 1": "open" });
  assert.equal(live.instances()[0]?.state, "silent");
  clock.advanceMs(2_000);
  assert.deepEqual(told(live), { "span 1": "gone" });
  const [gone] = live.openSpans();
  assert.equal(gone?.ageMs, 2000, "nobody knows how long it was open after that");
  assert.equal(live.instances()[0]?.state, "gone");
  clock.advanceMs(GONE_MS_MAX);
  assert.deepEqual(told(live), {});
  assert.equal(ledger.of("open_span_expired"), 1);
});

test("the age of a span is not changed by the clock of another machine", () => {
  const ahead = START + 86_400_000_000_000n;
  const { live, clock } = room(
    news(open(1, { startTimeUnixNano: ahead, timeUnixNano: ahead + 2_000_000_000n })),
  );
  clock.advanceMs(500);
  assert.equal(live.openSpans()[0]?.ageMs, 2500);
});

test("work goes on after its caller has ended: the caller is gone", () => {
  const server = { spanKind: SpanKind.server, parentSpanId: spanId(7) };
  const { live } = room(news(open(1, server), open(2, { parentSpanId: spanId(7) })));
  assert.deepEqual(
    live.openSpans().map(({ isCallerGone }) => isCallerGone),
    [false, false],
  );
  live.take(finished(7));
  assert.deepEqual(
    sorted(live.openSpans()).map(({ isCallerGone }) => isCallerGone),
    [true, false],
    "a span within the process may outlive its parent on purpose",
  );
});

test("two processes with one instance id do not close each other's spans", () => {
  const successor = list(1, [], { processStartUnixNano: 2n });
  const { live } = room(news(open(1), list(5, [1]), successor));
  assert.deepEqual(told(live), { "span 1": "open" });
});

test("more open spans than fit are refused and counted", () => {
  const items = Array.from({ length: OPEN_SPANS_MAX + 5 }, (_, index) => open(index + 1));
  const { live, ledger } = room(news(...items));
  assert.equal(live.openSpans().length, OPEN_SPANS_MAX);
  assert.equal(ledger.of("open_span_refused"), 5);
});

test("reports may weigh only so much together", () => {
  const attributes = new Map([["heavy", "x".repeat(8 * 1024 * 1024)]]);
  const items = Array.from({ length: 6 }, (_, index) => open(index + 1, { attributes }));
  const { live, ledger } = room(news(...items));
  assert.equal(live.openSpans().length + ledger.of("open_span_refused"), 6);
  assert.ok(ledger.of("open_span_refused") > 0);
});

test("who only sends spans is told as such, until it reports", () => {
  const { live } = room();
  live.take(news(), [CHECKOUT]);
  assert.deepEqual(
    live.instances().map(({ service, state }) => ({ service, state })),
    [{ service: "checkout", state: "spans_only" }],
  );
  live.take(news(list(1, [], { nextMs: 60_000 })));
  assert.deepEqual(
    live.instances().map(({ state }) => state),
    ["reporting"],
  );
});

test("a flood of process names finds an end, and pushes out nobody who reports", () => {
  const { live, ledger } = room(news(open(1), list(1, [1], { nextMs: 60_000 })));
  const flood = Array.from({ length: REPORTERS_MAX + 500 }, (_, index) =>
    open(1000 + index, {}, { service: "flood", instance: String(index) }),
  );
  live.take(news(...flood));
  assert.equal(ledger.of("report_refused"), 501);
  assert.equal(told(live)["span 1"], "open");
  assert.equal(live.instances().length, REPORTERS_MAX);
});
