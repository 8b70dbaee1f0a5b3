/*
 * What the walk reads from PostgreSQL 10 and later: sessions, locks, prepared transactions.
 *
 * Every value comes as text, times as microseconds since 1970, lists with commas. Parameters are
 * text as well, because drivers serialise lists in their own ways. Nothing that a user wrote is
 * ever part of a statement, except names that the database itself has quoted.
 */
import {
  OTHER_LOCKS_MAX,
  PIDS_ASKED_SINGLY_MAX,
  STATEMENT_CHARACTERS_MAX,
} from "../base/limits.ts";
import { flag, integer, integers, type Query, type Row, text } from "../base/query.ts";
import type { Endpoint } from "../sockets/endpoint.ts";

/** One session of the database. */
export interface SessionRow {
  readonly pid: number;
  readonly user: string | undefined;
  readonly application: string | undefined;
  readonly client: Endpoint | undefined;
  /** It came over a Unix socket; as little known as the rest when it is hidden. */
  readonly isUnixSocket: boolean;
  readonly backendType: string | undefined;
  readonly state: string | undefined;
  readonly waitEventType: string | undefined;
  readonly waitEvent: string | undefined;
  readonly transactionStart: string | undefined;
  readonly statementStart: string | undefined;
  readonly stateChange: string | undefined;
  /** Only where it was asked for; 0 is a prepared transaction. */
  readonly blockers: readonly number[] | undefined;
  readonly statement: string | undefined;
  /** Missing privileges hide everything but the user and the application. */
  readonly isHidden: boolean;
}

/** One lock that is waited for, or the lock on a row that its first waiter holds. */
export interface LockRow {
  readonly pid: number;
  readonly lockType: string;
  readonly mode: string;
  readonly isGranted: boolean;
  /** Quoted where needed; absent for a table of another database. */
  readonly table: string | undefined;
  readonly page: string | undefined;
  readonly tuple: string | undefined;
  readonly transactionId: string | undefined;
  readonly classId: string | undefined;
  readonly objectId: string | undefined;
  readonly objectSubId: string | undefined;
  readonly waitStart: string | undefined;
}

/** A transaction that was prepared and neither committed nor rolled back. */
export interface PreparedRow {
  readonly gid: string;
  readonly owner: string | undefined;
  readonly prepared: string | undefined;
}

/** What the server tells about itself and about our own session. */
export interface ServerFacts {
  /** `server_version_num`, 150018. */
  readonly version: number;
  readonly user: string;
  readonly pid: number;
  /** Both ends of our own connection; absent for a Unix socket. */
  readonly client: Endpoint | undefined;
  readonly server: Endpoint | undefined;
  readonly seesAllSessions: boolean;
  /** `0` is off; absent before PostgreSQL 14. */
  readonly clientCheckInterval: string | undefined;
}

const micros = (expression: string) => `(extract(epoch FROM ${expression}) * 1000000)::int8::text`;
const list = (parameter: string) => `string_to_array(${parameter}, ',')::int[]`;
const HIDDEN = "<insufficient privilege>";

const FACTS = `SELECT current_setting('server_version_num') AS version, current_user::text AS name,
  pg_backend_pid()::text AS pid,
  host(inet_client_addr()) AS client_addr, inet_client_port()::text AS client_port,
  host(inet_server_addr()) AS server_addr, inet_server_port()::text AS server_port,
  pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')::text AS sees_all,
  current_setting('client_connection_check_interval', true) AS check_interval`;

/** Asks what does not change while the connection lasts. */
export async function readServerFacts(query: Query): Promise<ServerFacts> {
  const [row = {}] = await query(FACTS, []);
  return {
    version: integer(row, "version") ?? 0,
    user: text(row, "name") ?? "",
    pid: integer(row, "pid") ?? 0,
    client: endpoint(row, "client"),
    server: endpoint(row, "server"),
    seesAllSessions: flag(row, "sees_all"),
    clientCheckInterval: text(row, "check_interval"),
  };
}

/** The database's time in microseconds since 1970. */
export async function readTime(query: Query): Promise<string | undefined> {
  const [row = {}] = await query(`SELECT ${micros("clock_timestamp()")} AS now`, []);
  return text(row, "now");
}

/**
 * The server as no other says it: the number of its cluster, which copies of it share, and when it
 * started. Empty where it does not say.
 */
export async function readIdentity(query: Query): Promise<string> {
  const sql = `SELECT system_identifier::text AS cluster,
    ${micros("pg_postmaster_start_time()")} AS started FROM pg_control_system()`;
  // Relatives of PostgreSQL lack the function, and some administrators forbid it. A connection
  // that has failed says so with the next question.
  const [row = {}] = await query(sql, []).catch(() => []);
  const [cluster, started] = [text(row, "cluster"), text(row, "started")];
  return cluster === undefined || started === undefined ? "" : `postgresql ${cluster} ${started}`;
}

/** Reads the sessions `pids`; those that have ended are missing. */
export async function readSessions(
  query: Query,
  pids: readonly number[],
  { blockersOf = [], isBrief = false }: SessionsWanted = {},
): Promise<SessionRow[]> {
  if (pids.length === 0) return [];
  // One by one each call reads the whole list of sessions; for many, reading it once is cheaper.
  const source =
    pids.length > PIDS_ASKED_SINGLY_MAX
      ? `pg_stat_get_activity(NULL) s WHERE s.pid = ANY(${list("$1")})`
      : `unnest(${list("$1")}) p CROSS JOIN LATERAL pg_stat_get_activity(p) s`;
  const sql = `SELECT s.pid::text AS pid, pg_get_userbyid(s.usesysid)::text AS name,
    s.application_name, host(s.client_addr) AS client_addr, s.client_port::text AS client_port,
    s.backend_type, s.state, s.wait_event_type, s.wait_event,
    ${micros("s.xact_start")} AS xact_start, ${micros("s.query_start")} AS query_start,
    ${micros("s.state_change")} AS state_change,
    CASE WHEN s.pid = ANY(${list("$2")})
      THEN array_to_string(pg_blocking_pids(s.pid), ',') END AS blockers,
    (s.query = '${HIDDEN}')::text AS is_hidden,
    ${isBrief ? "NULL" : `left(s.query, ${STATEMENT_CHARACTERS_MAX})`} AS query
    FROM ${source}`;
  const rows = await query(sql, [pids.join(","), blockersOf.join(",")]);
  return rows.flatMap((row) => sessionRow(row, blockersOf));
}

/** What to read of sessions besides themselves. */
export interface SessionsWanted {
  /** Whose blockers to read: a call of `pg_blocking_pids` each. */
  readonly blockersOf?: readonly number[];
  /** Leave out the statements. */
  readonly isBrief?: boolean;
}

function sessionRow(row: Row, blockersOf: readonly number[]): SessionRow[] {
  const pid = integer(row, "pid");
  if (pid === undefined) return [];
  const isHidden = flag(row, "is_hidden");
  return [
    {
      pid,
      user: text(row, "name"),
      application: text(row, "application_name"),
      client: endpoint(row, "client"),
      isUnixSocket: text(row, "client_port") === "-1",
      backendType: text(row, "backend_type"),
      state: text(row, "state"),
      waitEventType: text(row, "wait_event_type"),
      waitEvent: text(row, "wait_event"),
      transactionStart: text(row, "xact_start"),
      statementStart: text(row, "query_start"),
      stateChange: text(row, "state_change"),
      blockers: blockersOf.includes(pid) ? integers(row, "blockers") : undefined,
      statement: isHidden ? undefined : text(row, "query"),
      isHidden,
    },
  ];
}

/** The locks that `pids` wait for, and the row locks that they hold as first in the queue. */
export async function readLocks(
  query: Query,
  pids: readonly number[],
  version: number,
): Promise<LockRow[]> {
  if (pids.length === 0) return [];
  const sql = `${selectLocks(version)} AND l.pid = ANY(${list("$1")})`;
  return (await query(sql, [pids.join(",")])).flatMap(lockRow);
}

/**
 * The same of `pids` and of all other sessions of this database, those of `pids` first; of others
 * `OTHER_LOCKS_MAX` at least. It takes the same look at the server's locks as reading a few does.
 */
export async function readAllLocks(
  query: Query,
  pids: readonly number[],
  version: number,
): Promise<{ readonly locks: readonly LockRow[]; readonly isCut: boolean }> {
  // A session waits for one lock, and has that of one row meanwhile.
  const count = pids.length * 2 + OTHER_LOCKS_MAX;
  const isOurs = `l.pid = ANY(${list("$1")})`;
  const sql = `${selectLocks(version)}
    AND (${isOurs} OR l.pid IS NOT NULL AND coalesce(l.database, 0) IN (0, d.oid))
    ORDER BY ${isOurs} DESC LIMIT ${count + 1}`;
  const rows = await query(sql, [pids.join(",")]);
  return { locks: rows.slice(0, count).flatMap(lockRow), isCut: rows.length > count };
}

function selectLocks(version: number): string {
  const waitStart = version >= 140_000 ? micros("l.waitstart") : "NULL";
  return `SELECT l.pid::text AS pid, l.locktype, l.mode, l.granted::text AS granted,
    CASE WHEN l.database IN (0, d.oid) THEN l.relation::regclass::text END AS rel,
    l.page::text AS page, l.tuple::text AS tuple, l.transactionid::text AS xid,
    l.classid::text AS classid, l.objid::text AS objid, l.objsubid::text AS objsubid,
    ${waitStart} AS waitstart
    FROM pg_locks l, (SELECT oid FROM pg_database WHERE datname = current_database()) d
    WHERE (NOT l.granted OR l.locktype = 'tuple')`;
}

function lockRow(row: Row): LockRow[] {
  const pid = integer(row, "pid");
  const lockType = text(row, "locktype");
  if (pid === undefined || lockType === undefined) return [];
  return [
    {
      pid,
      lockType,
      mode: text(row, "mode") ?? "",
      isGranted: flag(row, "granted"),
      table: text(row, "rel"),
      page: text(row, "page"),
      tuple: text(row, "tuple"),
      transactionId: text(row, "xid"),
      classId: text(row, "classid"),
      objectId: text(row, "objid"),
      objectSubId: text(row, "objsubid"),
      waitStart: text(row, "waitstart"),
    },
  ];
}

/** The prepared transactions that hold what `lock` waits for. They have no pid in `pg_locks`. */
export async function readPrepared(query: Query, lock: LockRow): Promise<PreparedRow[]> {
  const sql = `SELECT p.gid, p.owner::text AS owner, ${micros("p.prepared")} AS prepared
    FROM pg_prepared_xacts p WHERE p.transaction::text = $1 OR EXISTS (
      SELECT FROM pg_locks x JOIN pg_locks l USING (virtualtransaction)
      WHERE x.pid IS NULL AND x.locktype = 'transactionid' AND x.transactionid = p.transaction
        AND l.pid IS NULL AND l.granted AND (l.relation::regclass::text = $2 AND l.locktype = 'relation'
          OR l.locktype = 'advisory' AND l.classid::text = $3 AND l.objid::text = $4))`;
  const { transactionId, classId, objectId } = lock;
  const table = lock.lockType === "relation" ? lock.table : undefined;
  const wanted = [transactionId, table, classId, objectId].map((value) => value ?? "");
  const rows = await query(sql, wanted);
  return rows.map((row) => ({
    gid: text(row, "gid") ?? "",
    owner: text(row, "owner"),
    prepared: text(row, "prepared"),
  }));
}

function endpoint(row: Row, side: "client" | "server"): Endpoint | undefined {
  const address = text(row, `${side}_addr`);
  const port = integer(row, `${side}_port`);
  return address === undefined || port === undefined || port < 0 ? undefined : { address, port };
}
