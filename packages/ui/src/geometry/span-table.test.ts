import assert from "node:assert/strict";
import { test } from "node:test";
import { StatusCode } from "@spoor/trace";
import { spanGroups } from "./span-table.ts";
import { shapeOf, span } from "./test-spans.ts";

const ROOT = "00000000000000aa";

function call(index: number, nano: number, isError: boolean = false) {
  return span(index.toString(16).padStart(16, "0"), {
    name: "q",
    parentSpanId: ROOT,
    startTimeUnixNano: BigInt(index * 100),
    endTimeUnixNano: BigInt(index * 100 + nano),
    status: { code: isError ? StatusCode.error : StatusCode.unset, message: "" },
  });
}

const SHAPE = shapeOf([
  span(ROOT, { name: "root", startTimeUnixNano: 1n, endTimeUnixNano: 1001n }),
  call(1, 20),
  call(2, 50, true),
  call(3, 10),
]);

test("spans of one service and name are one group, with sums and the longest of them", () => {
  const [first, second] = spanGroups(SHAPE, "count", undefined);
  assert.partialDeepStrictEqual(first, {
    name: "q",
    count: 3,
    errorCount: 1,
    totalNano: 80,
    selfNano: 80,
    maxNano: 50,
    longestRow: 2,
  });
  assert.partialDeepStrictEqual(second, { name: "root", selfNano: 920, totalNano: 1000 });
});

test("the order is that of the column, and what is filtered away does not count", () => {
  assert.equal(spanGroups(SHAPE, "selfNano", undefined)[0]?.name, "root");
  const kept = Uint8Array.from([1, 1, 0, 0]);
  assert.partialDeepStrictEqual(spanGroups(SHAPE, "totalNano", kept)[1], { count: 1, maxNano: 20 });
});
