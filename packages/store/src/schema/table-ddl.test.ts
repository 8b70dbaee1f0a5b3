/*
 * What the engine of the tests cannot run, ON CLUSTER and replication, is held to a golden file.
 * After a deliberate change: UPDATE_GOLDEN=1 npm test -- table-ddl, then read the difference.
 */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { test } from "node:test";

import { MIGRATIONS } from "./migrations.ts";
import {
  changeStatements,
  createDatabase,
  type Replication,
  type SchemaChange,
  type SchemaPlace,
} from "./table-ddl.ts";

const GOLDEN = new URL("../../../../docs/formats/golden/clickhouse-cluster.sql", import.meta.url);

function placeWith(replication: Replication): SchemaPlace {
  return {
    database: "traces",
    rememberedInserts: 10_000,
    cluster: { name: "prod-1", replication },
  };
}

const SINGLE: SchemaPlace = { database: "traces", rememberedInserts: 1000 };

function schemaAt(place: SchemaPlace): string[] {
  const changes = MIGRATIONS.flatMap((migration) => migration.changes);
  return [createDatabase(place), ...changes.flatMap((change) => changeStatements(change, place))];
}

test("the schema of a cluster with Keeper is the golden one", () => {
  const text = schemaAt(placeWith("keeper"))
    .map((statement) => `${statement};\n`)
    .join("\n");
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(GOLDEN, text);
  assert.equal(text, readFileSync(GOLDEN, "utf8"));
});

test("on a cluster with Keeper every statement runs on all nodes and all rows are replicated", () => {
  for (const statement of schemaAt(placeWith("keeper"))) {
    assert.match(statement, /^(?:CREATE|ALTER) .* ON CLUSTER `prod-1`/u);
    assert.doesNotMatch(statement, /ENGINE = (?:Replacing|Aggregating)?MergeTree/u);
  }
});

test("without Keeper nothing is replicated or sent to other nodes, and all else is the same", () => {
  const withKeeper = schemaAt(placeWith("keeper")).map((statement) =>
    statement
      .replace(/ ON CLUSTER `prod-1`/u, "")
      .replace(/Replicated(\w*MergeTree)\([^,)]*, '[^,)]*'\)/u, "$1")
      .replace(/Replicated(\w*MergeTree)\([^,)]*, '[^,)]*', (\w+)\)/u, "$1($2)")
      .replace(
        /replicated_deduplication_window = 10000, \w+ = \d+/u,
        (text) => `non_${text.replace(/,.*/u, "")}`,
      ),
  );
  assert.deepEqual(schemaAt(placeWith("none")), withKeeper);
});

test("on one server a table has one name, no shards and no copies", () => {
  for (const statement of schemaAt(SINGLE)) {
    assert.doesNotMatch(statement, /_local|Distributed|Replicated|ON CLUSTER/u);
  }
});

test("a change of columns reaches the rows and the table over them, others the rows alone", () => {
  const place = placeWith("keeper");
  const column: SchemaChange = {
    alter: "spans",
    action: "ADD COLUMN x UInt8",
    concerns: "columns",
  };
  assert.deepEqual(changeStatements(column, place), [
    "ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`\nADD COLUMN x UInt8",
    "ALTER TABLE `traces`.`spans` ON CLUSTER `prod-1`\nADD COLUMN x UInt8",
  ]);
  const ttl: SchemaChange = { alter: "spans", action: "REMOVE TTL", concerns: "rows" };
  assert.deepEqual(changeStatements(ttl, place), [
    "ALTER TABLE `traces`.`spans_local` ON CLUSTER `prod-1`\nREMOVE TTL",
  ]);
  assert.deepEqual(changeStatements(ttl, SINGLE), ["ALTER TABLE `traces`.`spans`\nREMOVE TTL"]);
});
