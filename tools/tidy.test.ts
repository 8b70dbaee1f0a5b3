import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { problemText, REPOSITORY, repositoryFiles } from "./source-module.ts";
import { checkDecisions, checkLinter, checkName, checkText, checkTidy } from "./tidy.ts";

const PATH = "packages/oven/src/bake.ts";

/** What is said of `text`, without the path. */
function check(text: string, path: string = PATH, publicNames: readonly string[] = []): string[] {
  return checkText(path, text, new Set(publicNames)).map((problem) =>
    problemText(problem).slice(path.length),
  );
}

function names(path: string): string[] {
  return checkName(path).map(problemText);
}

test("the repository is tidy", () => {
  assert.equal(checkTidy(repositoryFiles()).map(problemText).join("\n"), "");
});

test("a file of 500 lines passes, one of 501 does not", () => {
  assert.deepEqual(check("\n".repeat(500)), []);
  assert.deepEqual(check("\n".repeat(501)), [
    ": has 501 lines, at most 500: one idea for each file",
  ]);
});

test("a line may have 100 columns, more only for a URL, a text or a row of a table", () => {
  assert.deepEqual(check(`// ${"x".repeat(97)}`), []);
  assert.deepEqual(check(`// ${"x".repeat(98)}`), [":1: 101 columns, at most 100"]);
  assert.deepEqual(check(`// "${"x".repeat(98)}"`), [":1: 103 columns, at most 100"]);
  assert.deepEqual(check(`fail("${"x".repeat(131)}");`), []);
  assert.deepEqual(check(`fail("${"x".repeat(132)}");`), [":1: 141 columns, at most 100"]);
  assert.deepEqual(check(`const ${"x".repeat(100)} = "";`), [":1: 112 columns, at most 100"]);
  assert.deepEqual(check(`// ${"é".repeat(97)}`), []);
  assert.deepEqual(check(`// https://example.com/${"x".repeat(90)}`), []);
  const row = `| ${"x".repeat(110)} |`;
  assert.deepEqual(check(row, "docs/a.md"), []);
  assert.deepEqual(check(`// ${row}`), [":1: 117 columns, at most 100"]);
});

test("a name says what is in the file, in kebab-case, without a number", () => {
  assert.deepEqual(names("packages/oven/src/hot/warm-up.test.ts"), []);
  assert.deepEqual(names("docs/decisions/0001-why.md"), []);
  assert.deepEqual(names("packages/oven/src/helpers.ts"), [
    'packages/oven/src/helpers.ts: "helpers" says nothing: name the idea that is in it',
  ]);
  assert.equal(names("packages/oven/src/common/heat.ts").length, 1);
  assert.deepEqual(names("packages/oven/src/warmUp.ts"), [
    "packages/oven/src/warmUp.ts: is not in kebab-case",
  ]);
  assert.deepEqual(names("packages/oven/src/issue-12.test.ts"), [
    "packages/oven/src/issue-12.test.ts: has a number in its name: say what it is about",
  ]);
  assert.equal(names("packages/oven/src/custom-parser.2.test.ts").length, 1);
});

test("a test that no run would find is refused", () => {
  const refusal = "no test run looks for this name: use .test.ts";
  for (const name of ["a.spec.ts", "a.test.tsx", "a.test.mjs"]) {
    assert.deepEqual(names(`test/${name}`), [`test/${name}: ${refusal}`]);
  }
});

test("what a package shows to others has a docstring", () => {
  const missing = [":1: bake is exported and has no docstring"];
  assert.deepEqual(check("export function bake(): void {}"), missing);
  assert.deepEqual(check("export class bake {}"), missing);
  assert.deepEqual(check("export interface bake {}"), missing);
  assert.deepEqual(check("export type bake = 1;"), missing);
  assert.deepEqual(check("// No docstring.\nexport type bake = 1;").length, 1);
  assert.deepEqual(check("/** Makes bread. */\nexport function bake(): void {}"), []);
  assert.deepEqual(check("export const bake = 1;"), []);
  assert.deepEqual(check("export const bake = 1;", PATH, ["bake"]), missing);
  assert.deepEqual(check("export const bake = 1;", "test/bake.ts", ["bake"]), []);
});

test("a cast needs a comment beside it, `as const` does not", () => {
  const refusal = [":2: a cast needs a comment that says why it is true"];
  assert.deepEqual(check("\nconst a = b as string;"), refusal);
  assert.deepEqual(check("// Read from our own file.\nconst a = b as string;"), []);
  assert.deepEqual(check("const a = {\n  // Checked above.\n  b: c as string,\n};"), []);
  assert.deepEqual(check("const a = [1] as const;"), []);
  assert.deepEqual(check("// Far away.\n\n\nconst a = b as string;").length, 1);
});

test("an empty catch and a rule switched off need a reason", () => {
  assert.deepEqual(check("try { a(); } catch {}"), [":1: an empty catch says no reason"]);
  assert.deepEqual(check("try { a(); } catch {\n  // It has ended already.\n}"), []);
  assert.deepEqual(check("// @ts-ignore"), [":1: the compiler is not switched off"]);
  const off = [":1: a rule is switched off without its reason: add ` -- why`"];
  assert.deepEqual(check("// oxlint-disable-next-line no-var"), off);
  assert.deepEqual(check("// oxlint-disable-next-line no-var -- Node asks for it."), []);
});

test("a generated page has no date", () => {
  const page = "<!-- Generated by a tool. -->\n\nAs of 2026-11-22.\n";
  assert.deepEqual(check(page, "docs/reference/a.md"), [
    ": a generated page with a date differs each time it is generated",
  ]);
  assert.deepEqual(check("As of 2026-11-22.\n", "docs/guides/a.md"), []);
});

test("two decisions have two numbers", () => {
  const paths = ["0001-a.md", "0002-b.md", "0002-c.md"].map((name) => `docs/decisions/${name}`);
  assert.deepEqual(checkDecisions(paths).map(problemText), [
    "docs/decisions/0002-c.md: the number 0002 is taken",
  ]);
});

test("a file above 1 MiB is refused", (context) => {
  const folder = mkdtempSync(join(tmpdir(), "spoor-tidy-"));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "a.bin"), new Uint8Array(1024 * 1024));
  writeFileSync(join(folder, "b.bin"), new Uint8Array(1024 * 1024 + 1));
  assert.deepEqual(checkTidy(["a.bin", "b.bin"], folder).map(problemText), [
    "b.bin: has 1048577 bytes, at most 1048576: generate it, or load it",
  ]);
});

test("the linter's rules that the style relies on cannot be switched off", () => {
  const text = readFileSync(join(REPOSITORY, ".oxlintrc.json"), "utf8");
  assert.deepEqual(checkLinter(text), []);
  const weaker = text.replace(/"typescript\/no-explicit-any": "error"/u, '"x": "off"');
  assert.deepEqual(checkLinter(weaker).map(problemText), [
    '.oxlintrc.json: typescript/no-explicit-any is not "error"',
  ]);
});
