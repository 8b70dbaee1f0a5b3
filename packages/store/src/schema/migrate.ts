import type { ClickHouseClient } from "@clickhouse/client";
import { SpoorError } from "@spoor/trace";

import { storeError } from "../engine/connection.ts";
import { type Migration, MIGRATIONS } from "./migrations.ts";

/**
 * Brings the database `spoor` up to the schema of this version. Repeating it does nothing.
 *
 * @throws SPOOR_STORE_NEWER when the data were written by a later version.
 */
export async function migrate(
  client: ClickHouseClient,
  migrations: readonly Migration[] = MIGRATIONS,
): Promise<void> {
  try {
    await client.command({ query: "CREATE DATABASE IF NOT EXISTS spoor" });
    await client.command({ query: CREATE_MIGRATIONS });
    const applied = await appliedNumber(client);
    const last = migrations.at(-1)?.number ?? 0;
    if (applied > last) throw newerError(applied, last);
    for (const migration of migrations) {
      if (migration.number > applied) await apply(client, migration);
    }
  } catch (error) {
    throw storeError("prepare the database", error);
  }
}

const CREATE_MIGRATIONS = `
CREATE TABLE IF NOT EXISTS spoor.migrations (
  number UInt32,
  name String,
  applied_at DateTime DEFAULT now()
) ENGINE = MergeTree
ORDER BY number
SETTINGS fsync_after_insert = 1, fsync_part_directory = 1`;

async function appliedNumber(client: ClickHouseClient): Promise<number> {
  const result = await client.query({
    query: "SELECT max(number) FROM spoor.migrations",
    format: "JSONCompactEachRow",
  });
  const rows = await result.json<[number]>();
  return rows[0]?.[0] ?? 0;
}

async function apply(client: ClickHouseClient, migration: Migration): Promise<void> {
  for (const query of migration.statements) await client.command({ query });
  await client.command({
    query: "INSERT INTO spoor.migrations (number, name) VALUES ({number:UInt32}, {name:String})",
    query_params: { number: migration.number, name: migration.name },
  });
}

function newerError(applied: number, known: number): SpoorError {
  const reason = `it has schema ${applied}, and this version of Spoor knows up to ${known}`;
  return new SpoorError(`cannot open the database: ${reason}`, {
    code: "SPOOR_STORE_NEWER",
    hint: "Start the version of Spoor that wrote it, or a later one.",
  });
}
