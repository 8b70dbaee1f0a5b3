import {
  alterTable,
  onCluster,
  rowsName,
  type SchemaPlace,
  tableName,
  textLiteral,
} from "../schema/table-ddl.ts";

/**
 * The statements of retention for one place. Tables are named as the schema calls them, but for
 * `dayTables` and `drop`, which speak of the tables that hold the rows.
 */
export class RetentionSql {
  readonly #place: SchemaPlace;

  constructor(place: SchemaPlace) {
    this.#place = place;
  }

  /** Every table whose partitions are days. */
  dayTables(): string {
    return `SELECT name FROM system.tables
WHERE ${this.#isHere()} AND partition_key = 'toDate(tb)' ORDER BY name`;
  }

  /** Each day, its first second, its bytes and when they last changed, where it is asked. */
  days(): string {
    return `SELECT
  partition,
  toString(toUnixTimestamp(toDateTime(partition, 'UTC'))),
  toString(sum(bytes_on_disk)),
  toString(toUnixTimestamp(max(modification_time)))
FROM ${this.#system("parts")}
WHERE ${this.#isHere()} AND active AND match(partition, '^\\\\d{4}-\\\\d\\\\d-\\\\d\\\\d$')
GROUP BY partition`;
  }

  /** Whether a row is of the day. */
  isOfDay(day: string): string {
    return `toDate(tb) = '${day}'`;
  }

  /** Whether a row is of the day and of no trace with an error. */
  isThinned(day: string): string {
    return `${this.isOfDay(day)} AND ${isOfNone(tableName(this.#place, SUMMARIES), day)}`;
  }

  /** Lets go of a day of a table that holds rows. */
  drop(table: string, day: string): string {
    return alterTable(this.#place, table, ` DROP PARTITION '${day}'`);
  }

  /** Deletes from a day what has nothing to do with an error. */
  thin(table: string, day: string): string {
    const summaries = tableName(this.#place, rowsName(this.#place, SUMMARIES));
    return this.#delete(table, `IN PARTITION '${day}' WHERE ${isOfNone(summaries, day)}`);
  }

  /** The tables that have a column. */
  tablesWith(column: string): string {
    return `SELECT table FROM system.columns WHERE ${this.#isHere()} AND name = '${column}'`;
  }

  /** Deletes the rows of a table whose id stands in no `column` of `users`. */
  trim(table: string, column: string, users: readonly string[]): string {
    const used = users.map((user) => `SELECT ${column} FROM ${tableName(this.#place, user)}`);
    return this.#delete(table, `WHERE id NOT IN (${used.join(" UNION ALL ")})`);
  }

  /** Why each deletion that is under way goes wrong; empty for one that does not. */
  unfinished(table: string): string {
    return `SELECT latest_fail_reason FROM ${this.#system("mutations")}
WHERE ${this.#isMutationOf(table)} AND NOT is_done`;
  }

  /** Ends the deletions that are under way. */
  giveUp(table: string): string {
    return `KILL MUTATION${onCluster(this.#place)} WHERE ${this.#isMutationOf(table)} SYNC`;
  }

  #delete(table: string, which: string): string {
    return alterTable(this.#place, rowsName(this.#place, table), ` DELETE ${which}`);
  }

  #isHere(): string {
    return `database = ${textLiteral(this.#place.database)}`;
  }

  #isMutationOf(table: string): string {
    return `${this.#isHere()} AND table = ${textLiteral(rowsName(this.#place, table))}`;
  }

  /** Of one copy of each shard, where one node is asked for all of them. */
  #system(table: string): string {
    const { cluster } = this.#place;
    if (cluster?.replication !== "keeper") return `system.${table}`;
    return `cluster(${textLiteral(cluster.name)}, system, ${table})`;
  }
}

const SUMMARIES = "trace_summaries";

/** A trace stays whole where it had an error on the day or on a day beside it. */
function isOfNone(summaries: string, day: string): string {
  return `trace_id NOT IN (
  SELECT trace_id FROM ${summaries}
  WHERE error_count > 0
    AND toDate(tb) BETWEEN toDate('${day}') - 1 AND toDate('${day}') + 1
)`;
}
