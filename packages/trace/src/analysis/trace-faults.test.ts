import assert from "node:assert/strict";
import { test } from "node:test";
import { keys } from "../semconv/keys.ts";
import { traceFaults } from "./trace-faults.ts";
import { CHECKOUT, type SpanLiteral, traceLiteral } from "./trace-literal.ts";
import { buildTree } from "./tree.ts";

/** `code count` of each fault. */
function check(literals: readonly SpanLiteral[], expected: readonly string[]): void {
  const faults = traceFaults(buildTree(traceLiteral(...literals)));
  assert.deepEqual(
    faults.map(({ code, count }) => `${code} ${count}`),
    expected,
  );
}

test("a whole trace has no fault, and neither has one without spans", () => {
  assert.deepEqual(traceFaults(buildTree(CHECKOUT)), []);
  check([], []);
});

test("spans without their parent are told together, a root that never came besides", () => {
  check([{ id: "1" }, { id: "2", parent: "8" }, { id: "3", parent: "9" }], ["parent_missing 2"]);
  check([{ id: "2", parent: "8" }], ["root_missing 1", "parent_missing 1"]);
});

test("a span that ends before it starts is told with its id", () => {
  const trace = traceLiteral({ id: "1", startMs: 5, endMs: 3 });
  const [fault] = traceFaults(buildTree(trace));
  assert.equal(fault?.code, "end_before_start");
  assert.deepEqual(fault?.spanIds, [trace.spans[0]?.spanId]);
});

test("cut values and what senders left out are counted", () => {
  const cut = { [keys.spoorTruncated]: new Map([["db.query.text", 70_000n]]) };
  check([{ id: "1", attributes: cut }], ["value_cut 1"]);
  const trace = traceLiteral({ id: "1" });
  const spans = trace.spans.map((span) => ({
    ...span,
    droppedAttributesCount: 3,
    droppedEventsCount: 2,
    droppedLinksCount: 1,
  }));
  const faults = traceFaults(buildTree({ ...trace, spans }));
  assert.deepEqual(
    faults.map(({ code, count }) => `${code} ${count}`),
    ["attributes_dropped 3", "events_dropped 2", "links_dropped 1"],
  );
});
