import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as fc from "fast-check";
import type { AttributeValue } from "../span/attributes.ts";
import { waitFromAttributes, waitToAttributes } from "./wait-attributes.ts";
import { randomWaitReport } from "./random-wait-reports.fuzz.ts";
import { unknownWait } from "./wait-report.ts";

test("every report comes back from its attributes as it was", () => {
  fc.assert(
    fc.property(randomWaitReport, (report) => {
      assert.deepEqual(waitFromAttributes(waitToAttributes(report)), report);
    }),
  );
});

test("attributes that say nothing of a wait are no report", () => {
  assert.equal(waitFromAttributes(new Map()), undefined);
  assert.equal(waitFromAttributes(new Map([["spoor.wait.kind", "toString"]])), undefined);
});

test("what strangers write where a report stands never throws", () => {
  const value = fc.oneof(
    fc.string(),
    fc.bigInt(),
    fc.double(),
    fc.boolean(),
    fc.constant(null),
    fc.array(fc.string()),
    fc.constant(new Map([["role", "root"]])),
  );
  fc.assert(
    fc.property(randomWaitReport, fc.infiniteStream(value), (report, values) => {
      const keys = [...waitToAttributes(report).keys()].filter((key) => key !== "spoor.wait.kind");
      const broken = new Map<string, AttributeValue>([["spoor.wait.kind", report.kind]]);
      for (const key of keys) broken.set(key, values.next().value ?? null);
      assert.equal(waitFromAttributes(broken)?.kind, report.kind);
    }),
  );
});

test("a log store can filter by flat keys", () => {
  const attributes = waitToAttributes({
    ...unknownWait("a reason", 5n),
    kind: "db.lock",
    holders: [
      {
        role: "root",
        instrumentation: "no",
        isClientGone: false,
        process: { pid: 11_504, command: "node nightly-reconcile.mjs", hiddenArgumentCount: 0 },
      },
    ],
  });
  assert.deepEqual(
    [...attributes]
      .filter(([key]) => key.includes("holder"))
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    [
      ["spoor.wait.holder.instrumented", "no"],
      ["spoor.wait.holder.process.command", "node nightly-reconcile.mjs"],
      ["spoor.wait.holder.process.pid", 11_504n],
      ["spoor.wait.holder.role", "root"],
    ],
  );
});

test("every key that a report can have stands in the page about them", () => {
  const path = new URL("../../../../docs/formats/wait-attributes.md", import.meta.url);
  const page = readFileSync(path, "utf8");
  fc.assert(
    fc.property(randomWaitReport, (report) => {
      for (const key of waitToAttributes(report).keys()) {
        const short = key.replace(/^spoor\.wait\.(?:resource|holder)\.(?:waits_for\.)?/u, "");
        assert.ok(page.includes(`\`${short}\``), key);
      }
    }),
  );
});
