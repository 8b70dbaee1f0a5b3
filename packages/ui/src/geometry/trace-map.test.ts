import assert from "node:assert/strict";
import { test } from "node:test";
import { type Peer, SpanKind, StatusCode } from "@spoor/trace";
import { shapeOf, span, idOf } from "./test-spans.ts";
import { isAnswered, serviceTimes, traceMap } from "./trace-map.ts";

function of(service: string) {
  const attributes = new Map([["service.name", service]]);
  return { resource: { attributes, droppedAttributesCount: 0, schemaUrl: "", entityRefs: [] } };
}

/** A shop calls stock, which asks a database twice, the second time in vain; and a mail host. */
const SHAPE = shapeOf([
  span(idOf("a"), { ...of("shop"), kind: SpanKind.server, endTimeUnixNano: 100n }),
  span(idOf("b"), {
    ...of("shop"),
    kind: SpanKind.client,
    parentSpanId: idOf("a"),
    startTimeUnixNano: 10n,
    endTimeUnixNano: 60n,
  }),
  span(idOf("c"), {
    ...of("stock"),
    kind: SpanKind.server,
    parentSpanId: idOf("b"),
    startTimeUnixNano: 20n,
    endTimeUnixNano: 50n,
  }),
  ...["d", "e"].map((id, index) =>
    span(idOf(id), {
      ...of("stock"),
      kind: SpanKind.client,
      parentSpanId: idOf("c"),
      startTimeUnixNano: 25n + BigInt(index),
      endTimeUnixNano: 30n + BigInt(index * 10),
      status: { code: index === 0 ? StatusCode.unset : StatusCode.error, message: "" },
    }),
  ),
  span(idOf("f"), {
    ...of("shop"),
    kind: SpanKind.client,
    parentSpanId: idOf("a"),
    startTimeUnixNano: 70n,
    endTimeUnixNano: 80n,
  }),
]);

test("calls of services and of what sends no spans are counted by who calls whom", () => {
  const peers = new Map<number, Peer>([
    [3, { calleeType: "database", callee: "stock-db" }],
    [4, { calleeType: "database", callee: "stock-db" }],
  ]);
  const { calls, unreadCount } = traceMap(SHAPE, (row) => peers.get(row));
  assert.deepEqual(calls, [
    {
      caller: "stock",
      callee: "stock-db",
      calleeType: "database",
      callCount: 2,
      errorCount: 1,
      totalNano: 19,
      maxNano: 14,
      longestRow: 4,
    },
    {
      caller: "shop",
      callee: "stock",
      calleeType: "service",
      callCount: 1,
      errorCount: 0,
      totalNano: 50,
      maxNano: 50,
      longestRow: 1,
    },
  ]);
  assert.equal(unreadCount, 1, "the mail host, of which nothing is known");
});

test("own time is summed by service, the most first", () => {
  assert.deepEqual(
    serviceTimes(SHAPE).map(({ service, spanCount, selfNano }) => [service, spanCount, selfNano]),
    [
      ["shop", 3, 69],
      ["stock", 3, 34],
    ],
  );
});

test("an outgoing span is answered by a span of a server below it", () => {
  assert.deepEqual(
    [1, 3, 5].map((row) => isAnswered(SHAPE, row)),
    [true, false, false],
  );
});
