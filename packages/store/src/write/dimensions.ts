import { randomUUID } from "node:crypto";

import type { ClickHouseClient } from "@clickhouse/client";

import { KNOWN_IDS_MAX } from "../base/limits.ts";
import type { DimensionRow } from "./dimension-rows.ts";

/** Writes resources and scopes that were not written before. */
export class DimensionWriter {
  readonly #known = new Set<string>();
  #version = 0;

  /** Another number after each write, be it one that failed, and while one is going on. */
  get version(): number {
    return this.#version;
  }

  /** Believes nothing to be stored. */
  forget(): void {
    this.#known.clear();
  }

  /** Adds to `table`, which is named with its database. Resolves when all rows are on disk. */
  async write(
    client: ClickHouseClient,
    table: string,
    rows: readonly DimensionRow[],
  ): Promise<void> {
    const values = rows.filter(({ id }) => !this.#known.has(id));
    if (values.length === 0) return;
    this.#version += 1;
    try {
      await insertRows(client, table, values);
    } finally {
      this.#version += 1;
    }
    if (this.#known.size + values.length > KNOWN_IDS_MAX) this.#known.clear();
    for (const { id } of values) this.#known.add(id);
  }
}

async function insertRows(
  client: ClickHouseClient,
  table: string,
  values: readonly DimensionRow[],
): Promise<void> {
  await client.insert({
    table,
    values,
    format: "JSONEachRow",
    clickhouse_settings: {
      async_insert: 0,
      insert_deduplicate: 0,
      // The engine remembers inserts all the same, also of rows that were deleted since.
      insert_deduplication_token: randomUUID(),
    },
  });
}
