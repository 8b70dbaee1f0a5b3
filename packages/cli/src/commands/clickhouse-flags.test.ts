import assert from "node:assert/strict";
import { test } from "node:test";
import { parseArguments } from "../arguments/parse-arguments.ts";
import { clickhouseOf } from "./clickhouse-flags.ts";
import { upCommand } from "./up.ts";

const verb = upCommand.declaration;

function read(
  given: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): ReturnType<typeof clickhouseOf> {
  return clickhouseOf(parseArguments(verb, given), { verb, environment });
}

test("without an address the embedded ClickHouse is used", () => {
  assert.equal(read([]), undefined);
  assert.equal(read([], { SPOOR_CLICKHOUSE_URL: "" }), undefined);
});

test("an address alone is one server and the database spoor", () => {
  const expected = {
    urls: ["http://host:8123"],
    database: "spoor",
    cluster: undefined,
    replication: undefined,
  };
  assert.deepEqual(read(["--clickhouse", "http://host:8123"]), expected);
  assert.deepEqual(read([], { SPOOR_CLICKHOUSE_URL: "http://host:8123" }), expected);
});

test("a flag counts more than its variable, and commas part the nodes of a cluster", () => {
  const environment = {
    SPOOR_CLICKHOUSE_URL: "http://a:8123,http://b:8123",
    SPOOR_CLICKHOUSE_CLUSTER: "main",
    SPOOR_CLICKHOUSE_DATABASE: "traces",
    SPOOR_CLICKHOUSE_REPLICATION: "none",
  };
  assert.deepEqual(read(["--clickhouse-cluster=other"], environment), {
    urls: ["http://a:8123", "http://b:8123"],
    database: "traces",
    cluster: "other",
    replication: "none",
  });
});

test("a flag that needs an address is refused without one, and so is an unknown replication", () => {
  const usage = { code: "SPOOR_CLI_USAGE" };
  assert.throws(() => read(["--clickhouse-cluster", "main"]), usage);
  assert.throws(
    () => read(["--clickhouse", "http://host:8123"], { SPOOR_CLICKHOUSE_REPLICATION: "sometimes" }),
    usage,
  );
});
