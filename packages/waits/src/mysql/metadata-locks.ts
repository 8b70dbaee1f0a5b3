/*
 * Who holds the table that a statement waits for. Schema changes and statements exclude each other
 * by metadata locks, which the tables of InnoDB do not show.
 *
 * MySQL 8 tells who waits for whom. MariaDB tells only what is held, and only with its plugin
 * `metadata_lock_info`; which table is waited for is then concluded from the statement.
 */
import { integer, type Query, type Row, text } from "../base/query.ts";
import type { MysqlFacts, MysqlSession } from "./mysql-rows.ts";

/** A session that holds a table. */
export interface TableHolder {
  readonly id: number;
  readonly table: string;
  readonly mode: string | undefined;
}

/** What is known about the holders of a table. */
export interface TableHolders {
  readonly holders: readonly TableHolder[];
  /** The table was concluded from the statement's text. */
  readonly isConcluded: boolean;
  /** Why nothing is known. */
  readonly gap?: string;
}

const MARIADB_HELD = `SELECT THREAD_ID AS id, CONCAT(TABLE_SCHEMA, '.', TABLE_NAME) AS held,
  LOCK_MODE AS mode FROM information_schema.METADATA_LOCK_INFO
  WHERE LOCK_TYPE = 'Table metadata lock' AND THREAD_ID <> ?`;

const MYSQL_HELD = `SELECT ht.PROCESSLIST_ID AS id, CONCAT(h.OBJECT_SCHEMA, '.', h.OBJECT_NAME) AS held,
  h.LOCK_TYPE AS mode
  FROM performance_schema.metadata_locks p
  JOIN performance_schema.threads pt ON pt.THREAD_ID = p.OWNER_THREAD_ID
  JOIN performance_schema.metadata_locks h ON h.OBJECT_TYPE = p.OBJECT_TYPE
    AND h.OBJECT_SCHEMA = p.OBJECT_SCHEMA AND h.OBJECT_NAME = p.OBJECT_NAME
    AND h.LOCK_STATUS = 'GRANTED' AND h.OWNER_THREAD_ID <> p.OWNER_THREAD_ID
  JOIN performance_schema.threads ht ON ht.THREAD_ID = h.OWNER_THREAD_ID
  WHERE p.LOCK_STATUS = 'PENDING' AND p.OBJECT_TYPE = 'TABLE' AND pt.PROCESSLIST_ID = ?`;

/** Whether a session waits for a table's definition rather than for rows. */
export function waitsForTable({ state }: MysqlSession): boolean {
  return /metadata lock/iu.test(state ?? "");
}

/** Who holds the table for which `waiter` waits. */
export async function readTableHolders(
  query: Query,
  waiter: MysqlSession,
  { system }: MysqlFacts,
): Promise<TableHolders> {
  const isMariaDb = system === "mariadb";
  let rows: readonly Row[];
  try {
    rows = await query(isMariaDb ? MARIADB_HELD : MYSQL_HELD, [String(waiter.id)]);
  } catch {
    const gap = isMariaDb
      ? "MariaDB tells who holds a table only with its plugin: INSTALL SONAME 'metadata_lock_info'"
      : "MySQL tells who holds a table only with SELECT on performance_schema.metadata_locks";
    return { holders: [], isConcluded: false, gap };
  }
  const held = rows.flatMap((row): TableHolder[] => {
    const id = integer(row, "id");
    const table = text(row, "held");
    return id === undefined || table === undefined ? [] : [{ id, table, mode: text(row, "mode") }];
  });
  if (!isMariaDb) return { holders: held, isConcluded: false };
  const words = new Set((waiter.statement ?? "").toLowerCase().match(/[\p{L}\p{N}_$]+/gu));
  const holders = held.filter(({ table }) =>
    words.has(table.split(".").at(-1)?.toLowerCase() ?? ""),
  );
  return { holders, isConcluded: true };
}
