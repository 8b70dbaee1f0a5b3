import assert from "node:assert/strict";
import { test } from "node:test";
import type { FoundGroupDocument, TraceSearchAnswer } from "@spoor/trace";
import { statesQuestion, stateValues, withStates } from "./open-states.ts";

const TIME = { from: "-1h", to: "now" };

function asked(q: string): string {
  const { path = "" } = statesQuestion({ ...TIME, q }) ?? {};
  return new URL(path, "http://spoor").searchParams.get("q") ?? "";
}

function group(state: string, spanCount: number): FoundGroupDocument {
  return { spanCount, spans: [], labels: [{ name: "by(span:state)", type: "state", text: state }] };
}

test("states are asked for of whatever the query finds, and not behind its hints", () => {
  assert.equal(asked(""), "{ span:state != ended } | by(span:state)");
  assert.equal(asked("{ name = `a` }"), "{ name = `a` && span:state != ended } | by(span:state)");
  assert.equal(
    asked("{ true } >> { true }"),
    "{ true } >> { true } | { span:state != ended } | by(span:state)",
  );
  assert.equal(asked("{ true } with(order=`duration`)"), "");
});

test("the states of all traces are added up, the most frequent first", () => {
  const traces = [[group("open", 2), group("gone", 4)], [group("open", 3)]].map((groups) => ({
    groups,
  }));
  // Nothing but the groups is read.
  const values = stateValues({ traces } as unknown as TraceSearchAnswer);
  assert.deepEqual(
    values.map(({ condition, spanCount }) => [condition, spanCount]),
    [
      ["span:state = open", 5],
      ["span:state = gone", 4],
    ],
  );
});

test("a query that is one filter tells the state of what it finds", () => {
  assert.equal(withStates("{ span:state = open }"), "{ span:state = open } | select(span:state)");
  const piped = "{ span:state = open } | count() > 1";
  assert.equal(withStates(piped), piped);
});
