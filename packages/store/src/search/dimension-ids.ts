/*
 * Resources and scopes that fit a condition, found before the spans are looked at.
 *
 * They are few: their ids become a parameter, and where none fits, the condition on spans goes
 * away altogether, which lets the indexes of the spans work. Where too many fit they are asked for
 * inside the statement.
 */
import { BoundSql } from "./bound-sql.ts";
import type { DimensionTable } from "./dimension-keys.ts";
import type { SearchQueries } from "./search-queries.ts";

/** Ids that are sent as a parameter; the address of a request has to hold them. */
const IDS_INLINE_MAX = 1_000;

/** Finds the ids of resources and scopes. One for each search. */
export class DimensionIds {
  readonly #queries: SearchQueries;
  readonly #found = new Map<string, Promise<readonly string[]>>();

  constructor(queries: SearchQueries) {
    this.#queries = queries;
  }

  /**
   * A condition on the column `<table>_id` of spans: that its row in `<table>s` fits. `fits` writes
   * the condition on that row. `fitsNone` says whether a span without such a row fits, `key` is an
   * attribute that every row has which fits.
   */
  async condition(
    sql: BoundSql,
    table: DimensionTable,
    fits: (sql: BoundSql) => string,
    { fitsNone = false, key }: { readonly fitsNone?: boolean; readonly key?: string } = {},
  ): Promise<string> {
    const { dimensionKeys } = this.#queries;
    if (key !== undefined && dimensionKeys !== undefined) {
      if (!(await dimensionKeys.has(table, key, this.#queries))) return "0";
    }
    const own = new BoundSql();
    const condition = fits(own);
    const found = condition === "0" ? [] : await this.#ids(table, condition, own);
    const ids = fitsNone ? ["0", ...found] : found;
    if (ids.length === 0) return "0";
    const column = `${table}_id`;
    if (ids.length <= IDS_INLINE_MAX) {
      return `${column} IN ${sql.bind(ids.map(BigInt), "Array(UInt64)")}`;
    }
    const inside = `${column} GLOBAL IN (SELECT id FROM ${table}s WHERE ${fits(sql)})`;
    return fitsNone ? `(${column} = 0 OR ${inside})` : inside;
  }

  #ids(table: DimensionTable, condition: string, own: BoundSql): Promise<readonly string[]> {
    const key = JSON.stringify([table, condition, own.parameters], (_, value: unknown) =>
      typeof value === "bigint" ? value.toString() : value,
    );
    const known = this.#found.get(key);
    if (known !== undefined) return known;
    const found = this.#queries
      .run<[id: string]>(
        `SELECT DISTINCT toString(id) FROM ${table}s WHERE ${condition} ` +
          `LIMIT ${IDS_INLINE_MAX + 1}`,
        own.parameters,
      )
      .then((rows) => rows.map(([id]) => id));
    this.#found.set(key, found);
    return found;
  }
}
