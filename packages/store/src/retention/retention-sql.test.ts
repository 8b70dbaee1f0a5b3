/* What a cluster with Keeper is told, which no engine of the tests can run. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { SchemaPlace } from "../schema/table-ddl.ts";
import { RetentionSql } from "./retention-sql.ts";

const PLACE: SchemaPlace = { database: "traces", rememberedInserts: 10_000 };
const DAY = "2026-11-22";

function sqlWith(replication: "keeper" | "none"): RetentionSql {
  return new RetentionSql({ ...PLACE, cluster: { name: "prod-1", replication } });
}

test("with Keeper one node tells all others what goes, and is asked about all shards", () => {
  const sql = sqlWith("keeper");
  const onCluster = "`traces`.`spans_local` ON CLUSTER `prod-1`";
  assert.equal(sql.drop("spans_local", DAY), `ALTER TABLE ${onCluster} DROP PARTITION '${DAY}'`);
  assert.ok(sql.thin("spans", DAY).startsWith(`ALTER TABLE ${onCluster} DELETE IN PARTITION`));
  assert.match(sql.giveUp("spans"), /^KILL MUTATION ON CLUSTER `prod-1` WHERE .*'spans_local'/u);
  assert.match(sql.days(), /FROM cluster\('prod-1', system, parts\)/u);
  assert.match(sql.unfinished("spans"), /FROM cluster\('prod-1', system, mutations\)/u);
});

test("without Keeper each node speaks of itself only", () => {
  const sql = sqlWith("none");
  const all = [
    sql.drop("spans_local", DAY),
    sql.thin("logs", DAY),
    sql.giveUp("logs"),
    sql.days(),
    sql.unfinished("logs"),
  ].join("\n");
  assert.doesNotMatch(all, /CLUSTER|cluster\(/u);
});

test("a shard rewrites its rows by its own summaries, and all are counted through one node", () => {
  const sql = sqlWith("none");
  assert.match(sql.thin("spans", DAY), /FROM `traces`\.`trace_summaries_local`/u);
  assert.match(sql.isThinned(DAY), /FROM `traces`\.`trace_summaries`\n/u);
});

test("one server has no tables but those of the schema", () => {
  const sql = new RetentionSql(PLACE);
  assert.equal(sql.drop("spans", DAY), `ALTER TABLE \`traces\`.\`spans\` DROP PARTITION '${DAY}'`);
  assert.doesNotMatch(sql.thin("spans", DAY) + sql.unfinished("spans"), /_local/u);
});
