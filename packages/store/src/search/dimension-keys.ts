/*
 * The attribute keys that any resource or any scope has.
 *
 * A search by an attribute of any scope asks which resources have it. Nearly always none has, and
 * a process that writes alone knows when that may have changed.
 */
import { DIMENSION_KEYS_MAX } from "../base/limits.ts";

/** Tables of what spans share. */
export type DimensionTable = "resource" | "scope";

/** Runs a statement of the search that asks. */
export interface KeyQueries {
  run<Row extends readonly unknown[]>(
    query: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<Row[]>;
}

interface Known {
  readonly version: number;
  /** Undefined where there are more than are kept. */
  readonly keys: Readonly<Record<DimensionTable, ReadonlySet<string> | undefined>>;
}

/** Remembers the keys as long as nothing was written. */
export class DimensionKeys {
  readonly #version: () => number;
  #known: Known | undefined;

  /** `version` is another number after each change of the tables, and while one is going on. */
  constructor(version: () => number) {
    this.#version = version;
  }

  /** Whether some row of `table` may have the key. */
  async has(table: DimensionTable, key: string, queries: KeyQueries): Promise<boolean> {
    const known = this.#known;
    const { keys } =
      known !== undefined && known.version === this.#version() ? known : await this.#read(queries);
    return keys[table]?.has(key) ?? true;
  }

  async #read(queries: KeyQueries): Promise<Known> {
    // Before it is asked: what is written meanwhile may be missing.
    const version = this.#version();
    const rows = await queries.run<[table: DimensionTable, key: string]>(
      `${keysOf("resource")} UNION ALL ${keysOf("scope")}`,
      {},
    );
    const of = (table: DimensionTable): Set<string> | undefined => {
      const own = rows.filter(([name]) => name === table);
      return own.length > DIMENSION_KEYS_MAX ? undefined : new Set(own.map(([, key]) => key));
    };
    const known = { version, keys: { resource: of("resource"), scope: of("scope") } };
    this.#known = known;
    return known;
  }
}

function keysOf(table: DimensionTable): string {
  return (
    `SELECT '${table}', arrayJoin(mapKeys(attrs)) AS key FROM ${table}s ` +
    `GROUP BY key LIMIT ${DIMENSION_KEYS_MAX + 1}`
  );
}
