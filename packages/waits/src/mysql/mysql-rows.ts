/*
 * What the walk reads from MariaDB and MySQL.
 *
 * | server | who blocks whom |
 * |---|---|
 * | MariaDB, MySQL 5.7 | `information_schema.INNODB_LOCK_WAITS`, `INNODB_LOCKS`, `INNODB_TRX` |
 * | MySQL 8 and later | `performance_schema.data_lock_waits`, `data_locks`, `threads` |
 *
 * Both need the privilege PROCESS, MySQL 8 also SELECT on `performance_schema`.
 */
import { OTHER_LOCKS_MAX } from "../base/limits.ts";
import { integer, type Query, type Row, text } from "../base/query.ts";
import type { Endpoint } from "../sockets/endpoint.ts";

/** Which tables a server has. */
export type Dialect = "information-schema" | "performance-schema";

/** What a server tells about itself and about our own session. */
export interface MysqlFacts {
  readonly system: "mariadb" | "mysql";
  readonly dialect: Dialect;
  readonly user: string;
  /** `performance_schema` may be off, and then some tables are empty. */
  readonly port: number;
}

/** One session. */
export interface MysqlSession {
  readonly id: number;
  readonly user: string | undefined;
  readonly client: Endpoint | undefined;
  /** `Sleep`, `Query` */
  readonly command: string | undefined;
  readonly state: string | undefined;
  /** Microseconds since 1970 by the server, as text. */
  readonly stateChange: string | undefined;
  readonly transactionStart: string | undefined;
  /** `LOCK WAIT`, `RUNNING`; absent without a transaction. */
  readonly transactionState: string | undefined;
  /** The place that it waits to lock, the same for all that wait for one row. */
  readonly waitedPlace: string | undefined;
  readonly statement: string | undefined;
}

/** That one session waits for another. */
export interface MysqlEdge {
  readonly waiter: number;
  /** 0 for a prepared XA transaction, which has no session. */
  readonly blocker: number;
  readonly isBlockerWaiting: boolean;
  readonly table: string | undefined;
  readonly lockType: string | undefined;
  readonly lockMode: string | undefined;
  /** The key of the row: user data. */
  readonly lockData: string | undefined;
}

/** Edges that one question returns at most: a queue of n waiters has n times n half of them. */
const EDGES_MAX = 64;

/** Which of the two ways of telling a server has, by its `VERSION()`. */
export function dialectOf(version: string): Pick<MysqlFacts, "system" | "dialect"> {
  if (/mariadb/iu.test(version)) return { system: "mariadb", dialect: "information-schema" };
  const major = Number(/^\d+/u.exec(version)?.[0] ?? Number.NaN);
  return { system: "mysql", dialect: major >= 8 ? "performance-schema" : "information-schema" };
}

/** Asks what does not change while the connection lasts. */
export async function readMysqlFacts(query: Query): Promise<MysqlFacts> {
  const sql = "SELECT VERSION() AS version, CURRENT_USER() AS name, @@port AS port";
  const [row = {}] = await query(sql, []);
  return {
    ...dialectOf(text(row, "version") ?? ""),
    user: text(row, "name") ?? "",
    port: integer(row, "port") ?? 3306,
  };
}

/**
 * The server as no other says it: its number, its machine and port, and the second in which it
 * started, which is part of `UUID_SHORT`. Empty where it does not say.
 */
export async function readMysqlIdentity(query: Query, { system }: MysqlFacts): Promise<string> {
  const number = system === "mariadb" ? "@@server_uid" : "@@server_uuid";
  const sql = `SELECT CONCAT_WS(' ', ${number}, @@hostname, @@port, UUID_SHORT() >> 24) AS server`;
  // MariaDB before 10.5.26 has no number. A connection that has failed says so with the next
  // question.
  const [row = {}] = await query(sql, []).catch(() => []);
  const server = text(row, "server");
  return server === undefined ? "" : `${system} ${server}`;
}

/** The server's time in microseconds since 1970. */
export async function readMysqlTime(query: Query): Promise<string | undefined> {
  const sql = "SELECT CAST(ROUND(UNIX_TIMESTAMP(NOW(6)) * 1000000) AS CHAR) AS now";
  const [row = {}] = await query(sql, []);
  return text(row, "now");
}

/** Reads the sessions `ids`; those that have ended are missing. */
export async function readMysqlSessions(
  query: Query,
  ids: readonly number[],
  { system, dialect }: MysqlFacts,
): Promise<MysqlSession[]> {
  if (ids.length === 0) return [];
  const inStateMicros = system === "mariadb" ? "p.TIME_MS * 1000" : "p.TIME * 1000000";
  const sql = `SELECT p.ID AS id, p.USER AS name, p.HOST AS host, p.COMMAND AS command,
    p.STATE AS state, LEFT(p.INFO, 1000) AS info,
    CAST(ROUND(UNIX_TIMESTAMP(NOW(6)) * 1000000 - ${inStateMicros}) AS CHAR) AS state_change,
    CAST(ROUND(UNIX_TIMESTAMP(t.trx_started) * 1000000) AS CHAR) AS trx_started,
    t.trx_state AS trx_state, t.trx_requested_lock_id AS requested
    FROM information_schema.PROCESSLIST p
    LEFT JOIN information_schema.INNODB_TRX t ON t.trx_mysql_thread_id = p.ID
    WHERE FIND_IN_SET(p.ID, ?)`;
  const rows = await query(sql, [ids.join(",")]);
  return rows.map((row) => ({
    id: integer(row, "id") ?? 0,
    user: text(row, "name"),
    client: hostEndpoint(text(row, "host")),
    command: text(row, "command"),
    state: text(row, "state"),
    stateChange: wholeMicros(text(row, "state_change")),
    transactionStart: wholeMicros(text(row, "trx_started")),
    transactionState: text(row, "trx_state"),
    waitedPlace: placeIn(text(row, "requested"), dialect),
    statement: text(row, "info"),
  }));
}

/** Everybody who waits for a row. */
export interface RowWaiters {
  readonly waiters: readonly { readonly id: number; readonly place: string | undefined }[];
  /** There are more than were read. */
  readonly isCut: boolean;
}

/** Who waits for a row on the whole server, `OTHER_LOCKS_MAX` of them at most. */
export async function readRowWaiters(query: Query, { dialect }: MysqlFacts): Promise<RowWaiters> {
  const sql = `SELECT trx_mysql_thread_id AS id, trx_requested_lock_id AS requested
    FROM information_schema.INNODB_TRX WHERE trx_state = 'LOCK WAIT' LIMIT ${OTHER_LOCKS_MAX + 1}`;
  const rows = await query(sql, []);
  const waiters = rows.slice(0, OTHER_LOCKS_MAX).map((row) => ({
    id: integer(row, "id") ?? 0,
    place: placeIn(text(row, "requested"), dialect),
  }));
  return { waiters, isCut: rows.length > OTHER_LOCKS_MAX };
}

/**
 * The place of a lock in its id, which begins with its transaction and ends with tablespace, page
 * and record. MySQL 8 adds an address behind them, and 9 something before them.
 */
export function placeIn(lockId: string | undefined, dialect: Dialect): string | undefined {
  const parts = lockId?.split(":");
  return (dialect === "performance-schema" ? parts?.slice(1, -1) : parts?.slice(1))?.join(":");
}

/**
 * Whom `ids` wait for, those first who wait for nobody.
 *
 * InnoDB answers from a copy that it renews only when nobody has read it for 100 ms. Walks are half
 * a second apart, so that each begins with a new copy, and its rounds share one.
 */
export async function readMysqlEdges(
  query: Query,
  ids: readonly number[],
  { dialect }: MysqlFacts,
): Promise<MysqlEdge[]> {
  const sql = dialect === "information-schema" ? INFORMATION_EDGES : PERFORMANCE_EDGES;
  const rows = await query(sql, [ids.join(",")]);
  return rows.map(edgeOf);
}

const INFORMATION_EDGES = `SELECT r.trx_mysql_thread_id AS waiter, b.trx_mysql_thread_id AS blocker,
  b.trx_state AS blocker_state, l.lock_table AS lock_table, l.lock_type AS lock_type,
  l.lock_mode AS lock_mode, l.lock_data AS lock_data
  FROM information_schema.INNODB_LOCK_WAITS w
  JOIN information_schema.INNODB_TRX r ON r.trx_id = w.requesting_trx_id
  JOIN information_schema.INNODB_TRX b ON b.trx_id = w.blocking_trx_id
  JOIN information_schema.INNODB_LOCKS l ON l.lock_id = w.blocking_lock_id
  WHERE FIND_IN_SET(r.trx_mysql_thread_id, ?)
  ORDER BY b.trx_state = 'LOCK WAIT', b.trx_wait_started LIMIT ${EDGES_MAX}`;

const PERFORMANCE_EDGES = `SELECT rt.PROCESSLIST_ID AS waiter,
  COALESCE(bt.PROCESSLIST_ID, 0) AS blocker, b.trx_state AS blocker_state,
  CONCAT(l.OBJECT_SCHEMA, '.', l.OBJECT_NAME) AS lock_table, l.LOCK_TYPE AS lock_type,
  l.LOCK_MODE AS lock_mode, l.LOCK_DATA AS lock_data
  FROM performance_schema.data_lock_waits w
  JOIN performance_schema.threads rt ON rt.THREAD_ID = w.REQUESTING_THREAD_ID
  LEFT JOIN performance_schema.threads bt ON bt.THREAD_ID = w.BLOCKING_THREAD_ID
  JOIN performance_schema.data_locks l ON l.ENGINE_LOCK_ID = w.BLOCKING_ENGINE_LOCK_ID
  LEFT JOIN information_schema.INNODB_TRX b ON b.trx_mysql_thread_id = bt.PROCESSLIST_ID
  WHERE FIND_IN_SET(rt.PROCESSLIST_ID, ?)
  ORDER BY b.trx_state = 'LOCK WAIT', b.trx_wait_started LIMIT ${EDGES_MAX}`;

function edgeOf(row: Row): MysqlEdge {
  return {
    waiter: integer(row, "waiter") ?? 0,
    blocker: integer(row, "blocker") ?? 0,
    isBlockerWaiting: text(row, "blocker_state") === "LOCK WAIT",
    table: text(row, "lock_table")?.replaceAll("`", ""),
    lockType: text(row, "lock_type"),
    lockMode: text(row, "lock_mode"),
    lockData: text(row, "lock_data"),
  };
}

/** The session that has a lock of `GET_LOCK`. */
export async function readUserLockHolder(query: Query, name: string): Promise<number | undefined> {
  const [row = {}] = await query("SELECT IS_USED_LOCK(?) AS holder", [name]);
  return integer(row, "holder");
}

/** The XA transactions that are prepared, by their ids. */
export async function readPreparedXa(query: Query): Promise<string[]> {
  const rows = await query("XA RECOVER", []);
  return rows.flatMap((row) => text(row, "data") ?? []);
}

/** `10.0.0.5:53122`, `[::1]:53122`; `localhost` is a Unix socket. */
export function hostEndpoint(host: string | undefined): Endpoint | undefined {
  const match = /^\[?(.+?)\]?:(\d+)$/u.exec(host ?? "");
  const [, address, port] = match ?? [];
  if (address === undefined || port === undefined) return undefined;
  return { address: address === "localhost" ? "127.0.0.1" : address, port: Number(port) };
}

/** `ROUND` of a decimal may leave a fraction of zeros. */
function wholeMicros(value: string | undefined): string | undefined {
  return value?.split(".", 1)[0];
}
