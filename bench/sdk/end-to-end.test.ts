import assert from "node:assert/strict";
import { test } from "node:test";
import { Report } from "../report/report.ts";
import { measureEndToEnd } from "./end-to-end.ts";

test("the end-to-end benchmark sends the spans of both SDKs, and all of ours arrive", async () => {
  const lines: string[] = [];
  const report = new Report((text) => lines.push(text));
  const figures = await measureEndToEnd(
    { rounds: 1, milliseconds: 200, warmUpMilliseconds: 200 },
    report,
  );
  for (const [name, value] of Object.entries(figures)) assert.ok(Number(value) > 0, name);
  const [, taken, sent] = /spoor: .* (\d+) of (\d+) spans arrived/.exec(lines.join("\n")) ?? [];
  assert.equal(taken, sent);
});
