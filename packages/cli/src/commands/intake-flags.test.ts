import { DECODE_LIMITS } from "@spoor/trace";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { parseArguments, type ParsedArguments } from "../arguments/parse-arguments.ts";
import { decodeLimitsOf, INTAKE_FLAGS, syncModeOf } from "./intake-flags.ts";

const verb: VerbDeclaration = {
  name: "up",
  summary: "",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: INTAKE_FLAGS,
  details: [],
  examples: [],
};

function given(...flags: readonly string[]): ParsedArguments {
  return parseArguments(verb, flags);
}

test("without a flag the usual limits hold, and requests are on the disk", () => {
  assert.deepEqual(decodeLimitsOf(given(), { verb, environment: {} }), DECODE_LIMITS);
  assert.equal(syncModeOf(given(), { verb, environment: {} }), "fsync");
});

test("each limit has a flag and a variable, and the flag comes first", () => {
  const environment = { SPOOR_MAX_ATTRIBUTES: "200", SPOOR_MAX_ATTRIBUTE_KEY: "2KiB" };
  const flags = given("--max-attribute-value", "1MiB", "--max-attributes", "300");
  assert.deepEqual(decodeLimitsOf(flags, { verb, environment }), {
    ...DECODE_LIMITS,
    attributeValueBytesMax: 1024 * 1024,
    attributeKeyBytesMax: 2048,
    attributeCountMax: 300,
  });
});

test("the mode of the spool is one of three", () => {
  assert.equal(syncModeOf(given("--spool", "none"), { verb, environment: {} }), "none");
  assert.equal(syncModeOf(given(), { verb, environment: { SPOOR_SPOOL: "os" } }), "os");
  assert.throws(() => syncModeOf(given("--spool", "maybe"), { verb, environment: {} }), {
    message: /--spool is "maybe".*fsync or os or none/s,
  });
});

test("what is no size and no count is refused with an example", () => {
  const source = { verb, environment: {} };
  assert.throws(() => decodeLimitsOf(given("--max-attribute-value", "64"), source), {
    message: /--max-attribute-value is "64".*64KiB/s,
  });
  for (const count of ["0", "-1", "1e3", "many"]) {
    assert.throws(() => decodeLimitsOf(given(`--max-attributes=${count}`), source));
  }
});
