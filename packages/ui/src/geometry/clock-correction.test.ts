import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { rowsOfSkeleton, type Span, SpanKind, StatusCode, selfNanoOfRows } from "@spoor/trace";
import { clockShifts, corrected } from "./clock-correction.ts";
import { idOf, shapeOf, span } from "./test-spans.ts";

function byName([a]: readonly unknown[], [b]: readonly unknown[]): number {
  return String(a) < String(b) ? -1 : 1;
}

interface Timed {
  readonly id: string;
  readonly parent?: string;
  readonly service: string;
  readonly kind?: SpanKind;
  readonly hasFailed?: boolean;
  readonly from: number;
  readonly to: number;
}

function timed(literal: Timed): Span {
  const { id, parent = "", service, kind = SpanKind.server, hasFailed = false, from, to } = literal;
  const attributes = new Map([["service.name", service]]);
  return span(idOf(id), {
    name: id,
    parentSpanId: idOf(parent),
    kind,
    status: { code: hasFailed ? StatusCode.error : StatusCode.unset, message: "" },
    startTimeUnixNano: BigInt(from + 1000),
    endTimeUnixNano: BigInt(to + 1000),
    resource: { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] },
  });
}

/** Name, start and end of each row after the correction, since the first start. */
function correctedTimes(spans: readonly Timed[]): unknown[] | undefined {
  const { skeleton } = shapeOf(spans.map(timed));
  const shift = clockShifts(skeleton);
  if (shift === undefined) return undefined;
  const after = corrected(skeleton, shift).skeleton;
  const rows = rowsOfSkeleton(after);
  return Array.from(rows.startNano, (start, row) => [
    after.names[after.name[row] ?? -1],
    start,
    rows.endNano[row],
  ]);
}

const CALLER: Timed = { id: "a", service: "shop", kind: SpanKind.client, from: 100, to: 200 };

test("a call that lies within its caller is left where it is", () => {
  assert.equal(
    correctedTimes([CALLER, { id: "b", parent: "a", service: "stock", from: 110, to: 190 }]),
    undefined,
  );
});

test("a call by another clock is moved into the middle of its caller, with all below it", () => {
  const spans = [
    CALLER,
    { id: "b", parent: "a", service: "stock", from: 1000, to: 1060 },
    { id: "c", parent: "b", service: "stock", kind: SpanKind.internal, from: 1010, to: 1020 },
  ];
  assert.deepEqual(correctedTimes(spans), [
    ["a", 0, 100],
    ["b", 20, 80],
    ["c", 30, 40],
  ]);
});

test("a call that is longer than its caller begins with it, unless it begins later anyhow", () => {
  const call = { id: "b", parent: "a", service: "stock" };
  assert.deepEqual(correctedTimes([CALLER, { ...call, from: 50, to: 350 }]), [
    ["a", 0, 100],
    ["b", 0, 300],
  ]);
  assert.equal(correctedTimes([CALLER, { ...call, from: 150, to: 450 }]), undefined);
});

test("a caller that failed may be outlived, and never preceded, by what it called", () => {
  const caller = { ...CALLER, hasFailed: true };
  const call = { id: "b", parent: "a", service: "stock" };
  assert.equal(correctedTimes([caller, { ...call, from: 110, to: 205 }]), undefined);
  assert.deepEqual(correctedTimes([caller, { ...call, from: 90, to: 150 }]), [
    ["a", 0, 100],
    ["b", 0, 60],
  ]);
});

test("a message may come late, and never before it was sent", () => {
  const message = { id: "b", parent: "a", service: "mail", kind: SpanKind.consumer };
  assert.equal(correctedTimes([CALLER, { ...message, from: 5000, to: 6000 }]), undefined);
  assert.deepEqual(correctedTimes([CALLER, { ...message, from: 40, to: 60 }]), [
    ["a", 0, 100],
    ["b", 0, 20],
  ]);
});

test("siblings stand in the order of their new starts, and the trace begins with the first", () => {
  const spans = [
    { id: "b", parent: "a", service: "stock", from: 0, to: 20 },
    { ...CALLER, kind: SpanKind.server },
    { id: "c", parent: "a", service: "shop", kind: SpanKind.internal, from: 110, to: 120 },
  ];
  assert.deepEqual(correctedTimes(spans), [
    ["a", 0, 100],
    ["c", 10, 20],
    ["b", 40, 60],
  ]);
});

test("whatever the clocks, durations stay, and each moved row says by how much", () => {
  const spans = fc.array(
    fc.record({
      above: fc.nat(),
      service: fc.constantFrom("shop", "stock", "mail"),
      kind: fc.constantFrom(SpanKind.internal, SpanKind.server, SpanKind.client, SpanKind.consumer),
      from: fc.integer({ min: 0, max: 10_000 }),
      length: fc.nat(500),
    }),
    { minLength: 1, maxLength: 26 },
  );
  fc.assert(
    fc.property(spans, (drafts) => {
      const all = drafts.map(({ above, from, length, ...draft }, index) =>
        timed({
          ...draft,
          id: String.fromCharCode(97 + index),
          parent: index === 0 ? "" : String.fromCharCode(97 + (above % index)),
          from,
          to: from + length,
        }),
      );
      const { skeleton } = shapeOf(all);
      const shift = clockShifts(skeleton);
      if (shift === undefined) return;
      const { skeleton: after, movedNano } = corrected(skeleton, shift);
      assert.equal(Math.min(...after.startNano), 0);
      const rawStart = (row: number): bigint =>
        after.startTimeUnixNano +
        BigInt(Math.round((after.startNano[row] ?? 0) - (movedNano[row] ?? 0)));
      const found = Array.from(after.name, (name, row) => [
        after.names[name],
        rawStart(row),
        BigInt(after.durationNano[row] ?? 0),
      ]);
      const sent = all.map(({ name, startTimeUnixNano: start, endTimeUnixNano: end }) => [
        name,
        start,
        end - start,
      ]);
      assert.deepEqual(found.sort(byName), sent.sort(byName));
      for (const own of selfNanoOfRows(rowsOfSkeleton(after))) assert.ok(own >= 0);
    }),
  );
});
