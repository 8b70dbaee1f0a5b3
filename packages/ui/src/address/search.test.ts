import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseHomeSearch, parseSearch, parseTraceSearch, stringifySearch } from "./search.ts";

const spanIds = fc.stringMatching(/^[0-9a-f]{16}$/);

function survives(spanId: string): void {
  const search = parseTraceSearch(parseSearch(stringifySearch({ s: spanId, d: "1" })));
  assert.deepEqual(search, { s: spanId, d: "1" });
}

test("every span id survives the address, also one that reads as a number", () => {
  for (const spanId of ["12e4567890123456", "0000000000000001", "9007199254740993"]) {
    survives(spanId);
  }
  fc.assert(fc.property(spanIds, survives));
});

test("a span id in upper case is the same span", () => {
  assert.deepEqual(parseTraceSearch({ s: "00F067AA0BA902B7" }), { s: "00f067aa0ba902b7" });
});

test("rows of a missing parent and of a repeated span id can be selected", () => {
  for (const s of ["parent-00f067aa0ba902b7", "00f067aa0ba902b7~2"]) {
    assert.deepEqual(parseTraceSearch(parseSearch(stringifySearch({ s }))), { s });
  }
});

test("what is no span id selects nothing and opens nothing", () => {
  for (const s of ["", "xyz", "00f067aa", 7, null, undefined]) {
    assert.deepEqual(parseTraceSearch({ s, d: "1" }), {});
  }
});

test("the address of the plain list has no parameters", () => {
  assert.deepEqual(parseHomeSearch(parseSearch("?sort=recent&errors=false&n=100&x=1")), {});
  assert.equal(stringifySearch({}), "");
});

test("sort, errors and the number of rows survive the address", () => {
  const search = { sort: "duration", errors: "true", n: 500 } as const;
  assert.deepEqual(parseHomeSearch(parseSearch(stringifySearch(search))), search);
});

test("a number of rows that the API would refuse is left out", () => {
  for (const n of ["0", "-1", "1001", "2.5", "many"]) assert.deepEqual(parseHomeSearch({ n }), {});
});

test("parsing never throws, whatever stands in the address", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      parseTraceSearch(parseSearch(text));
      parseHomeSearch(parseSearch(text));
    }),
  );
});
