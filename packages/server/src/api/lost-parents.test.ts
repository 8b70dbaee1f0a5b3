import assert from "node:assert/strict";
import { test } from "node:test";
import { LOST_PARENTS_MAX } from "@spoor/trace";
import { spanIdOf, type SpanLiteral, testApi, traceIdOf } from "./api-literal.ts";

/** A request of trace `of` whose caller is there, or with `isLone` is not. */
function request(
  of: string,
  { isLone = false }: { readonly isLone?: boolean } = {},
): SpanLiteral[] {
  const served = { id: `${of}2`, parent: `${of}1`, service: "stock", name: "GET /stock" };
  return isLone ? [served] : [{ id: `${of}1`, service: "leaky", name: "GET /stock" }, served];
}

function path(of: string, spans: string): string {
  return `/traces/${traceIdOf(of)}/lost-parents?spans=${spans}`;
}

test("who stands above such spans elsewhere, and what it lost, is the reason", async () => {
  const api = await testApi([...request("a", { isLone: true }), ...request("b"), ...request("c")]);
  const { status, body } = await api.get(path("a", spanIdOf("a2")));
  assert.equal(status, 200);
  const [reason, ...others] = body.reasons;
  assert.equal(others.length, 0);
  assert.deepEqual([reason.parentSpanId, reason.rule], [spanIdOf("a1"), "lost"]);
  assert.match(reason.sentence, /lost by leaky before it was sent, with 412 in all: no room/);
  assert.deepEqual([body.traceCount, body.complete, body.capped], [2, true, null]);
});

test("the trace itself is no evidence of its own caller", async () => {
  const api = await testApi(request("a", { isLone: true }));
  const { body } = await api.get(path("a", spanIdOf("a2")));
  assert.deepEqual([body.traceCount, body.reasons[0].rule], [0, "caller_silent"]);
});

test("a parent that is stored is told as stored, and a root has none to miss", async () => {
  const api = await testApi(request("a"));
  const both = await api.get(path("a", `${spanIdOf("a1")},${spanIdOf("a2")}`));
  assert.deepEqual(
    both.body.reasons.map((reason: { rule: string }) => reason.rule),
    ["stored"],
  );
});

test("only the first kinds of spans are looked for, and the answer says so", async () => {
  const lone = ["1", "2", "3", "4"].map((digit) => ({
    id: `a${digit}`,
    parent: "af",
    name: `operation ${digit}`,
  }));
  const api = await testApi(lone);
  const ids = lone.map(({ id }) => spanIdOf(id)).join();
  const { body } = await api.get(path("a", ids));
  assert.deepEqual(body.capped, { unit: "kinds of spans", limit: 3 });
  assert.equal(body.reasons[0].spanIds.length, 4);
});

test("anything but a few span ids is refused with words", async () => {
  const api = await testApi(request("a"));
  const many = Array.from({ length: LOST_PARENTS_MAX + 1 }, (_, at) =>
    String(at).padStart(16, "0"),
  );
  for (const spans of ["", "12", "x".repeat(16), many.join()]) {
    const { status, body } = await api.get(path("a", spans));
    assert.deepEqual([status, body.code], [400, "SPOOR_API_PARAMETER_INVALID"]);
  }
});
