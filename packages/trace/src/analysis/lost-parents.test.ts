import assert from "node:assert/strict";
import { test } from "node:test";
import type { OpenSpan, ReportingInstance } from "../report/open-span.ts";
import { SpanKind } from "../span/kind.ts";
import type { Span } from "../span/span.ts";
import {
  type LostParentFacts,
  type LostParentReason,
  lostParentReasons,
  type SpansLost,
} from "./lost-parents.ts";
import { type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { buildTree, type TraceTree } from "./tree.ts";

const HOUR_NANO = 3_600_000_000_000n;
const CALL: SpanLiteral = { id: "1", name: "GET /stock", kind: SpanKind.client, endMs: 10 };
const SERVED: SpanLiteral = {
  id: "2",
  parent: "1",
  name: "GET /stock",
  kind: SpanKind.server,
  service: "stock",
  startMs: 1,
  endMs: 9,
};
const QUERY: SpanLiteral = { ...SERVED, id: "3", parent: "9", kind: SpanKind.client };
const PARENT_ID = "1".padEnd(16, "0");

function orphan(literal: SpanLiteral = SERVED, fields: Partial<Span> = {}): Span {
  const [span] = traceLiteral(literal).spans;
  assert.ok(span !== undefined);
  return { ...span, ...fields };
}

function facts(span: Span, fields: Partial<LostParentFacts> = {}): LostParentFacts {
  return {
    storedSpanIds: new Set(),
    open: [],
    instances: [],
    findings: [],
    losses: [],
    others: [],
    nowUnixNano: span.endTimeUnixNano + HOUR_NANO,
    ...fields,
  };
}

function reason(span: Span, fields: Partial<LostParentFacts> = {}): LostParentReason {
  const [first, ...others] = lostParentReasons([span], facts(span, fields));
  assert.ok(first !== undefined);
  assert.equal(others.length, 0);
  return first;
}

function traces(count: number, ...literals: readonly SpanLiteral[]): TraceTree[] {
  return Array.from({ length: count }, () => buildTree(traceLiteral(...literals)));
}

function loss(service: string, fields: Partial<SpansLost> = {}): SpansLost {
  return { service, instance: "", by: "sender", count: 412, meaning: "no room", ...fields };
}

function heard(state: ReportingInstance["state"], instance = "stock-1"): ReportingInstance {
  const heardMsAgo = 41_000;
  return { service: "stock", instance, state, heardMsAgo, nextMs: 0, openSpanCount: 0 };
}

test("a parent that is stored after all, is open, or will never end, is told as that", () => {
  const span = orphan();
  const stored = reason(span, { storedSpanIds: new Set([PARENT_ID]) });
  assert.deepEqual([stored.rule, stored.certainty], ["stored", "seen"]);
  // Of an open span the rule reads these and nothing else.
  const running = { spanId: PARENT_ID, name: "GET /a", service: "web", ageMs: 4000 } as OpenSpan;
  const open = reason(span, { open: [running] });
  assert.equal(open.sentence, "it has not ended: GET /a of web is open for 4s");
  const { traceId } = span;
  const ids = { traceId, spanId: PARENT_ID, service: "web", instance: "", sentence: "leaked" };
  const never = reason(span, { findings: [{ ...ids, code: "span_never_ended" }] });
  assert.deepEqual([never.rule, never.certainty], ["never_ended", "seen"]);
  assert.equal(
    reason(span, { findings: [{ ...ids, code: "context_lost" }] }).rule,
    "caller_silent",
  );
});

test("a caller that keeps fewer traces is told with both shares", () => {
  const others = traces(2, { ...CALL, traceState: "ot=th:c" }, SERVED);
  const found = reason(orphan(), { others });
  assert.equal(found.rule, "sampled_out");
  assert.equal(
    found.sentence,
    "probably sampled out: checkout keeps 25 % of traces, and stock decided for itself",
  );
  assert.match(found.evidence.join("\n"), /checkout keeps 25 %, stock does not say/);
  const same = orphan({ ...SERVED, traceState: "ot=th:c" });
  assert.equal(reason(same, { others }).rule, "unknown");
});

test("a child that has just ended may come before its parent, and later may not", () => {
  const span = orphan();
  const at = (seconds: bigint): LostParentReason =>
    reason(span, { nowUnixNano: span.endTimeUnixNano + seconds * 1_000_000_000n });
  assert.equal(at(3n).rule, "may_be_open");
  assert.match(at(3n).sentence, /its child ended 3s ago/);
  assert.equal(at(31n).rule, "caller_silent");
  assert.equal(at(-1n).rule, "caller_silent");
});

test("losses count against whoever made the parent, and against nobody else", () => {
  const losses = [loss("checkout"), loss("stock", { by: "server", count: 7 })];
  const others = traces(1, CALL, SERVED);
  const remote = reason(orphan(), { losses, others });
  assert.match(remote.sentence, /^probably lost by checkout before it was sent, with 412 in all/);
  const local = reason(orphan(QUERY), { losses, others });
  assert.equal(local.rule, "lost");
  assert.equal(local.sentence, "probably lost here, with 7 of stock in all: no room");
  assert.deepEqual(local.evidence, ["loss account: stock: 7: no room"]);
  assert.equal(reason(orphan(), { losses: [loss("other")], others }).rule, "unknown");
});

test("flags say better than the kind whose span the parent was", () => {
  const losses = [loss("stock")];
  assert.equal(reason(orphan(SERVED, { flags: 0x101 }), { losses }).rule, "lost");
  assert.equal(reason(orphan(QUERY, { flags: 0x301 }), { losses }).rule, "caller_silent");
  assert.match(reason(orphan(SERVED, { flags: 0x101 })).evidence.join(), /by its flags/);
  assert.match(reason(orphan(QUERY)).evidence.join(), /by its kind client/);
});

test("a process that is gone is told, unless another one of that name may have made it", () => {
  assert.equal(reason(orphan(QUERY), { instances: [heard("gone")] }).rule, "process_gone");
  const both = [heard("gone"), heard("reporting", "stock-2")];
  assert.equal(reason(orphan(QUERY), { instances: both }).rule, "not_sent");
  const resource = new Map([
    ["service.name", "stock"],
    ["service.instance.id", "stock-1"],
  ]);
  const { resource: plain } = orphan();
  const known = orphan(QUERY, { resource: { ...plain, attributes: resource } });
  assert.equal(reason(known, { instances: both }).rule, "process_gone");
});

test("a caller that is missing above some calls is told apart from one that never is there", () => {
  const lone = traces(4, SERVED);
  const found = reason(orphan(), { others: [...traces(5, CALL, SERVED), ...lone] });
  assert.equal(found.rule, "partly_missing");
  assert.match(found.sentence, /above 4 of 9 such calls it is missing/);
  const silent = reason(orphan(SERVED, { attributes: new Map([["client.address", "10.0.3.9"]]) }), {
    others: lone,
  });
  assert.equal(silent.rule, "caller_silent");
  assert.match(silent.sentence, /nobody stands above any of 4 others either$/);
  assert.match(silent.evidence.join("\n"), /client\.address = 10\.0\.3\.9/);
});

test("children of one parent are one reason, in the order of the first", () => {
  const [a, b, c] = [orphan(QUERY), orphan(SERVED), orphan({ ...QUERY, id: "4" })];
  const reasons = lostParentReasons([a, b, c], facts(a));
  assert.deepEqual(
    reasons.map(({ parentSpanId, spanIds }) => [parentSpanId[0], spanIds.map((id) => id[0])]),
    [
      ["9", ["3", "4"]],
      ["1", ["2"]],
    ],
  );
});
