/*
 * What lies in a data directory, asked of the engine itself while no server runs.
 */
import { systemClock } from "@spoor/trace";
import { EmbeddedEngine } from "@spoor/store/engine";

/** Rows of a question in SQL. */
export type AskSql = (
  sql: string,
  parameters?: Readonly<Record<string, unknown>>,
) => Promise<readonly (readonly unknown[])[]>;

/** Runs `use` with a way to ask the engine on `dataPath`, which no server may use meanwhile. */
export async function withEngine<T>(
  dataPath: string,
  use: (ask: AskSql) => Promise<T>,
): Promise<T> {
  const engine = await EmbeddedEngine.start({
    dataPath,
    clock: systemClock,
    onEvent: () => undefined,
  });
  const ask: AskSql = async (query, parameters = {}) => {
    const { writer } = engine.current();
    const answer = await writer.query({
      query,
      format: "JSONCompactEachRow",
      query_params: parameters,
      clickhouse_settings: { optimize_functions_to_subcolumns: 0 },
    });
    return answer.json<unknown[]>();
  };
  try {
    return await use(ask);
  } finally {
    await engine.close();
  }
}

/** What is stored, to compare with what was sent. */
export interface StoredSpans {
  readonly spans: number;
  /** All span ids, combined by exclusive or. */
  readonly idXor: bigint;
}

/** Counts the stored spans and combines their ids. */
export async function storedSpans(ask: AskSql): Promise<StoredSpans> {
  const [row] = await ask(
    "SELECT count(), toString(groupBitXor(reinterpretAsUInt64(span_id))) FROM spoor.spans",
  );
  return { spans: Number(row?.[0]), idXor: BigInt(String(row?.[1])) };
}

/** One table on the disk. */
export interface TableSize {
  readonly table: string;
  readonly bytes: number;
  readonly parts: number;
}

/** All tables, indices and marks included. */
export async function tableSizes(ask: AskSql): Promise<TableSize[]> {
  const rows = await ask(
    `SELECT table, sum(bytes_on_disk), count() FROM system.parts
    WHERE active AND database = 'spoor' GROUP BY table ORDER BY 2 DESC`,
  );
  return rows.map(([table, bytes, parts]) => ({
    table: String(table),
    bytes: Number(bytes),
    parts: Number(parts),
  }));
}

/** The bytes of all tables. */
export function totalBytes(sizes: readonly TableSize[]): number {
  return sizes.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** The ten largest columns of the spans. */
export async function columnSizes(
  ask: AskSql,
): Promise<{ readonly column: string; readonly bytes: number }[]> {
  const rows = await ask(
    `SELECT column, sum(column_bytes_on_disk) FROM system.parts_columns
    WHERE active AND database = 'spoor' AND table = 'spans'
    GROUP BY column ORDER BY 2 DESC LIMIT 10`,
  );
  return rows.map(([column, bytes]) => ({ column: String(column), bytes: Number(bytes) }));
}
