/*
 * Deletes what a policy no longer keeps, wherever the tables lie.
 *
 * 1. Days are partitions, so that a whole day goes as its files go: no row is read.
 * 2. A day of which only traces with an error stay, and the log records of these, is rewritten
 *    without the others. Which traces
 *    had an error is asked of the summaries of the day and its neighbours, because a trace may last
 *    past midnight; the summaries themselves are rewritten after the spans.
 * 3. Resources and scopes that no row names any more go last, and only where nobody else writes:
 *    another server may be storing a span that names one.
 *
 * The caller keeps its writers out while rows are counted and their deletion is ordered, so that
 * every deleted span is counted, and while resources go, so that none goes that a span which is
 * just being written names. Rewriting a day takes the longest and lets writers in: it concerns only
 * rows that were there when it was ordered. The clock is the caller's.
 *
 * On a cluster a trace lies on one shard with its summary and its log records, so that each shard
 * rewrites its days by itself. Keeper tells all nodes; without it each is told.
 */
import { setTimeout as pause } from "node:timers/promises";

import type { ClickHouseClient } from "@clickhouse/client";
import { SpoorError } from "@spoor/trace";

import { REWRITE_LOOK_MS } from "../base/limits.ts";
import type { RetentionPolicy, RetentionReport } from "../base/retention-policy.ts";
import { storeError } from "../engine/connection.ts";
import { DDL_SETTINGS } from "../schema/migrate.ts";
import type { SchemaPlace } from "../schema/table-ddl.ts";
import { tableName } from "../schema/table-ddl.ts";
import { daysBeyondSize, fateByAge, type StoredDay } from "./day-fate.ts";
import { RetentionSql } from "./retention-sql.ts";

/** What a run is given. */
export interface RetentionRun {
  readonly nowUnixNano: bigint;
  readonly place: SchemaPlace;
  /** Who is told: each node of a cluster without Keeper, else the one that tells all others. */
  readonly nodes: readonly ClickHouseClient[];
  /** Whether no other process writes there. */
  readonly isOnlyWriter: boolean;
  /** Does something while this process writes nothing. */
  readonly withoutWrites: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Applies `policy` to the tables as of `nowUnixNano`. Doing it again deletes nothing.
 *
 * @throws SPOOR_STORE_UNAVAILABLE (retryable), SPOOR_STORE_REFUSED. Doing it again goes on then.
 */
export async function applyRetention(
  client: ClickHouseClient,
  policy: RetentionPolicy,
  run: RetentionRun,
): Promise<RetentionReport> {
  try {
    return await new Retention(client, run).apply(policy);
  } catch (error) {
    throw storeError("delete what is old", error);
  }
}

class Retention {
  readonly #client: ClickHouseClient;
  readonly #run: RetentionRun;
  readonly #sql: RetentionSql;
  #deletedSpanCount = 0;
  #deletedLogRecordCount = 0;

  /** `client` sees the rows of all nodes. */
  constructor(client: ClickHouseClient, run: RetentionRun) {
    this.#client = client;
    this.#run = run;
    this.#sql = new RetentionSql(run.place);
  }

  async apply(policy: RetentionPolicy): Promise<RetentionReport> {
    const { nowUnixNano, withoutWrites, isOnlyWriter } = this.#run;
    const tables = (await this.#rows<[string]>(this.#sql.dayTables())).flat();
    const before = await this.#days();
    const dropped: string[] = [];
    const thinned: string[] = [];
    for (const day of before) {
      const fate = fateByAge(day, policy, nowUnixNano);
      if (fate === "drop") {
        await withoutWrites(() => this.#drop(tables, day.day));
        dropped.push(day.day);
      } else if (fate === "thin" && (await this.#thin(day.day))) thinned.push(day.day);
    }
    const { sizeBytes } = policy;
    let isOverSize = false;
    if (sizeBytes !== undefined) {
      const left = await this.#days();
      const beyond = daysBeyondSize(left, sizeBytes);
      for (const { day } of beyond) {
        await withoutWrites(() => this.#drop(tables, day));
        dropped.push(day);
      }
      isOverSize = totalBytes(left) - totalBytes(beyond) > sizeBytes;
    }
    if (isOnlyWriter && dropped.length + thinned.length > 0) {
      await withoutWrites(() => this.#trimDimensions());
    }
    return {
      deletedSpanCount: this.#deletedSpanCount,
      deletedLogRecordCount: this.#deletedLogRecordCount,
      freedBytes: Math.max(0, totalBytes(before) - totalBytes(await this.#days())),
      droppedDays: dropped.toSorted(),
      thinnedDays: thinned,
      isOverSize,
    };
  }

  /** Oldest first, of all shards together. */
  async #days(): Promise<StoredDay[]> {
    const rows = await this.#rowsOfNodes<
      [day: string, startSeconds: string, bytes: string, changedSeconds: string]
    >(this.#sql.days());
    const days = new Map<string, StoredDay>();
    for (const [day, startSeconds, bytes, changedSeconds] of rows) {
      const known = days.get(day);
      const changedUnixNano = BigInt(changedSeconds) * 1_000_000_000n;
      days.set(day, {
        day,
        startUnixNano: BigInt(startSeconds) * 1_000_000_000n,
        bytes: Number(bytes) + (known?.bytes ?? 0),
        changedUnixNano:
          known !== undefined && known.changedUnixNano > changedUnixNano
            ? known.changedUnixNano
            : changedUnixNano,
      });
    }
    return [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
  }

  async #drop(tables: readonly string[], day: string): Promise<void> {
    const isOfDay = this.#sql.isOfDay(day);
    this.#deletedSpanCount += await this.#count("spans", isOfDay);
    this.#deletedLogRecordCount += await this.#count("logs", isOfDay);
    for (const table of tables) await this.#tell(this.#sql.drop(table, day));
  }

  /** Returns false when there was nothing to delete. */
  async #thin(day: string): Promise<boolean> {
    // One table after another, the summaries last: they say which traces stay. A run that was
    // interrupted left the later ones alone.
    let deleted = 0;
    for (const table of ["spans", "logs", "trace_summaries"]) {
      // What another server has ordered is its to count.
      await this.#untilRewritten(table);
      const count = await this.#run.withoutWrites(async () => {
        const rows = await this.#count(table, this.#sql.isThinned(day));
        if (rows > 0) await this.#tell(this.#sql.thin(table, day));
        return rows;
      });
      if (count > 0) await this.#untilRewritten(table);
      if (table === "spans") this.#deletedSpanCount += count;
      if (table === "logs") this.#deletedLogRecordCount += count;
      deleted += count;
    }
    return deleted > 0;
  }

  /** Deletes resources and scopes that no row of any table names. */
  async #trimDimensions(): Promise<void> {
    for (const [table, column] of DIMENSIONS) {
      const users = await this.#rows<[string]>(this.#sql.tablesWith(column));
      await this.#tell(this.#sql.trim(table, column, users.flat()));
      await this.#untilRewritten(table);
    }
  }

  async #untilRewritten(table: string): Promise<void> {
    for (;;) {
      const unfinished = await this.#rowsOfNodes<[reason: string]>(this.#sql.unfinished(table));
      if (unfinished.length === 0) return;
      const reason = unfinished.flat().find((text) => text !== "");
      if (reason !== undefined) {
        await this.#tell(this.#sql.giveUp(table));
        throw new SpoorError(`cannot delete what is old from ${table}: ${reason}`, {
          code: "SPOOR_STORE_REFUSED",
        });
      }
      await pause(REWRITE_LOOK_MS);
    }
  }

  /** Rewriting is not waited for in one request, which would time out while the engine goes on. */
  async #tell(query: string): Promise<void> {
    for (const node of this.#run.nodes) {
      await node.command({
        query,
        clickhouse_settings: {
          ...DDL_SETTINGS,
          mutations_sync: "0",
          // Copies of a shard have the same summaries when they rewrite the same rows.
          allow_nondeterministic_mutations: 1,
        },
      });
    }
  }

  /** The rows of a table, on whatever shard, that `which` holds for. */
  async #count(table: string, which: string): Promise<number> {
    const name = tableName(this.#run.place, table);
    const [row] = await this.#rows<[string | number]>(`SELECT count() FROM ${name} WHERE ${which}`);
    return Number(row?.[0] ?? 0);
  }

  async #rowsOfNodes<Row extends readonly unknown[]>(query: string): Promise<Row[]> {
    const answers = this.#run.nodes.map((node) => this.#rows<Row>(query, node));
    return (await Promise.all(answers)).flat();
  }

  async #rows<Row extends readonly unknown[]>(
    query: string,
    client: ClickHouseClient = this.#client,
  ): Promise<Row[]> {
    const result = await client.query({
      query,
      format: "JSONCompactEachRow",
      // A trace, its summary and its log records are on one shard.
      clickhouse_settings: { distributed_product_mode: "local" },
    });
    // The caller wrote the columns.
    return result.json<Row>();
  }
}

const DIMENSIONS = [
  ["resources", "resource_id"],
  ["scopes", "scope_id"],
] as const;

function totalBytes(days: readonly StoredDay[]): number {
  return days.reduce((sum, { bytes }) => sum + bytes, 0);
}
