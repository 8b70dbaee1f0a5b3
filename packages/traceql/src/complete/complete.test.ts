import assert from "node:assert/strict";
import { test } from "node:test";

import { complete } from "./complete.ts";

function textsAt(text: string): string[] {
  return complete(text).items.map((item) => item.text);
}

test("what may follow depends on what stands before", () => {
  assert.ok(textsAt("").includes("{ "));
  assert.deepEqual(textsAt("{ stat"), ["status", "statusMessage"]);
  assert.deepEqual(textsAt("{ status = "), ["unset", "ok", "error"]);
  assert.deepEqual(textsAt("{ kind != ser"), ["server"]);
  assert.deepEqual(textsAt("{ span:state = g"), ["gone"]);
  assert.ok(!textsAt("{ span:state ").includes(">="));
  assert.ok(textsAt("{ wa").includes("wait.kind"));
  assert.deepEqual(textsAt('{ wait.kind = "http.unr'), ['"http.unread"']);
  assert.ok(textsAt("{ duration ").includes(">="));
  assert.ok(!textsAt("{ status ").includes(">="));
  assert.deepEqual(textsAt("{ .a } | quantile"), ["quantile_over_time("]);
  assert.ok(textsAt("{ .a } ").includes(">> "));
  assert.ok(textsAt("{ } | rate() by (").includes("resource."));
  assert.ok(textsAt("{ } with(").includes("most_recent="));
});

test("names and values of attributes are asked of the store", () => {
  assert.deepEqual(complete("{ span.http.ro").lookup, { kind: "keys", scope: "span" });
  assert.deepEqual(complete("{ .http.ro").lookup, { kind: "keys", scope: "any" });
  const open = complete('{ resource.service.name = "che');
  assert.deepEqual(open.lookup, { kind: "values", field: "resource.service.name" });
  assert.equal(open.prefix, '"che');
  assert.equal(open.start, 26);
});

test("a cursor in the middle looks at what stands before it only", () => {
  assert.deepEqual(complete("{ stat = error }", 6).prefix, "stat");
});

test("no text makes it fail", () => {
  for (const text of ["}", ")))", "{ ' ", '"', "{ .a = \\", "with(with(", "{ 9x"]) complete(text);
});
