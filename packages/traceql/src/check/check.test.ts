import assert from "node:assert/strict";
import { test } from "node:test";

import { problemText } from "../base/place.ts";
import { parse } from "../syntax/parse.ts";
import { check } from "./check.ts";

function problemsOf(text: string): string[] {
  const parsed = parse(text);
  assert.ok(parsed.ok, text);
  return check(parsed.query).map((problem) => problemText(text, problem));
}

test("a query that makes sense has no problems", () => {
  for (const text of [
    '{ .a = 1 && .b = "x" }',
    "{ duration > 1s / 2 && duration < 3 }",
    "{ name != nil && trace:rootName = nil }",
    "{ parent.duration > duration * 2 } | by(1 + .a) | count() > 2",
    "{ } | rate() by (name) > 1 / 2 | topk(3)",
    '{ event:timeSinceStart > 1ms && link:traceID =~ "a.*" }',
  ]) {
    assert.deepEqual(problemsOf(text), [], text);
  }
});

test("what does not fit together is reported at its place, all of it", () => {
  const [first, second] = problemsOf("{ status > ok && name = 1 }");
  assert.match(first ?? "", /^1:3: a status is neither more nor less/);
  assert.match(second ?? "", /^1:18: text is compared with an integer/);
  assert.match(second ?? "", /Compare name with text, such as "text"\./);
});

test("each kind of mistake has its words", () => {
  for (const [text, words] of [
    ["{ status }", /is a status, neither true nor false\n.*\n.*\n.*status = error/],
    ["{ 1 + true = 2 }", /\+ takes numbers, not true or false/],
    ['{ !name = "x" }', /! takes true or false, not text/],
    ['{ -name = "x" }', /- takes a number, not text/],
    ["{ status = nil }", /status is never nil/],
    ["{ resource.service.name = nil }", /is never nil/],
    ['{ .a =~ "[" }', /^1:11: this is no regular expression: a \[ without its \]/],
    ["{ .a =~ .b }", /the regular expression has to be text/],
    ["{ event.a + 1 = 2 }", /a span has many events/],
    ["{ } | by(1)", /by looks at no span/],
    ["{ } | max(name) > 1", /max takes a number, not text/],
    ["({ } | by(.a) | count()) > 2", /by\( \) gives many numbers/],
    ["({ } | compare({ .a })) * 2", /compare cannot be combined with arithmetic/],
    [`${"({ } | rate()) + ".repeat(16)}({ } | rate())`, /at most 16 functions/],
    ["{ span:state }", /is a state, .*\n.*\n.*\n.*span:state = open/],
    ["{ span:state = error }", /a state is compared with a status/],
    ["{ span:state = open } | rate()", /^1:3: span:state is known of the present only/],
    ["({ } | rate()) / ({ finding.code != nil } | rate())", /^1:21: finding\.code is known/],
    ["{ } | rate() with(sample=2)", /sample is a share/],
    ['{ } with(order="backwards")', /order is "recent" or "duration"/],
  ] as const) {
    assert.match(problemsOf(text)[0] ?? "", words, text);
  }
});
