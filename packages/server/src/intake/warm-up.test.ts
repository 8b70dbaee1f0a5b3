import assert from "node:assert/strict";
import { test } from "node:test";
import { WARM_UP_REQUESTS } from "../base/limits.ts";
import { warmUp } from "./warm-up.ts";

test("a worker warms up with requests that it can decode, and stops when a real one comes", async () => {
  assert.equal(await warmUp(() => true), WARM_UP_REQUESTS);
  let asked = 0;
  const done = await warmUp(() => {
    asked += 1;
    return asked <= 3;
  });
  assert.equal(done, 3);
});
