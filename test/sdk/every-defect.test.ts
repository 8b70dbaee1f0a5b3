/* The defects of the official SDK that its users report, and that each has a test here. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { join } from "node:path";
import { REPOSITORY, repositoryFiles } from "../../tools/source-module.ts";

/** By the numbers that the names of tests carry. */
const DEFECTS: readonly string[] = [
  "ratio sampling disagrees with other languages",
  "start times are whole milliseconds, children lie outside of their parents",
  "throughput ends at one batch per round trip, and the surplus is dropped in silence",
  "a flush returns before the batch on its way is delivered",
  "a process that ends at once, or by a signal, exports nothing",
  "SIGTERM no longer ends the process",
  "a gRPC request is never tried again",
  "nothing is printed when the receiver is down or the SDK was registered twice",
  "libraries that were loaded first are not traced, in silence",
  "ES modules need a flag, and wrapping them breaks them",
  "queries are attached to whoever frees a pooled connection",
  "a second copy of the API makes spans that do nothing",
  "sending a batch blocks the event loop",
  "ended spans are kept alive",
  "a span that is stuck cannot be seen",
  "a serverless function is frozen before its spans are sent",
  "loading the SDK takes seconds",
  "a failed flush rejects with an array and ends the process",
];

test("each of the 18 defects has a test with its number in its name", () => {
  const named = new Set<number>();
  for (const path of repositoryFiles()) {
    if (!path.endsWith(".test.ts")) continue;
    const text = readFileSync(join(REPOSITORY, path), "utf8");
    for (const [, numbers = ""] of text.matchAll(/test\("defects? ([\d and]+)[,:]/gu)) {
      for (const number of numbers.split(" and ")) named.add(Number(number));
    }
  }
  const missing = DEFECTS.filter((_, index) => !named.has(index + 1));
  assert.deepEqual(missing, []);
  assert.deepEqual(
    [...named].filter((number) => !(number in [0, ...DEFECTS])),
    [],
  );
});
