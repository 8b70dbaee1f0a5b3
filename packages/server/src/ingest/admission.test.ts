import assert from "node:assert/strict";
import { test } from "node:test";
import { ADMISSION_BYTES_MIN } from "../base/limits.ts";
import { Admission } from "./admission.ts";

test("a request enters at once while there is room", async () => {
  const admission = new Admission({ bytesMax: 1_000_000 });
  const permit = await admission.enter();
  assert.equal(admission.inFlightBytes, ADMISSION_BYTES_MIN);
  permit?.charge(10);
  permit?.release();
  permit?.release();
  assert.equal(admission.inFlightBytes, 0);
});

test("a request that finds no room waits until another leaves", async () => {
  const admission = new Admission({ bytesMax: 1_000, waitMsMax: 60_000 });
  const first = await admission.enter();
  const second = admission.enter();
  first?.release();
  assert.ok(await second);
});

test("a request that finds no room in time gets no permit", async () => {
  const admission = new Admission({ bytesMax: 1_000, waitMsMax: 1 });
  const first = await admission.enter();
  assert.equal(await admission.enter(), undefined);
  first?.release();
  assert.ok(await admission.enter());
});

test("waiting requests enter in the order in which they came", async () => {
  const admission = new Admission({ bytesMax: 1_000, waitMsMax: 60_000 });
  const first = await admission.enter();
  const entered: string[] = [];
  const waiting = ["a", "b"].map(async (name) => {
    const permit = await admission.enter();
    entered.push(name);
    permit?.release();
  });
  first?.release();
  await Promise.all(waiting);
  assert.deepEqual(entered, ["a", "b"]);
});
