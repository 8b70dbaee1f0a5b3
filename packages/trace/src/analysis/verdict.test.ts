import assert from "node:assert/strict";
import { test } from "node:test";
import { WAIT_EVENT_NAME } from "../semconv/keys.ts";
import { waitToAttributes } from "../wait/wait-attributes.ts";
import type { Span, SpanEvent } from "../span/span.ts";
import { unknownWait, type WaitReport } from "../wait/wait-report.ts";
import { criticalTimes, slowMarks } from "./slow.ts";
import { traceLiteral } from "./trace-literal.ts";
import { buildTree } from "./tree.ts";
import { traceVerdict, type Verdict } from "./verdict.ts";

/** `span` with what it kept of a wait that began with it. */
function keeping(span: Span | undefined, wait: Partial<WaitReport>): Span {
  assert.ok(span !== undefined);
  const { startTimeUnixNano: sinceUnixNano, endTimeUnixNano: timeUnixNano } = span;
  const report = { ...unknownWait("nothing", timeUnixNano), gaps: [], sinceUnixNano, ...wait };
  const event = { name: WAIT_EVENT_NAME, timeUnixNano, attributes: waitToAttributes(report) };
  return { ...span, events: [{ ...event, droppedAttributesCount: 0 }] };
}

function verdictOn(traceId: string, spans: readonly Span[]): Verdict {
  const tree = buildTree({ traceId, spans });
  return traceVerdict(tree, slowMarks(tree, criticalTimes(tree)));
}

const ROW_LOCK = { kind: "db.lock", resource: { kind: "row", name: "inventory" } } as const;

test("what a span kept of its wait is told as what has been", () => {
  const { traceId, spans } = traceLiteral(
    { id: "a", name: "POST /checkout", endMs: 2000 },
    { id: "b", parent: "a", name: "UPDATE", service: "inventory", endMs: 1900 },
  );
  const [root, query] = spans;
  assert.ok(root !== undefined);
  const { sentence, grounds } = verdictOn(traceId, [root, keeping(query, ROW_LOCK)]);
  assert.match(
    sentence,
    /^Seen while UPDATE in inventory ran: inventory waited 1\.9s for the row lock on table/,
  );
  assert.equal(grounds[0]?.rule, "kept_wait");
});

test("of those that waited for each other the last is told, although the first waited longer", () => {
  const { traceId, spans } = traceLiteral(
    { id: "a", name: "GET", service: "gateway", endMs: 2000 },
    { id: "b", parent: "a", name: "GET /stock", service: "inventory", endMs: 1990 },
    { id: "c", parent: "b", name: "UPDATE", service: "inventory", endMs: 1900 },
    { id: "d", parent: "b", name: "SELECT", service: "inventory", startMs: 1900, endMs: 1950 },
  );
  const [call, handler, query, other] = spans;
  assert.ok(handler !== undefined);
  const { sentence } = verdictOn(traceId, [
    keeping(call, { kind: "http.unanswered" }),
    handler,
    keeping(query, ROW_LOCK),
    keeping(other, { kind: "db.running" }),
  ]);
  assert.match(sentence, /^Seen while UPDATE in inventory ran/);
});

test("a short wait below a long one does not explain it", () => {
  const { traceId, spans } = traceLiteral(
    { id: "a", name: "reserve", service: "inventory", endMs: 9000 },
    { id: "b", parent: "a", name: "UPDATE", service: "inventory", endMs: 1100 },
  );
  const [own, query] = spans;
  const kept = [keeping(own, { kind: "mutex" }), keeping(query, ROW_LOCK)];
  assert.match(verdictOn(traceId, kept).sentence, /^Seen while reserve in inventory ran/);
});

test("a lock that was let go in the moment before the end is told with who held it", () => {
  const { traceId, spans } = traceLiteral({ id: "a", name: "UPDATE", endMs: 8000 });
  const [query] = spans;
  assert.ok(query !== undefined);
  const told = (beforeEndMs: number, wait: Partial<WaitReport>): SpanEvent => {
    const [event] = keeping(query, wait).events;
    assert.ok(event !== undefined);
    return { ...event, timeUnixNano: query.endTimeUnixNano - BigInt(beforeEndMs) * 1_000_000n };
  };
  const holder = {
    role: "root",
    instrumentation: "unknown",
    isClientGone: false,
    session: { system: "postgresql", id: 7 },
  } as const;
  const events = [
    told(6900, { ...ROW_LOCK, holders: [holder] }),
    told(20, ROW_LOCK),
    told(10, { kind: "unknown" }),
  ];
  const { sentence } = verdictOn(traceId, [{ ...query, events }]);
  assert.match(sentence, /waited 7\.98s for the row lock on table inventory, held by session 7/);
});
