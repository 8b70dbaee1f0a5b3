import assert from "node:assert/strict";
import { test } from "node:test";
import { RecentIds } from "./recent-ids.ts";

test("the newest half is always remembered, and never more than the whole", () => {
  const ids = new RecentIds(10);
  for (let count = 1; count <= 100; count += 1) {
    ids.add(String(count));
    for (let newest = count; newest > Math.max(0, count - 5); newest -= 1) {
      assert.ok(ids.has(String(newest)), `${newest} of ${count}`);
    }
    const remembered = Array.from({ length: count }, (_, at) => ids.has(String(at + 1)));
    assert.ok(remembered.filter(Boolean).length <= 10);
  }
});
