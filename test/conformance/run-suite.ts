import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Skip, type Suite, SUITES } from "./suites.ts";

/** How a suite came out. */
export interface SuiteResult {
  readonly passed: number;
  /** Full titles and what went wrong, of tests that should have passed. */
  readonly failed: readonly string[];
  /** Tests that did not pass and are not to, with the reason. */
  readonly skipped: readonly string[];
  /** Entries of the skip list that no failing test needed. */
  readonly needless: readonly string[];
}

interface MochaTest {
  readonly fullTitle: string;
  readonly err: { readonly message?: string };
}

interface MochaReport {
  readonly passes: readonly MochaTest[];
  readonly failures: readonly MochaTest[];
}

const PROJECT = join(import.meta.dirname, "../..");
const TEST_MS_MAX = 10_000;

/** Runs the tests of a suite with our code in the place of its own. */
export function runSuite(
  suite: Suite,
  { suiteRoot, toolsRoot }: { readonly suiteRoot: string; readonly toolsRoot: string },
): SuiteResult {
  const work = mkdtempSync(join(tmpdir(), "spoor-conformance-"));
  try {
    const report = runMocha(suite, { suiteRoot, toolsRoot, work });
    return judge(suite, report);
  } finally {
    rmSync(work, { recursive: true });
  }
}

function runMocha(
  suite: Suite,
  { suiteRoot, toolsRoot, work }: { suiteRoot: string; toolsRoot: string; work: string },
): MochaReport {
  const tools = join(toolsRoot, "node_modules");
  const reportPath = join(work, "report.json");
  const tsconfig = join(work, "tsconfig.json");
  // As their own compiler does it: in sloppy code a receiver is turned into an object.
  writeFileSync(
    tsconfig,
    JSON.stringify({ compilerOptions: { alwaysStrict: true }, include: [`${suiteRoot}/**/*`] }),
  );
  const files = suite.files.flatMap((glob) =>
    globSync(join(suite.folder, glob), { cwd: suiteRoot }),
  );
  const run = spawnSync(
    process.execPath,
    [
      "--conditions=@spoor/source",
      `--require=${join(tools, "tsx/dist/preflight.cjs")}`,
      `--require=${join(import.meta.dirname, "alias-hook.cjs")}`,
      `--import=${pathToFileURL(join(tools, "tsx/dist/loader.mjs")).href}`,
      join(tools, "mocha/bin/_mocha"),
      "--no-config",
      "--exit",
      `--timeout=${TEST_MS_MAX}`,
      "--reporter=json",
      `--reporter-option=output=${reportPath}`,
      ...files.toSorted(),
    ],
    {
      cwd: suiteRoot,
      env: {
        ...process.env,
        TSX_TSCONFIG_PATH: tsconfig,
        SPOOR_CONFORMANCE: settings(suiteRoot, toolsRoot),
      },
      encoding: "utf8",
    },
  );
  try {
    // Mocha's own format, read right here.
    return JSON.parse(readFileSync(reportPath, "utf8")) as MochaReport;
  } catch (error) {
    throw new Error(`${suite.name} did not run: ${run.stderr.slice(-2000)}`, { cause: error });
  }
}

function shim(name: string): string {
  return join(import.meta.dirname, "shim", name);
}

function reasonOf(skip: Skip | undefined): string {
  return skip === undefined ? "" : `(${skip.why}) ${skip.reason}`;
}

/** What alias-hook.cjs needs to know. */
function settings(suiteRoot: string, toolsRoot: string): string {
  const folders = SUITES.map(({ folder, shim: name }) => [`${folder}/src`, shim(name)]);
  const aliases = {
    ...Object.fromEntries(folders),
    "packages/sdk-trace/test/common/util": shim("sdk-trace-values.ts"),
    "@opentelemetry/core": shim("core.ts"),
    "@opentelemetry/sdk-trace": shim("sdk-trace.ts"),
  };
  return JSON.stringify({ suiteRoot, toolsRoot, projectRoot: PROJECT, aliases });
}

function judge({ skipped }: Suite, report: MochaReport): SuiteResult {
  const needed = new Set<string>();
  const failed: string[] = [];
  const accepted: string[] = [];
  for (const { fullTitle, err } of report.failures) {
    const title = Object.keys(skipped).find((start) => fullTitle.startsWith(start));
    if (title === undefined) failed.push(`${fullTitle}: ${err.message ?? ""}`);
    else accepted.push(`${fullTitle}: ${reasonOf(skipped[title])}`);
    if (title !== undefined) needed.add(title);
  }
  const needless = Object.keys(skipped).filter((title) => !needed.has(title));
  return { passed: report.passes.length, failed, skipped: accepted, needless };
}
