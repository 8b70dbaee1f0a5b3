import assert from "node:assert/strict";
import { test } from "node:test";

import { problemText } from "../base/place.ts";
import { parse } from "./parse.ts";
import { print } from "./print.ts";

/** The text of a query in its one spelling. */
function printed(text: string): string {
  const parsed = parse(text);
  assert.ok(parsed.ok, parsed.ok ? "" : problemText(text, parsed.problem));
  return print(parsed.query);
}

function problemOf(text: string): string {
  const parsed = parse(text);
  assert.ok(!parsed.ok, `${text} is read as a query`);
  return problemText(text, parsed.problem);
}

test("what a query prints reads back as the same", () => {
  for (const text of [
    "{ }",
    '{ span."with space" = "a\\"b" && !(.x >= -1.5 || resource.y != nil) }',
    "({ .a } &>> { status = error }) || !{ kind = server } | by(name) | count() > 2",
    "{ .a } | by(.b * 2 + 1) | avg(duration) >= 1500ms | coalesce() | select(name, parent:name)",
    "({ .a } | count()) / ({ } | count()) > 0.5",
    '{ span:state != ended && parent:state = open && wait.kind = "db.lock" }',
    '{ parent.wait.holder.process.command =~ "psql.*" } | select(finding.code, wait."a b")',
    "{ parent.resource.x = 1 && parent.duration > 2h }",
    "({ } | rate() by (name)) / 2 + 1 > 0.5 | topk(3) with(sample=0.1, exemplars=5)",
    "{ } | quantile_over_time(duration, 0.5, 0.99) by (span.http.route) > 10ms",
    "{ } | compare({ status = error }, 5, 0, 0)",
  ]) {
    const once = printed(text);
    assert.equal(printed(once), once, text);
  }
});

test("a point begins an attribute, or a number where only digits follow", () => {
  assert.equal(printed("{ .5 < .a.5 }"), "{ 0.5 < .a.5 }");
  assert.equal(printed("{ .http.status-code/x = 1 }"), "{ .http.status-code/x = 1 }");
  assert.equal(printed('{ ."5" = 1 }'), '{ ."5" = 1 }');
});

test("operators bind as in other languages", () => {
  assert.equal(printed("{ .a || .b && .c }"), "{ .a || .b && .c }");
  assert.equal(printed("{ (.a || .b) && .c }"), "{ (.a || .b) && .c }");
  assert.equal(printed("{ 1 + 2 * 3 ^ 2 > .a }"), "{ 1 + 2 * 3 ^ 2 > .a }");
  assert.equal(printed("{.a} || {.b} && {.c} >> {.d}"), "{ .a } || ({ .b } && ({ .c } >> { .d }))");
});

test("what a span waits for has a scope of its own, among its events", () => {
  assert.equal(printed('{ event.spoor.wait.kind = "pool" }'), '{ wait.kind = "pool" }');
  assert.equal(printed('{ event.spoor.wait. = "" }'), '{ event.spoor.wait. = "" }');
  assert.match(problemOf('{ wait:kind = "pool" }'), /, or wait\.kind for an attribute\./);
});

test("an id is compared as it is stored, however it was written", () => {
  const padded = `"${"5e1f".padStart(32, "0")}"`;
  assert.equal(printed('{ trace:id = "5E1F" }'), `{ trace:id = ${padded} }`);
  assert.equal(printed('{ "5e1f" != trace:id }'), `{ ${padded} != trace:id }`);
  assert.equal(printed('{ span:parentID = "a" }'), '{ span:parentID = "000000000000000a" }');
  assert.equal(printed('{ span:parentID = "" }'), '{ span:parentID = "" }');
  assert.equal(printed('{ trace:id =~ "5E1F.*" }'), '{ trace:id =~ "5E1F.*" }');
});

test("a query with metrics keeps whole numbers whole until a series comes in", () => {
  assert.equal(printed("3 / 2 + ({} | rate())"), "1 + ({ } | rate())");
  assert.equal(printed("3.0 / 2 + ({} | rate())"), "1.5 + ({ } | rate())");
});

test("a problem points at its place and says what to write", () => {
  assert.equal(
    problemOf("{ name = 1 &&\n  attribute = 4 }"),
    [
      "2:3: there is no field attribute",
      "    attribute = 4 }",
      "    ^^^^^^^^^",
      '  Write .attribute for an attribute, "attribute" for text.',
    ].join("\n"),
  );
  assert.match(problemOf("{ statu = error }"), /Did you mean status\?/);
  assert.match(problemOf("{ trace:status = error }"), /Write span:status\./);
  assert.match(problemOf("{ .a == 1 }"), /Equality is a single =/);
  assert.match(problemOf("{ .a = 'x' }"), /between " and "/);
  assert.match(problemOf("{ } | rat() > 1"), /Did you mean rate\( \)\?/);
  assert.match(problemOf("{ } | rate() + 5"), /Put the query in parentheses/);
  assert.match(problemOf("{ } | topk(3)"), /rate\(\) \| topk/);
  assert.match(problemOf("{ duration > 5parsecs }"), /parsecs is no unit/);
  assert.match(problemOf('{ .a = "open'), /this text does not end/);
  assert.match(problemOf("{ } with(smaple=1)"), /Known: sample/);
  assert.match(problemOf(""), /there is no query/);
});

test("a hostile query is refused, and soon", () => {
  assert.match(problemOf(`{ .a = "${"x".repeat(10_000_000)}" }`), /at most 32768/);
  assert.match(problemOf(`{ ${"(".repeat(15_000)} }`), /levels of parentheses/);
  assert.match(problemOf(`{ ${"!".repeat(15_000)}.a }`), /levels of parentheses/);
  assert.match(problemOf("(".repeat(30_000)), /levels of parentheses/);
  assert.match(problemOf(`{ ${".a = 1 || ".repeat(2_000)} true }`), /more than 1000 steps/);
  assert.match(problemOf(`${"{} && ".repeat(2_000)}{}`), /more than 1000 steps/);
});
