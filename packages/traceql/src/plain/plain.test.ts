import assert from "node:assert/strict";
import { test } from "node:test";

import { translate } from "./plain.ts";

function traceqlOf(text: string): string {
  const translation = translate(text);
  assert.ok(translation.ok, translation.ok ? "" : translation.problem.message);
  return translation.traceql;
}

test("words become conditions on one span", () => {
  assert.equal(
    traceqlOf("service:checkout duration>2s -status:ok user.id:42"),
    '{ resource.service.name = "checkout" && duration > 2s && !(status = ok) ' +
      '&& (.user.id = 42 || .user.id = "42") }',
  );
  assert.equal(traceqlOf(""), "{ }");
  assert.equal(
    traceqlOf("service:a,b"),
    '{ resource.service.name = "a" || resource.service.name = "b" }',
  );
  assert.equal(traceqlOf('name:"GET /" kind:server'), '{ name = "GET /" && kind = server }');
  assert.equal(traceqlOf("wait.kind:db.lock"), '{ wait.kind = "db.lock" }');
  assert.equal(traceqlOf("state:open,gone"), "{ span:state = open || span:state = gone }");
  assert.equal(traceqlOf("state:texas"), '{ .state = "texas" }');
  assert.equal(traceqlOf("span.http.route:/api/*"), '{ span.http.route =~ "/api/.*" }');
});

test("text without a key is looked for in names and in what went wrong", () => {
  assert.equal(
    traceqlOf("a.b"),
    '{ name =~ "(?i).*a\\\\.b.*" || statusMessage =~ "(?i).*a\\\\.b.*" }',
  );
});

test("TraceQL stays as it is", () => {
  assert.equal(traceqlOf(" { .a = 1 } | count() > 2 "), "{ .a = 1 } | count() > 2");
});

test("a value that cannot be is refused at its place", () => {
  const translation = translate("service:a status:broken");
  assert.ok(!translation.ok);
  assert.deepEqual(translation.problem.place, { start: 10, end: 23 });
  assert.match(translation.problem.hint ?? "", /unset, ok, error/);
  assert.ok(!translate("duration>soon").ok);
});
