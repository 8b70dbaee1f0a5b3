/*
 * The reference pages say what the program does. Run with UPDATE_DOCS=1 to write them anew.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";
import { cliReferencePage, exitCodeTable } from "../arguments/reference-page.ts";
import { CLI_ERROR_CODES } from "../exit/error-codes.ts";
import { EXIT_OF_ERROR } from "../exit/exit-codes.ts";
import { VERBS } from "./registry.ts";
import { run } from "./run-literal.ts";

const DOCS = new URL("../../../../docs/reference/", import.meta.url);

test("docs/reference/cli.md is what the declarations say", async () => {
  const commands = await Promise.all(VERBS.map((verb) => verb.load()));
  const page = cliReferencePage(commands.map(({ declaration }) => declaration));
  const path = new URL("cli.md", DOCS);
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(path, page);
  assert.equal(readFileSync(path, "utf8"), page, "run this test with UPDATE_DOCS=1");
});

test("docs/reference/exit-codes.md has the table of the code", () => {
  const page = readFileSync(new URL("exit-codes.md", DOCS), "utf8");
  assert.deepEqual(rows(page), rows(exitCodeTable()));
});

/** `code meaning` of each row of a Markdown table. */
function rows(text: string): string[] {
  return text.split("\n").flatMap((line) => {
    const cells = /^\| *(\d+) *\| *(.*?) *\|$/.exec(line);
    return cells === null ? [] : [`${cells[1]} ${cells[2]}`];
  });
}

test("every error code of the command line has an exit code", () => {
  for (const code of Object.keys(CLI_ERROR_CODES)) assert.ok(EXIT_OF_ERROR[code], code);
});

test("the registry and the declarations agree, and every verb explains itself", async () => {
  for (const verb of VERBS) {
    const { declaration } = await verb.load();
    assert.equal(declaration.name, verb.name);
    assert.equal(declaration.summary, verb.summary);
    const help = await run(["help", verb.name]);
    assert.deepEqual(await run([verb.name, "--help"]), help);
    assert.match(help.stdout, new RegExp(`^usage: spoor ${verb.name} `, "m"));
  }
  assert.match((await run(["help"])).stdout, /^ {2}show {2,}draw one trace as a tree$/m);
});
