import assert from "node:assert/strict";
import { test } from "node:test";
import { SpoorError } from "@spoor/trace";
import { errorLines } from "../exit/error-lines.ts";
import type { VerbDeclaration } from "./declaration.ts";
import { verbHelpText } from "./help-text.ts";
import { parseArguments, wholeNumber } from "./parse-arguments.ts";

const VERB: VerbDeclaration = {
  name: "draw",
  summary: "draw something",
  operands: "<thing>",
  operandCountMin: 1,
  operandCountMax: 1,
  flags: [
    { kind: "switch", name: "verbose", short: "v", isCounted: true, summary: "say more" },
    {
      kind: "value",
      name: "output",
      short: "o",
      placeholder: "<format>",
      choices: ["tree", "json"],
      fallback: "tree",
      summary: "what to print",
    },
  ],
  details: ["word ".repeat(30).trim()],
  examples: ["spoor draw it"],
};

function refused(...given: readonly string[]): string {
  try {
    parseArguments(VERB, given);
  } catch (error) {
    assert.ok(error instanceof SpoorError);
    assert.equal(error.code, "SPOOR_CLI_USAGE");
    return errorLines(error);
  }
  return assert.fail("was accepted");
}

test("flags are read wherever they stand, short and long, and switches are counted", () => {
  const parsed = parseArguments(VERB, ["-vv", "--output=json", "it", "-v"]);
  assert.deepEqual(parsed.operands, ["it"]);
  assert.equal(parsed.count("verbose"), 3);
  assert.equal(parsed.value("output"), "json");
});

test("what follows two dashes is no flag", () => {
  assert.deepEqual(parseArguments(VERB, ["--", "-v"]).operands, ["-v"]);
});

test("an unknown flag is refused in three lines, with the nearest one", () => {
  assert.equal(
    refused("it", "--ouput", "json"),
    'error: cannot run "spoor draw"\nwhy:   it has no flag --ouput\nhint:  did you mean --output?\n',
  );
  assert.match(refused("it", "--zzz"), /hint: {2}run "spoor help draw"/);
  assert.match(refused("it", "-x"), /it has no flag -x/);
});

test("a missing value, an unknown choice and a value too many are refused", () => {
  assert.match(refused("it", "-o"), /--output needs a value, <format>/);
  assert.match(
    refused("it", "-o", "jsn"),
    /one of tree, json, not "jsn"\n.*did you mean --output json\?/,
  );
  assert.match(refused("it", "--verbose=yes"), /--verbose takes no value/);
});

test("too few and too many operands are refused, but not when help is asked for", () => {
  assert.match(refused(), /it needs <thing>/);
  assert.match(refused("it", "that"), /"that" is one argument too many/);
  assert.equal(parseArguments(VERB, ["-h"]).count("help"), 1);
});

test("a verb that reads a flag it does not declare is a bug", () => {
  assert.throws(() => parseArguments(VERB, ["it"]).value("colour"), { name: "InvariantError" });
});

test("numbers are whole and in range", () => {
  const range = { verb: VERB, name: "-n", min: 1, max: 9 };
  assert.equal(wholeNumber("9", range), 9);
  for (const text of ["0", "10", "1.5", "-1", "", "nine", "1e1"]) {
    assert.throws(() => wholeNumber(text, range), /-n must be a whole number from 1 to 9/);
  }
});

test("the help has usage, flags and examples, in lines of at most 80 columns", () => {
  const text = verbHelpText(VERB);
  for (const line of text.split("\n")) assert.ok(line.length <= 80, line);
  assert.match(text, /^usage: spoor draw <thing> \[flags\]$/m);
  assert.match(text, /^ {2}-o, --output <format> {2}what to print: tree, json \(default tree\)$/m);
  assert.match(text, /^ {2}spoor draw it$/m);
});

test("an error is three lines whatever its message contains", () => {
  const error = new SpoorError('cannot show "a: b": no\nsuch trace: x', {
    code: "SPOOR_CLI_USAGE",
  });
  assert.equal(
    errorLines(error),
    'error: cannot show "a: b"\nwhy:   no\\nsuch trace: x\n' +
      'hint:  run "spoor help", or look up the error code in the documentation\n',
  );
  const bare = new SpoorError("cannot go on", { code: "SPOOR_STORE_X", hint: "wait" });
  assert.equal(errorLines(bare), "error: cannot go on\nwhy:   SPOOR_STORE_X\nhint:  wait\n");
});
