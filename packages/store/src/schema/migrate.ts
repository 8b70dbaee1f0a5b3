/*
 * Brings a database up to the schema of this version.
 *
 * 1. Read which step was applied last. On a cluster every shard has a note of it, so that the steps
 *    are known although a shard is away, and a shard that is new is noticed: it has none.
 * 2. Apply the later steps, all of them to a database that has none. Nothing is created when there
 *    is nothing to apply: a server that starts needs no right to create tables then.
 * 3. Note each step, on a cluster once per shard.
 *
 * Servers that start at the same time do the same twice, which changes nothing.
 */
import type { ClickHouseClient } from "@clickhouse/client";
import { errorCode, errorMessage, SpoorError } from "@spoor/trace";

import { EMBEDDED_DATABASE, REMEMBERED_INSERTS_EMBEDDED } from "../base/limits.ts";
import { storeError } from "../engine/connection.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";
import {
  changeStatements,
  createDatabase,
  type SchemaChange,
  type SchemaPlace,
  type TableDescription,
  tableName,
} from "./table-ddl.ts";

/** What to migrate. */
export interface MigrationTarget {
  readonly place: SchemaPlace;
  /** The other nodes of a cluster without Keeper, where each has to be told by itself. */
  readonly otherNodes?: readonly ClickHouseClient[];
}

/** The database of the embedded engine. */
export const EMBEDDED_PLACE: SchemaPlace = {
  database: EMBEDDED_DATABASE,
  rememberedInserts: REMEMBERED_INSERTS_EMBEDDED,
  isEmbedded: true,
};

/**
 * Brings the database up to the schema of this version. Repeating it does nothing.
 *
 * @throws SPOOR_STORE_NEWER when the data were written by a later version.
 */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[] = MIGRATIONS,
  target: MigrationTarget = { place: EMBEDDED_PLACE },
): Promise<void> {
  try {
    const shardCount = await countShards(client, target.place);
    const last = migrations.at(-1)?.number ?? 0;
    const applied = await appliedNumber(client, { ...target, shardCount });
    if (applied.newest > last) throw newerError(applied.newest, last);
    if (applied.everywhere === last) return;
    if (applied.isShardAway) throw shardAway();
    const nodes = [client, ...(target.otherNodes ?? [])];
    await runEverywhere(nodes, [createDatabase(target.place)]);
    await runEverywhere(nodes, changeStatements(CREATE_MIGRATIONS, target.place));
    for (const migration of migrations) {
      if (migration.number <= applied.everywhere) continue;
      for (const change of migration.changes) {
        await runEverywhere(nodes, changeStatements(change, target.place));
      }
      await note(client, migration, { ...target, shardCount });
    }
  } catch (error) {
    throw storeError("prepare the database", error);
  }
}

const MIGRATIONS_TABLE: TableDescription = {
  name: "migrations",
  elements: `
  number UInt32,
  name String,
  applied_at DateTime DEFAULT now()`,
  engine: "MergeTree",
  orderBy: "number",
  shardBy: "number",
};

const CREATE_MIGRATIONS: SchemaChange = { create: MIGRATIONS_TABLE };

/** A target whose shards were counted; 0 on one server. */
type CountedTarget = MigrationTarget & { readonly shardCount: number };

interface Applied {
  /** The last step that all shards, or all that answer, have. */
  readonly everywhere: number;
  /** The last step that any has. */
  readonly newest: number;
  readonly isShardAway: boolean;
}

const UNKNOWN_TABLE = "60";
const UNKNOWN_DATABASE = "81";
const NOT_ALL_ANSWER = "279";
const NOTHING: Applied = { everywhere: 0, newest: 0, isShardAway: false };

async function appliedNumber(client: ClickHouseClient, target: CountedTarget): Promise<Applied> {
  try {
    return await readApplied(client, target, false);
  } catch (error) {
    const code = errorCode(error) ?? "";
    if (code === UNKNOWN_TABLE || code === UNKNOWN_DATABASE) return NOTHING;
    if (code !== NOT_ALL_ANSWER) throw error;
    // The same code stands for a shard that answers and has no such table: a new one.
    if (errorMessage(error).includes("There is no table")) return NOTHING;
    return readApplied(client, target, true);
  }
}

async function readApplied(
  client: ClickHouseClient,
  { place, shardCount }: CountedTarget,
  isShardAway: boolean,
): Promise<Applied> {
  const shard = place.cluster === undefined ? "0" : "_shard_num";
  const result = await client.query({
    query:
      `SELECT ${shard} AS shard, max(number) FROM ${tableName(place, MIGRATIONS_TABLE.name)} ` +
      "GROUP BY shard",
    format: "JSONCompactEachRow",
    clickhouse_settings: { skip_unavailable_shards: isShardAway ? 1 : 0 },
  });
  const rows = await result.json<[shard: number, number: number]>();
  const numbers = rows.map(([, number]) => number);
  const isAnyWithout = !isShardAway && numbers.length < Math.max(shardCount, 1);
  return {
    everywhere: isAnyWithout || numbers.length === 0 ? 0 : Math.min(...numbers),
    newest: Math.max(0, ...numbers),
    isShardAway,
  };
}

async function countShards(client: ClickHouseClient, { cluster }: SchemaPlace): Promise<number> {
  if (cluster === undefined) return 0;
  const result = await client.query({
    query:
      "SELECT toUInt32(uniqExact(shard_num)) FROM system.clusters WHERE cluster = {name:String}",
    query_params: { name: cluster.name },
    format: "JSONCompactEachRow",
  });
  const rows = await result.json<[number]>();
  return rows[0]?.[0] ?? 0;
}

/** One statement after another, because a view needs its tables; each on all nodes. */
async function runEverywhere(
  nodes: readonly ClickHouseClient[],
  statements: readonly string[],
): Promise<void> {
  for (const query of statements) {
    for (const node of nodes) await node.command({ query, clickhouse_settings: DDL_SETTINGS });
  }
}

/** How long ON CLUSTER waits for all nodes; less than the client waits for the answer. */
export const DDL_SETTINGS: { readonly distributed_ddl_task_timeout: string } = {
  distributed_ddl_task_timeout: "50",
};

async function note(
  client: ClickHouseClient,
  { number, name }: Migration,
  { place, shardCount }: CountedTarget,
): Promise<void> {
  const query =
    `INSERT INTO ${tableName(place, MIGRATIONS_TABLE.name)} (number, name) ` +
    "VALUES ({number:UInt32}, {name:String})";
  const shards = Array.from({ length: shardCount }, (_, index) => ({
    insert_shard_id: String(index + 1),
    distributed_foreground_insert: 1 as const,
  }));
  for (const clickhouse_settings of shards.length === 0 ? [{}] : shards) {
    await client.command({ query, query_params: { number, name }, clickhouse_settings });
  }
}

function newerError(applied: number, known: number): SpoorError {
  const reason = `it has schema ${applied}, and this version of Spoor knows up to ${known}`;
  return new SpoorError(`cannot open the database: ${reason}`, {
    code: "SPOOR_STORE_NEWER",
    hint: "Start the version of Spoor that wrote it, or a later one.",
  });
}

function shardAway(): SpoorError {
  return new SpoorError("cannot prepare the database: a shard of the cluster does not answer", {
    code: "SPOOR_STORE_UNAVAILABLE",
    retryable: true,
    hint: "Tables have to be made or changed on every shard. Bring it back and start again.",
  });
}
