import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { LOSS_REASONS } from "@spoor/trace";
import {
  checkErrorCodes,
  checkLossReasons,
  type ErrorRegistry,
  errorsPage,
  lossReasonsPage,
  readRegistries,
  referencePages,
} from "./reference-docs.ts";
import {
  parseModule,
  problemText,
  readModules,
  REPOSITORY,
  repositoryFiles,
} from "./source-module.ts";

const REGISTRY: ErrorRegistry = {
  path: "packages/oven/src/base/error-codes.ts",
  codes: { SPOOR_OVEN_COLD: "the oven is cold", SPOOR_OVEN_OPEN: "the door is open" },
};

function codeProblems(text: string, registries: readonly ErrorRegistry[] = [REGISTRY]): string[] {
  const modules = [parseModule("packages/oven/src/bake.ts", text)];
  return checkErrorCodes(modules, registries, new Set(["SPOOR_OVEN_HEAT"])).map(problemText);
}

const BOTH = `throw fail("SPOOR_OVEN_COLD") ?? fail("SPOOR_OVEN_OPEN");`;

test("each page is what the declarations say (npm run docs writes them)", async () => {
  for (const [path, text] of await referencePages()) {
    assert.equal(readFileSync(join(REPOSITORY, path), "utf8"), text, path);
  }
});

/** Names of settings that look like error codes. */
const SETTINGS: ReadonlySet<string> = new Set([
  "SPOOR_AGENT_PORT",
  "SPOOR_AGENT_SECRET",
  "SPOOR_CLICKHOUSE_CLUSTER",
  "SPOOR_CLICKHOUSE_DATABASE",
  "SPOOR_CLICKHOUSE_REPLICATION",
  "SPOOR_CLICKHOUSE_URL",
  "SPOOR_LOOP_WATCH",
  "SPOOR_QUEUE_BYTES",
  "SPOOR_QUEUE_DIR",
  "SPOOR_QUEUE_DIR_BYTES",
  "SPOOR_CONSOLE_IDS",
  "SPOOR_OFFICIAL_INSTRUMENTATIONS",
  "SPOOR_LOOP_WATCH",
  "SPOOR_OPEN_SPANS",
  "SPOOR_OPEN_SPAN_ROUTES",
  "SPOOR_OPEN_SPAN_THRESHOLD",
  "SPOOR_WAIT_QUERIES",
  "SPOOR_SQL_SANITISED",
  "SPOOR_TEST_KAFKA",
  "SPOOR_TEST_MYSQLD",
  "SPOOR_TEST_NATIVE_PG",
  "SPOOR_TEST_PRISMA",
  "SPOOR_RETENTION_ERRORS",
  "SPOOR_RETENTION_SIZE",
]);

test("every error code of the product is registered once and used", async () => {
  const paths = repositoryFiles();
  const modules = readModules(paths);
  const problems = checkErrorCodes(modules, await readRegistries(paths), SETTINGS);
  assert.equal(problems.map(problemText).join("\n"), "");
});

test("every registered loss reason is counted somewhere", () => {
  const problems = checkLossReasons(readModules(repositoryFiles()), LOSS_REASONS);
  assert.equal(problems.map(problemText).join("\n"), "");
});

test("a registry whose codes are all used has no problem, nor has a setting", () => {
  assert.deepEqual(codeProblems(`${BOTH} environment["SPOOR_OVEN_HEAT"];`), []);
});

test("a code that is invented on the spot is refused, also in a docstring", () => {
  const refusal =
    "packages/oven/src/bake.ts:2: SPOOR_OVEN_GONE is not registered in any error-codes.ts";
  assert.deepEqual(codeProblems(`${BOTH}\nfail("SPOOR_OVEN_GONE");`), [refusal]);
  assert.deepEqual(codeProblems(`${BOTH}\n/** @throws SPOOR_OVEN_GONE */`), [refusal]);
});

test("a code that nothing uses is refused", () => {
  assert.deepEqual(codeProblems(`fail("SPOOR_OVEN_COLD");`), [
    "packages/oven/src/base/error-codes.ts: SPOOR_OVEN_OPEN is registered, but nothing uses it",
  ]);
});

test("a code that two packages register is refused", () => {
  const other = { path: "packages/van/src/error-codes.ts", codes: REGISTRY.codes };
  assert.deepEqual(codeProblems(BOTH, [REGISTRY, other]), [
    "packages/van/src/error-codes.ts: SPOOR_OVEN_COLD is registered in " +
      "packages/oven/src/base/error-codes.ts already",
    "packages/van/src/error-codes.ts: SPOOR_OVEN_OPEN is registered in " +
      "packages/oven/src/base/error-codes.ts already",
  ]);
});

test("a loss reason that only its registry and a test name is refused", () => {
  const reasons = { burnt: "kept too long", eaten: "tasted" };
  const modules = [
    parseModule("packages/trace/src/loss/reasons.ts", `export const r = ["burnt", "eaten"];`),
    parseModule("packages/oven/src/bake.test.ts", `ledger.count("burnt");`),
    parseModule("packages/oven/src/bake.ts", `ledger.count("eaten");`),
  ];
  assert.deepEqual(checkLossReasons(modules, reasons).map(problemText), [
    "packages/trace/src/loss/reasons.ts: burnt is registered, but nothing counts it: take it away",
  ]);
});

test("a page has a row for each entry and no date", () => {
  const page = errorsPage([REGISTRY]);
  assert.match(page, /^## @spoor\/oven$/mu);
  assert.match(page, /^\| `SPOOR_OVEN_COLD` \| the oven is cold +\|$/mu);
  assert.match(lossReasonsPage({ burnt: "kept too long" }), /^\| `burnt` +\| kept too long \|$/mu);
  assert.doesNotMatch(page, /20\d\d/u);
});
