import assert from "node:assert/strict";
import { test } from "node:test";
import { conditionsOf, withCondition, withoutCondition } from "./query-text.ts";

test("a condition joins a filter, and begins one where there is none", () => {
  assert.equal(withCondition("", "status = error"), "{ status = error }");
  assert.equal(withCondition("{ }", "status = error"), "{ status = error }");
  assert.equal(
    withCondition('{ name = "a" }', "status = error"),
    '{ name = "a" && status = error }',
  );
});

test("a condition that is there already is not said twice", () => {
  assert.equal(withCondition("{ a = 1 && b = 2 }", "b = 2"), "{ a = 1 && b = 2 }");
});

test("alternatives keep their meaning", () => {
  assert.equal(withCondition("{ .a = 1 || .b = 2 }", ".c = 3"), "{ (.a = 1 || .b = 2) && .c = 3 }");
  assert.equal(withCondition("{ .a = 1 }", ".b = 2 || .c = 3"), "{ .a = 1 && (.b = 2 || .c = 3) }");
});

test("what is filtered out is negated as a whole", () => {
  assert.equal(withCondition("{ .a = 1 }", ".b = 2", true), "{ .a = 1 && !(.b = 2) }");
});

test("a query that is more than one filter gets a stage of its own", () => {
  assert.equal(
    withCondition("{ .a = 1 } >> { .b = 2 }", ".c = 3"),
    "{ .a = 1 } >> { .b = 2 } | { .c = 3 }",
  );
  assert.equal(
    withCondition("{ .a = 1 } | count() > 2", ".c = 3"),
    "{ .a = 1 } | count() > 2 | { .c = 3 }",
  );
});

test("operators and braces inside of texts are text", () => {
  const query = '{ name = "a && b } \\" {" && .b = `x || {` }';
  assert.deepEqual(conditionsOf(query), ['name = "a && b } \\" {"', ".b = `x || {`"]);
  assert.equal(withoutCondition(query, ".b = `x || {`"), '{ name = "a && b } \\" {" }');
});

test("a part in parentheses is one condition", () => {
  assert.deepEqual(conditionsOf("{ (.a = 1 || .a = 2) && .b = 3 }"), [
    "(.a = 1 || .a = 2)",
    ".b = 3",
  ]);
  assert.deepEqual(conditionsOf("{ .a = 1 || .a = 2 }"), [".a = 1 || .a = 2"]);
  assert.deepEqual(conditionsOf("{ .a = 1 } >> { .b = 2 }"), []);
  assert.equal(withoutCondition("{ .a = 1 }", ".a = 1"), "");
});
