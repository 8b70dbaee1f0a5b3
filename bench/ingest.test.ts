import assert from "node:assert/strict";
import { test } from "node:test";
import { runIngest } from "./ingest-run.ts";
import { Report } from "./report/report.ts";

test("the ingest benchmark runs, stores what it sent, and ends with its figures", async () => {
  const lines: string[] = [];
  const report = new Report((text) => lines.push(text));
  const figures = await runIngest(
    {
      workload: "realistic",
      seed: 3,
      spans: 4_000,
      slices: 2,
      pacedSpansPerSecond: 4_000,
      pacedSeconds: 1,
      watchedSeconds: 1,
      scannerRounds: 0,
      templateRequests: 4,
      quietMsMax: 500,
    },
    report,
  );
  report.end(figures);
  const printed: unknown = JSON.parse(lines.at(-1) ?? "");
  assert.deepEqual(Object.keys(figures).slice(0, 4), [
    "scannerCpuSecondsPerMillion",
    "scannerTimesCheaperThanProtobufjs",
    "heapBytesPerSpan",
    "pathCpuSecondsPerMillion",
  ]);
  assert.ok(typeof printed === "object" && printed !== null);
  for (const name of ["pathCpuSecondsPerMillion", "ackP99Ms", "bytesPerSpan", "rssMiB"]) {
    assert.ok(Number(figures[name]) > 0, `${name} is ${figures[name]}`);
    assert.ok(name in printed);
  }
});
