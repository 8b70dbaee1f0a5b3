import assert from "node:assert/strict";
import { test } from "node:test";
import { parseTraceQuery } from "./parameters.ts";

function parse(text: string): ReturnType<typeof parseTraceQuery> {
  return parseTraceQuery(new URLSearchParams(text));
}

test("without parameters the newest traces of all time are asked for", () => {
  assert.deepEqual(parse(""), {
    fromUnixNano: 0n,
    toUnixNano: 2n ** 63n - 1n,
    sort: "recent",
    limit: 20,
  });
});

test("every parameter reaches the query", () => {
  assert.deepEqual(parse("limit=5&sort=duration&errors=true&service=inventory&from=10&to=20"), {
    fromUnixNano: 10n,
    toUnixNano: 20n,
    sort: "duration",
    limit: 5,
    onlyErrors: true,
    service: "inventory",
  });
});

test("a parameter that cannot be read is named with what it may be", () => {
  for (const [text, name] of [
    ["limit=0", "limit"],
    ["limit=1001", "limit"],
    ["limit=many", "limit"],
    ["sort=slowest", "sort"],
    ["errors=yes", "errors"],
    ["from=yesterday", "from"],
    ["to=99999999999999999999", "to"],
  ] as const) {
    const problem = parse(text);
    assert.ok("code" in problem, text);
    assert.equal(problem.code, "SPOOR_API_PARAMETER_INVALID");
    assert.match(problem.detail, new RegExp(name));
  }
});
