import assert from "node:assert/strict";
import { test } from "node:test";
import { formatBytes } from "./bytes.ts";

test("bytes are told in the largest unit of which there is one, rounding never shows 1024", () => {
  const counts = [0, 1023, 1024, 65_536, 1_258_291, 1_048_575, 5 * 2 ** 40];
  const texts = ["0 B", "1023 B", "1 KiB", "64 KiB", "1.2 MiB", "1 MiB", "5 TiB"];
  assert.deepEqual(counts.map(formatBytes), texts);
});
