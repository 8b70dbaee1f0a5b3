/*
 * Deletes what a policy no longer keeps.
 *
 * 1. Days are partitions, so that a whole day goes as its files go: no row is read.
 * 2. A day of which only traces with an error stay, and the log records of these, is rewritten
 *    without the others. Which traces
 *    had an error is asked of the summaries of the day and its neighbours, because a trace may last
 *    past midnight; the summaries themselves are rewritten after the spans.
 * 3. Resources and scopes that no row names any more go last.
 *
 * The caller keeps writers out while rows are counted and their deletion is ordered, so that every
 * deleted span is counted, and while resources go, so that none goes that a span which is just
 * being written names. Rewriting a day takes the longest and lets writers in: it concerns only rows
 * that were there when it was ordered. The clock is the caller's.
 */
import { setTimeout as pause } from "node:timers/promises";

import type { ClickHouseClient } from "@clickhouse/client";
import { SpoorError } from "@spoor/trace";

import { REWRITE_LOOK_MS } from "../base/limits.ts";
import type { RetentionPolicy, RetentionReport } from "../base/retention-policy.ts";
import { storeError } from "../engine/connection.ts";
import { daysBeyondSize, fateByAge, type StoredDay } from "./day-fate.ts";

/** What a run is given. */
export interface RetentionRun {
  readonly nowUnixNano: bigint;
  /** Does something while nobody writes. */
  readonly withoutWrites: <T>(work: () => Promise<T>) => Promise<T>;
}

/**
 * Applies `policy` to the tables of `spoor` as of `nowUnixNano`. Doing it again deletes nothing.
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
  #deletedSpanCount = 0;
  #deletedLogRecordCount = 0;

  constructor(client: ClickHouseClient, run: RetentionRun) {
    this.#client = client;
    this.#run = run;
  }

  async apply(policy: RetentionPolicy): Promise<RetentionReport> {
    const { nowUnixNano, withoutWrites } = this.#run;
    const tables = await this.#dayTables();
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
    if (dropped.length + thinned.length > 0) await withoutWrites(() => this.#trimDimensions());
    return {
      deletedSpanCount: this.#deletedSpanCount,
      deletedLogRecordCount: this.#deletedLogRecordCount,
      freedBytes: Math.max(0, totalBytes(before) - totalBytes(await this.#days())),
      droppedDays: dropped.toSorted(),
      thinnedDays: thinned,
      isOverSize,
    };
  }

  /** Every table whose partitions are days. */
  async #dayTables(): Promise<string[]> {
    const rows = await this.#rows<[name: string]>(
      `SELECT name FROM system.tables
      WHERE database = 'spoor' AND partition_key = 'toDate(tb)' ORDER BY name`,
    );
    return rows.map(([name]) => name);
  }

  /** Oldest first. */
  async #days(): Promise<StoredDay[]> {
    const rows = await this.#rows<
      [day: string, startSeconds: string, bytes: string, changedSeconds: string]
    >(
      `SELECT
        partition,
        toString(toUnixTimestamp(toDateTime(partition, 'UTC'))),
        toString(sum(bytes_on_disk)),
        toString(toUnixTimestamp(max(modification_time)))
      FROM system.parts
      WHERE database = 'spoor' AND active AND match(partition, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$')
      GROUP BY partition ORDER BY partition`,
    );
    return rows.map(([day, startSeconds, bytes, changedSeconds]) => ({
      day,
      startUnixNano: BigInt(startSeconds) * 1_000_000_000n,
      bytes: Number(bytes),
      changedUnixNano: BigInt(changedSeconds) * 1_000_000_000n,
    }));
  }

  async #drop(tables: readonly string[], day: string): Promise<void> {
    const [spanCount = 0, logRecordCount = 0] = await this.#countEach(
      ["spans", "logs"],
      `toDate(tb) = '${day}'`,
    );
    this.#deletedSpanCount += spanCount;
    this.#deletedLogRecordCount += logRecordCount;
    for (const table of tables) {
      await this.#client.command({
        query: `ALTER TABLE spoor.\`${table}\` DROP PARTITION '${day}'`,
      });
    }
  }

  /** Returns false when there was nothing to delete. */
  async #thin(day: string): Promise<boolean> {
    const isOld = `trace_id NOT IN (${tracesWithError(day)})`;
    const which = `IN PARTITION '${day}' WHERE ${isOld}`;
    // One table after another, the summaries last: they say which traces stay. A run that was
    // interrupted left the later ones alone.
    let deleted = 0;
    for (const table of ["spans", "logs", "trace_summaries"]) {
      const count = await this.#run.withoutWrites(async () => {
        const [rows = 0] = await this.#countEach([table], `toDate(tb) = '${day}' AND ${isOld}`);
        if (rows > 0) await this.#order(table, which);
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
      const users = await this.#rows<[name: string]>(
        `SELECT table FROM system.columns WHERE database = 'spoor' AND name = '${column}'`,
      );
      const used = users.map(([name]) => `SELECT ${column} FROM spoor.\`${name}\``);
      await this.#order(table, `WHERE id NOT IN (${used.join(" UNION ALL ")})`);
      await this.#untilRewritten(table);
    }
  }

  /** Not waited for in one request, which would time out while the engine goes on. */
  async #order(table: string, which: string): Promise<void> {
    await this.#client.command({
      query: `ALTER TABLE spoor.${table} DELETE ${which}`,
      clickhouse_settings: { mutations_sync: "0" },
    });
  }

  async #untilRewritten(table: string): Promise<void> {
    for (;;) {
      const [unfinished] = await this.#rows<[reason: string]>(
        `SELECT latest_fail_reason FROM system.mutations
        WHERE database = 'spoor' AND table = '${table}' AND NOT is_done LIMIT 1`,
      );
      if (unfinished === undefined) return;
      if (unfinished[0] !== "") {
        await this.#client.command({
          query: `KILL MUTATION WHERE database = 'spoor' AND table = '${table}' SYNC`,
        });
        throw new SpoorError(`cannot delete what is old from ${table}: ${unfinished[0]}`, {
          code: "SPOOR_STORE_REFUSED",
        });
      }
      await pause(REWRITE_LOOK_MS);
    }
  }

  /** The rows of each of `tables` that `which` holds for. */
  async #countEach(tables: readonly string[], which: string): Promise<number[]> {
    const counting = tables.map(async (table) => {
      const query = `SELECT count() FROM spoor.${table} WHERE ${which}`;
      const [row] = await this.#rows<[count: string | number]>(query);
      return Number(row?.[0] ?? 0);
    });
    return Promise.all(counting);
  }

  async #rows<Row extends readonly unknown[]>(query: string): Promise<Row[]> {
    const result = await this.#client.query({ query, format: "JSONCompactEachRow" });
    // The caller wrote the columns.
    return result.json<Row>();
  }
}

/** Ids of the traces that had an error on the day or a day beside it. */
function tracesWithError(day: string): string {
  return `
SELECT trace_id FROM spoor.trace_summaries
WHERE error_count > 0
  AND toDate(tb) BETWEEN toDate('${day}') - 1 AND toDate('${day}') + 1`;
}

const DIMENSIONS = [
  ["resources", "resource_id"],
  ["scopes", "scope_id"],
] as const;

function totalBytes(days: readonly StoredDay[]): number {
  return days.reduce((sum, { bytes }) => sum + bytes, 0);
}
