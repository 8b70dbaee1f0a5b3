/*
 * All tests of the repository, as `npm test` runs them: `npm test -- packages/store decode` runs
 * only the files whose path contains one of the words.
 *
 * 1. The page is built if its sources are newer, because the server's tests load it.
 * 2. Files that touch nothing outside of themselves run in one process, which is many times faster
 *    than a process each.
 * 3. The others, which open ports, start engines and end processes, get a process each, two at a
 *    time.
 *
 * Nothing here needs the output of the compiler: every package is loaded from its sources.
 */
import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { REPOSITORY, repositoryFiles } from "./source-module.ts";
import type { Tally } from "./test-reporter.ts";

/** Packages whose tests may share one process: no ports, no child processes, no global state. */
const PURE = /^(?:packages\/(?:trace|traceql|otlp|ui)|tools)\//u;

/** A test that takes longer hangs: the slowest, which starts the whole product, takes seconds. */
const TEST_MS_MAX = 120_000;

/** After this a run is ended from outside, because something that it opened keeps it alive. */
const RUN_MS_MAX = 1_800_000;

interface Run {
  readonly title: string;
  readonly files: readonly string[];
  readonly options: readonly string[];
}

/** The runs that cover every test file of `paths` that contains one of `words`. */
export function planRuns(paths: readonly string[], words: readonly string[]): Run[] {
  const files = paths
    .filter((path) => path.endsWith(".test.ts"))
    .filter((path) => words.length === 0 || words.some((word) => path.includes(word)));
  const runs: Run[] = [
    {
      title: "in one process",
      files: files.filter((path) => PURE.test(path)),
      options: ["--test-isolation=none"],
    },
    {
      title: "in a process each",
      files: files.filter((path) => !PURE.test(path)),
      options: ["--test-isolation=process", "--test-concurrency=2"],
    },
  ];
  return runs.filter((run) => run.files.length > 0);
}

/** The sum of `tallies`. */
export function total(tallies: readonly Tally[]): Tally {
  const sum = (key: "passed" | "failed" | "skipped") =>
    tallies.reduce((count, tally) => count + tally[key], 0);
  return {
    passed: sum("passed"),
    failed: sum("failed"),
    skipped: sum("skipped"),
    skips: tallies.flatMap(({ skips }) => skips),
  };
}

/** The end of the output: each skipped test with its reason, then one line that counts. */
export function totalText({ passed, failed, skipped, skips }: Tally): string {
  const lines = skips.map(({ file, name, reason }) => `skipped: ${file}: ${name}: ${reason}\n`);
  return `\n${lines.join("")}${passed} passed, ${failed} failed, ${skipped} skipped\n`;
}

async function main(words: readonly string[]): Promise<void> {
  const runs = planRuns(repositoryFiles(), words);
  if (runs.length === 0) {
    process.stderr.write(`no test file has ${words.join(" or ")} in its path\n`);
    process.exitCode = 1;
    return;
  }
  let isSound = await buildPage();
  const tallies: Tally[] = [];
  for (const run of runs) {
    process.stdout.write(`\n${run.files.length} test files ${run.title}\n`);
    const { exitCode, tally } = await runTests(run);
    if (tally === undefined) process.stdout.write("FAIL the run ended before its last test\n");
    else tallies.push(tally);
    isSound &&= exitCode === 0 && tally !== undefined;
  }
  const sum = total(tallies);
  process.stdout.write(totalText(sum));
  process.exitCode = isSound && sum.failed === 0 && sum.passed > 0 ? 0 : 1;
}

async function buildPage(): Promise<boolean> {
  if (!existsSync(join(REPOSITORY, "tools/build-ui.ts"))) return true;
  return (await node(["tools/build-ui.ts"])) === 0;
}

interface RunResult {
  readonly exitCode: number;
  /** Undefined when the process ended before it could report. */
  readonly tally: Tally | undefined;
}

async function runTests({ files, options }: Run): Promise<RunResult> {
  const folder = mkdtempSync(join(tmpdir(), "spoor-tests-"));
  const tallyPath = join(folder, "tally.json");
  const reporter = join(REPOSITORY, "tools/test-reporter.ts");
  try {
    const exitCode = await node(
      [
        "--conditions=@spoor/source",
        "--test",
        `--test-timeout=${TEST_MS_MAX}`,
        `--test-reporter=${reporter}`,
        ...options,
        ...files,
      ],
      { SPOOR_TEST_TALLY: tallyPath },
    );
    // Written by the reporter of this very repository, one process ago.
    const tally = existsSync(tallyPath)
      ? (JSON.parse(readFileSync(tallyPath, "utf8")) as Tally)
      : undefined;
    return { exitCode, tally };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Runs this same Node with `args` and resolves to its exit code, 1 if a signal ended it. */
function node(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const child = spawn(process.execPath, args, {
    cwd: REPOSITORY,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "inherit", "inherit"],
    timeout: RUN_MS_MAX,
  });
  child.on("error", reject);
  child.on("exit", (code) => {
    resolve(code ?? 1);
  });
  return promise;
}

if (import.meta.main) await main(process.argv.slice(2));
