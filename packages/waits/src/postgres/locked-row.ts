/*
 * What can be read of the row that is waited for: whether several transactions lock it at once, and
 * on request its primary key.
 *
 * Several transactions may hold one row `FOR SHARE`. Then the waiter waits for one of them at a
 * time, and `pg_blocking_pids` names only that one. The row's `xmax` is then no transaction but a
 * list of them, a multixact, whose members the database tells.
 *
 * Reading a row needs the right to, and its table not to be locked against reading. Either failure
 * would end our transaction, hence the savepoint.
 */
import { integer, integers, type Query, text } from "../base/query.ts";
import type { LockRow } from "./postgres-rows.ts";

/** What is known about a locked row. */
export interface LockedRow {
  /** Sessions that lock the row now; empty when there is one, or none is known. */
  readonly sharedBy: readonly number[];
  /** The row has several lockers, of which not all could be named. */
  readonly mayHaveMore: boolean;
  /** `sku=SKU-7` */
  readonly primaryKey: string | undefined;
}

const NOTHING_KNOWN: LockedRow = { sharedBy: [], mayHaveMore: false, primaryKey: undefined };

/** Reads the row that `tuple` names, for which somebody waits until `transactionId` has ended. */
export async function readLockedRow(
  query: Query,
  tuple: LockRow,
  wanted: { readonly transactionId: string | undefined; readonly showsPrimaryKey: boolean },
): Promise<LockedRow> {
  const { table, page, tuple: line } = tuple;
  if (table === undefined || page === undefined || line === undefined) return NOTHING_KNOWN;
  const place = `(${page},${line})`;
  // `table` is a name that the database has quoted, see `regclass`.
  const xmax = await attempt(query, async () => {
    const [row = {}] = await query(`SELECT xmax::text AS xmax FROM ${table} WHERE ctid = $1::tid`, [
      place,
    ]);
    return text(row, "xmax");
  });
  const isShared = xmax !== undefined && xmax !== "0" && xmax !== wanted.transactionId;
  const sharedBy = isShared ? await attempt(query, () => lockersOf(query, xmax)) : undefined;
  const primaryKey = wanted.showsPrimaryKey
    ? await attempt(query, () => readPrimaryKey(query, table, place))
    : undefined;
  const mayHaveMore = isShared && wanted.transactionId !== undefined && sharedBy === undefined;
  return { sharedBy: sharedBy ?? [], mayHaveMore, primaryKey };
}

async function lockersOf(query: Query, multixact: string): Promise<number[]> {
  const sql = `SELECT string_agg(DISTINCT l.pid::text, ',') AS pids
    FROM pg_get_multixact_members($1::text::xid) m
    JOIN pg_locks l ON l.locktype = 'transactionid' AND l.granted
      AND l.transactionid::text = m.xid::text
    WHERE l.pid IS NOT NULL`;
  const [row = {}] = await query(sql, [multixact]);
  return integers(row, "pids");
}

async function readPrimaryKey(
  query: Query,
  table: string,
  place: string,
): Promise<string | undefined> {
  const columns = await query(
    `SELECT quote_ident(a.attname) AS name, i.indnkeyatts::text AS count
      FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
      WHERE i.indrelid = $1::text::regclass AND i.indisprimary
      ORDER BY array_position(i.indkey::int2[], a.attnum)`,
    [table],
  );
  const names = columns
    .slice(0, integer(columns[0] ?? {}, "count") ?? columns.length)
    .flatMap((row) => text(row, "name") ?? []);
  if (names.length === 0) return undefined;
  const values = names.map((name, index) => `${name}::text AS c${index}`).join(", ");
  const [row] = await query(`SELECT ${values} FROM ${table} WHERE ctid = $1::tid`, [place]);
  if (row === undefined) return undefined;
  return names.map((name, index) => `${name}=${text(row, `c${index}`) ?? ""}`).join(", ");
}

/** Runs `ask` so that its failure does not end the transaction; undefined when it failed. */
async function attempt<T>(query: Query, ask: () => Promise<T>): Promise<T | undefined> {
  await query("SAVEPOINT spoor", []);
  try {
    return await ask();
  } catch {
    // No right to read it, or it is locked: the report does without.
    return undefined;
  } finally {
    await query("ROLLBACK TO SAVEPOINT spoor", []);
  }
}
