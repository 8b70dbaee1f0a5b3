import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { planRuns, total, totalText } from "./run-tests.ts";
import type { Tally } from "./test-reporter.ts";

const REPORTER = join(import.meta.dirname, "test-reporter.ts");

/** Runs `files`, name to text, as tests under the reporter. */
function run(
  context: TestContext,
  files: Readonly<Record<string, string>>,
): { text: string; tally: Tally } {
  const folder = mkdtempSync(join(tmpdir(), "spoor-reporter-"));
  context.after(() => rmSync(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const tallyPath = join(folder, "tally.json");
  // NODE_TEST_CONTEXT would make the child report to the run that this test is part of.
  const { NODE_TEST_CONTEXT: _, ...environment } = process.env;
  const { stdout } = spawnSync(
    process.execPath,
    ["--test", `--test-reporter=${REPORTER}`, ...Object.keys(files)],
    { cwd: folder, env: { ...environment, SPOOR_TEST_TALLY: tallyPath }, encoding: "utf8" },
  );
  // The reporter wrote it.
  return { text: stdout, tally: JSON.parse(readFileSync(tallyPath, "utf8")) as Tally };
}

test("the reporter counts each outcome and keeps the reason of a skip", (context) => {
  const { text, tally } = run(context, {
    "a.test.mjs": `import { test } from "node:test"; import assert from "node:assert/strict";
      test("right", (context) => context.diagnostic("it took 3 steps"));
      test("wrong", () => assert.equal(1, 2));
      test("left out", { skip: "no Go here" }, () => {});
      test("one day", { todo: true }, () => {});`,
  });
  assert.deepEqual(tally, {
    passed: 1,
    failed: 1,
    skipped: 2,
    skips: [
      { file: "a.test.mjs", name: "left out", reason: "no Go here" },
      { file: "a.test.mjs", name: "one day", reason: "no reason given" },
    ],
  });
  assert.match(text, /^FAIL wrong\n {5}a\.test\.mjs:3\n.*1 !== 2/msu);
  assert.doesNotMatch(text, /right/u);
  assert.match(text, /^ {5}it took 3 steps$/mu);
  assert.doesNotMatch(text, /suites/u, "nor what the runner counts");
});

test("a file that cannot be loaded and a hook that throws are failures", (context) => {
  const { text, tally } = run(context, {
    "a.test.mjs": `import "./gone.mjs";`,
    "b.test.mjs": `import { after, describe, test } from "node:test";
      describe("group", () => { after(() => { throw new Error("the hook broke"); }); test("in", () => {}); });`,
  });
  assert.equal(tally.failed, 2);
  assert.match(text, /gone\.mjs/u);
  assert.match(text, /the hook broke/u);
});

test("pure packages share a process, the others get one each", () => {
  const paths = ["packages/store/src/a.test.ts", "packages/trace/src/b.test.ts", "tools/c.ts"];
  const runs = planRuns(paths, []).map(({ files, options }) => [files, options[0]]);
  assert.deepEqual(runs, [
    [["packages/trace/src/b.test.ts"], "--test-isolation=none"],
    [["packages/store/src/a.test.ts"], "--test-isolation=process"],
  ]);
});

test("words choose files by a part of their path", () => {
  const paths = ["packages/store/src/a.test.ts", "test/b.test.ts"];
  const chosen = planRuns(paths, ["store", "b.te"]).flatMap(({ files }) => files);
  assert.deepEqual(chosen, paths);
  assert.deepEqual(planRuns(paths, ["nowhere"]), []);
});

test("the last line is the sum of all runs, and every skipped test is named", () => {
  const skips = [{ file: "a.test.ts", name: "sends from Go", reason: "go is not installed" }];
  const sum = total([
    { passed: 2, failed: 0, skipped: 1, skips },
    { passed: 3, failed: 1, skipped: 0, skips: [] },
  ]);
  assert.equal(
    totalText(sum),
    "\nskipped: a.test.ts: sends from Go: go is not installed\n5 passed, 1 failed, 1 skipped\n",
  );
});

test("a run in which no test was found is a failure", () => {
  const runner = join(import.meta.dirname, "run-tests.ts");
  assert.throws(
    () => execFileSync(process.execPath, [runner, "no/such/path"], { stdio: "pipe" }),
    /no test file has no\/such\/path in its path/u,
  );
});
