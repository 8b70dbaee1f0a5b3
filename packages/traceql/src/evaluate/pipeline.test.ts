import assert from "node:assert/strict";
import { test } from "node:test";

import { type AttributeValue, plainSpan, type Span } from "@spoor/trace";

import { parse } from "../syntax/parse.ts";
import { runPipeline } from "./pipeline.ts";
import { traceViewOf } from "./span-source.ts";

type Draft = Partial<Omit<Span, "attributes">> & {
  readonly id: string;
  readonly parent?: string;
  readonly has?: Readonly<Record<string, AttributeValue>>;
};

function spanOf({ id, parent = "", has = {}, ...fields }: Draft): Span {
  return plainSpan({
    traceId: "a".repeat(32),
    spanId: id,
    parentSpanId: parent,
    name: id,
    kind: 1,
    startTimeUnixNano: 100n,
    endTimeUnixNano: 200n,
    ...fields,
    attributes: new Map(Object.entries(has)),
  });
}

/** Names of the spans in each group, or undefined where the trace is not found. */
function find(text: string, drafts: readonly Draft[]): string[] | undefined {
  const parsed = parse(text);
  assert.ok(parsed.ok && parsed.query.kind === "search", text);
  const view = traceViewOf("a".repeat(32), { spans: drafts.map(spanOf) });
  return runPipeline(parsed.query.pipeline, view)?.map(({ rows }) =>
    rows.map((row) => view.spans[row]?.spanId).join(" "),
  );
}

const CHECKOUT: readonly Draft[] = [
  { id: "a", has: { cart: 3n, tags: ["x", "y"] } },
  { id: "b", parent: "a", has: { cart: 2.5 }, status: { code: 2, message: "no" } },
  { id: "c", parent: "b", has: { cart: "3", empty: null } },
  { id: "d", parent: "gone", has: { ok: true } },
  { id: "e", parent: "gone" },
];

test("values of different types never compare, and what is missing with nothing", () => {
  assert.deepEqual(find("{ .cart > 2 }", CHECKOUT), ["a b"]);
  assert.deepEqual(find('{ .cart = "3" }', CHECKOUT), ["c"]);
  assert.deepEqual(find("{ .cart != 3 }", CHECKOUT), ["b"]);
  assert.deepEqual(find("{ .cart = nil }", CHECKOUT), ["d e"]);
  assert.deepEqual(find("{ .empty != nil }", CHECKOUT), undefined);
  assert.deepEqual(find("{ nil = nil }", CHECKOUT), undefined);
  assert.deepEqual(find("{ .ok }", CHECKOUT), ["d"]);
  assert.deepEqual(find("{ !.ok }", CHECKOUT), undefined);
});

test("an array fits if one element does, and != if none is equal", () => {
  assert.deepEqual(find('{ .tags = "y" }', CHECKOUT), ["a"]);
  assert.deepEqual(find('{ .tags != "y" }', CHECKOUT), undefined);
  assert.deepEqual(find('{ .tags !~ "z.*" }', CHECKOUT), ["a"]);
});

test("spans below a parent that never arrived have their places all the same", () => {
  assert.deepEqual(find('{ name = "d" } ~ { }', CHECKOUT), ["e"]);
  assert.deepEqual(find("{ nestedSetParent < 0 }", CHECKOUT), ["a d e"]);
  assert.deepEqual(find("{ } !< { }", CHECKOUT), ["c d e"]);
  assert.deepEqual(find('{ name = "a" } &>> { name = "c" }', CHECKOUT), ["a c"]);
  assert.deepEqual(find('{ parent:name = "b" && parent.cart = 2.5 }', CHECKOUT), ["c"]);
});

test("a trace can be found by what it has not", () => {
  assert.deepEqual(find("!{ .nothing }", CHECKOUT), ["a b c d e"]);
  assert.equal(find("!{ status = error }", CHECKOUT), undefined);
  assert.deepEqual(find('{ name = "a" } && !{ .nothing }', CHECKOUT), ["a b c d e"]);
  assert.deepEqual(find("{ .nothing } | count() = 0", CHECKOUT), [""]);
  assert.equal(find("{ status = error } | count() = 0", CHECKOUT), undefined);
  assert.equal(find("{ .nothing } | max(.cart) < 5", CHECKOUT), undefined);
});

test("by divides, filters look at each part, coalesce joins", () => {
  assert.deepEqual(find("{ } | by(status)", CHECKOUT), ["a c d e", "b"]);
  assert.deepEqual(find("{ } | by(status) | count() > 1", CHECKOUT), ["a c d e"]);
  assert.deepEqual(find('{ } | by(status) | { name =~ "b|c" } | coalesce()', CHECKOUT), ["b c"]);
  assert.deepEqual(find("({ .cart > 0 } | count()) / ({ } | count()) > 0.3", CHECKOUT), [
    "a b c d e",
  ]);
});

test("arithmetic of integers is that of integers, and with a duration that of numbers", () => {
  assert.deepEqual(find("{ .cart / 2 = 1 }", CHECKOUT), ["a"]);
  assert.deepEqual(find("{ duration / 3 > 33 && duration / 3 < 34 }", CHECKOUT), ["a b c d e"]);
  assert.equal(find("{ .cart / 0 != 1 }", CHECKOUT), undefined);
});
