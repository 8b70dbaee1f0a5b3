import assert from "node:assert/strict";
import { test } from "node:test";
import type { VerbDeclaration } from "../arguments/declaration.ts";
import { parseArguments } from "../arguments/parse-arguments.ts";
import { RETENTION_FLAGS, retentionOf } from "./retention-flags.ts";

const DAY = 86_400_000_000_000n;
const verb: VerbDeclaration = {
  name: "up",
  summary: "",
  operands: "",
  operandCountMin: 0,
  operandCountMax: 0,
  flags: RETENTION_FLAGS,
  details: [],
  examples: [],
};

function read(
  flags: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof retentionOf> {
  return retentionOf(parseArguments(verb, flags), { verb, environment });
}

test("nothing is deleted unless it is asked for", () => {
  assert.equal(read([]), undefined);
  assert.equal(read([], { SPOOR_RETENTION: "" }), undefined);
});

test("flags are read, and come before the environment", () => {
  assert.deepEqual(
    read(["--retention", "7d", "--retention-errors", "30d", "--retention-size", "1.5GiB"], {
      SPOOR_RETENTION: "1d",
    }),
    { ageNano: 7n * DAY, errorAgeNano: 30n * DAY, sizeBytes: 1_610_612_736 },
  );
  assert.deepEqual(read([], { SPOOR_RETENTION: "1d" }), { ageNano: DAY });
});

test("what cannot be read is a usage error that names its source", () => {
  assert.throws(() => read(["--retention", "soon"]), /--retention is "soon"/);
  assert.throws(() => read([], { SPOOR_RETENTION_SIZE: "20GB" }), /SPOOR_RETENTION_SIZE is "20GB"/);
  assert.throws(() => read(["--retention-size", "0GiB"]), /20GiB/);
  assert.throws(() => read(["--retention-errors", "30d"]), /needs --retention/);
});
